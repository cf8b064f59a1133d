"""Impacts: made, tracked through their stages, and canceled (docs.1clickimpact.com)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from emulator.core.agenda import Agenda
from emulator.core.clock import Clock, Event
from emulator.core.errors import CannotHappen
from emulator.core.struct import replace
from emulator.providers.oneclickimpact import errors
from emulator.providers.oneclickimpact.backend.customers import Customers
from emulator.providers.oneclickimpact.backend.drafts import CancellationDraft, ImpactDraft, Search
from emulator.providers.oneclickimpact.backend.history import CUSTOMERS, OWN, History, Page, made_on
from emulator.providers.oneclickimpact.backend.notices import Notices
from emulator.providers.oneclickimpact.backend.totals import Totals
from emulator.providers.oneclickimpact.memory.catalogue import Account
from emulator.providers.oneclickimpact.memory.fixture import Memory
from emulator.providers.oneclickimpact.memory.records import (
    NO_METADATA,
    NO_PROGRESS,
    STAGES,
    Impact,
    Kind,
    Progress,
    Stage,
    millisecond,
)

EVENTS: Mapping[Stage, str] = {
    "donation_available": "impact.donation_available",
    "donation_sent": "impact.donation_sent",
    "impact_completed": "impact.completed",
}
"""The kind of the event that reaching a stage is."""

NO_DELAYS = (None, None, None)


class Impacts:
    """The impacts of every account in one space."""

    def __init__(
        self,
        memory: Memory,
        histories: Mapping[str, History],
        customers: Customers,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self.memory = memory
        self.customers = customers
        self.notices = notices
        self.clock = clock
        self._histories = histories
        self._stages = Agenda[tuple[Stage, Impact]]()
        for impact in sorted(memory.impacts, key=made_on):
            self._enter(impact)

    def make(self, account: Account, kind: Kind, draft: ImpactDraft) -> Impact:
        """Make an impact, for a customer if the draft names one. Raises NameWithoutEmail."""
        if draft.customer_name and not draft.customer_email:
            raise errors.NameWithoutEmail

        at, customer = self._histories[account.id].take_time(self.clock.now), None
        if draft.customer_email:
            customer = self.customers.onboard(account, draft.customer_email, draft.customer_name, at)
        impact = Impact(
            account_id=account.id,
            kind=kind,
            amount=draft.amount,
            made_on=at,
            customer_id=customer.id if customer else None,
            category=draft.category,
            metadata=dict(draft.metadata) if draft.metadata else NO_METADATA,
            progress=self._scheduled(at),
            customer_notified=draft.notify and customer is not None and account.environment == "production",
        )
        self.memory.impacts.append(impact)
        self._enter(impact)
        self.notices.report("impact.initiated", impact)
        if impact.progress.impact_completed is not None:
            self.notices.plan("impact.completed", impact, impact.progress.impact_completed)
        return impact

    def cancel(self, account: Account, draft: CancellationDraft) -> tuple[Impact, bool]:
        """Cancel an impact. Return it, and whether this call did so: a repeated call changes nothing.

        Raises ImpactUnknown, AlreadyProcessed.
        """
        impact = self.get(account, draft.user_id, draft.made_on)
        if impact.cancelled_on is not None:
            return impact, False
        if impact.processed(self.clock.now):
            raise errors.AlreadyProcessed

        impact.cancelled_on = self._no_earlier(impact)
        impact.cancellation_reason = draft.reason
        self._histories[account.id].totals.subtract(impact)
        self.notices.withdraw("impact.completed", impact)
        self.notices.report("impact.cancelled", impact)
        return impact, True

    def get(self, account: Account, user_id: str, at: datetime) -> Impact:
        """Return the impact of this time, given the id of the account's user or the customer. Raises ImpactUnknown."""
        impact = self._histories[account.id].made_at(at)
        if impact is None or user_id not in (account.user_id, impact.customer_id):
            raise errors.ImpactUnknown
        return impact

    def own(self, account: Account, search: Search) -> Page:
        """Return the account's own impacts."""
        return self._histories[account.id].page(OWN, search)

    def of_customers(self, account: Account, email: str | None, search: Search) -> Page:
        """Return the impacts for the customer with this email, or for all customers; none for an unknown email."""
        history = self._histories[account.id]
        if email is None:
            return history.page(CUSTOMERS, search)
        customer = history.customer(email)
        return history.page(customer.id, search) if customer else Page((), more=False)

    def totals(self, account: Account) -> Totals:
        """Return the sums of the account's impacts, without the canceled ones."""
        return self._histories[account.id].totals

    # --- stages

    def reach(self, subject: str, last: Stage) -> Impact:
        """Let an impact reach a stage now, and those before it if it has not yet. Raises CannotHappen."""
        impact = self._named(subject)
        if impact.cancelled_on is not None:
            raise CannotHappen(f"impact {subject!r} was canceled")
        reached, index = dict(impact.reached(self.clock.now)), STAGES.index(last)
        if not reached.keys().isdisjoint(STAGES[index:]):
            raise CannotHappen(f"impact {subject!r} has reached {last} already")

        now = self._no_earlier(impact)
        times: dict[str, Any] = {stage: reached.get(stage, now) for stage in STAGES[: index + 1]}
        impact.progress = replace(impact.progress, **times)
        if last == "impact_completed":
            self.notices.withdraw("impact.completed", impact)
            self.notices.report("impact.completed", impact)
        return impact

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the stages that impacts reach in this span of time."""
        for at, (stage, impact) in self._stages.between(since, until):
            if (stage, at) in impact.reached(at):
                yield Event(at, "oneclickimpact", EVENTS[stage], impact.subject)

    def _scheduled(self, at: datetime) -> Progress:
        """Return the times at which a new impact will reach its stages."""
        delays = self.memory.settings.delays
        if delays == NO_DELAYS:
            return NO_PROGRESS
        times: dict[str, Any] = {
            stage: at + timedelta(seconds=delay)
            for stage, delay in zip(STAGES, delays, strict=True)
            if delay is not None
        }
        return Progress(**times)

    def _no_earlier(self, impact: Impact) -> datetime:
        """Return the clock's reading, or an impact's time if that is later: a millisecond takes one impact only."""
        return max(millisecond(self.clock.now), impact.made_on)

    def _enter(self, impact: Impact) -> None:
        self._histories[impact.account_id].add(impact)
        if impact.progress is not NO_PROGRESS:
            for stage, at in impact.progress.stages():
                self._stages.add(at, (stage, impact))

    def _named(self, subject: str) -> Impact:
        """Return the impact that events and acts call by this name. Raises CannotHappen."""
        account_id, _, time = subject.rpartition(" ")
        history = self._histories.get(account_id)
        try:
            impact = history.made_at(datetime.fromisoformat(time).astimezone(UTC)) if history else None
        except (ValueError, OverflowError):
            impact = None
        if impact is None:
            raise CannotHappen(f"unknown impact {subject!r}; name account and time: sandbox 2024-09-16T20:34:04.429Z")
        return impact
