"""Acts: what happens at 1ClickImpact without a request to its API, and the JSON of what became of it."""

from emulator.providers.oneclickimpact.backend import OneClickImpact
from emulator.providers.oneclickimpact.memory.records import Impact
from emulator.providers.oneclickimpact.wire import outgoing


def send_donation(oneclickimpact: OneClickImpact, subject: str) -> object:
    """The nonprofit receives the money for an impact, named by account and time; returns how it is tracked."""
    return _tracked(oneclickimpact, oneclickimpact.impacts.reach(subject, "donation_sent"))


def complete_impact(oneclickimpact: OneClickImpact, subject: str) -> object:
    """An impact is completed, named by account and time; returns how it is tracked."""
    return _tracked(oneclickimpact, oneclickimpact.impacts.reach(subject, "impact_completed"))


def _tracked(oneclickimpact: OneClickImpact, impact: Impact) -> object:
    account = oneclickimpact.accounts[impact.account_id]
    return outgoing.track(impact, account.user_id, account, oneclickimpact.clock.now)


ACTS = {"send_donation": send_donation, "complete_impact": complete_impact}
