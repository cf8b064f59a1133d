"""1ClickImpact's tracking pages: one impact, and all impacts for a customer."""

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.core.clock import millis
from emulator.pages.formats import moment, number
from emulator.pages.html import Element, h
from emulator.pages.page import Visit, document, fact_list
from emulator.providers.oneclickimpact.backend import OneClickImpact
from emulator.providers.oneclickimpact.memory.records import KINDS, Impact, Kind

IMPACTS_MAX = 200
"""How many impacts of a customer a page shows, newest first."""

STEPS = (
    ("impact_initiated", "Initiated"),
    ("donation_available", "Donation received"),
    ("donation_sent", "Sent to the partner"),
    ("impact_completed", "Completed"),
)


def show_customer(visit: Visit) -> Response:
    oneclickimpact: OneClickImpact = visit.backend("oneclickimpact")
    customer = oneclickimpact.memory.customers.get(visit.params["id"])
    if customer is None:
        raise HTTPException(404, "There is no such customer in this space.")
    impacts = [impact for impact in oneclickimpact.memory.impacts if impact.customer_id == customer.id]
    impacts.sort(key=lambda impact: impact.made_on, reverse=True)
    name = customer.name or customer.email
    hero = h(
        "section",
        h("p", "Your impact", class_="eyebrow"),
        h("h1", name),
        h("p", f"Impact since {moment(customer.onboarded_on)}", class_="hint"),
        class_="hero",
    )
    now = oneclickimpact.clock.now
    cards = [_card(visit, impact, customer.id, now) for impact in impacts[:IMPACTS_MAX]]
    left_out = len(impacts) - len(cards)
    more = h("p", f"and {left_out} older impacts", class_="hint") if left_out else None
    return document(visit, f"Impact of {name}", "1ClickImpact", hero, _totals(impacts), *cards, more)


def show_impact(visit: Visit) -> Response:
    """Show the impact of a tracking id: the id of a user or a customer, a hyphen, and the impact's time.

    A user has one id in the sandbox and in production, so that each may have an impact of that id.
    """
    oneclickimpact: OneClickImpact = visit.backend("oneclickimpact")
    user_id, _, time = visit.params["id"].partition("-")
    impacts = _found(oneclickimpact, user_id, time)
    if not impacts:
        raise HTTPException(404, "There is no impact with this tracking id in this space.")
    hero = h("section", h("p", "Tracking", class_="eyebrow"), h("h1", visit.params["id"]), class_="hero")
    cards = [_card(visit, impact, user_id, oneclickimpact.clock.now) for impact in impacts]
    return document(visit, "Tracking", "1ClickImpact", hero, *cards)


def _found(oneclickimpact: OneClickImpact, user_id: str, time: str) -> Sequence[Impact]:
    try:
        at = datetime.fromisoformat(time).astimezone(UTC)
    except (ValueError, OverflowError):
        return ()
    users = {account.id: account.user_id for account in oneclickimpact.accounts.values()}
    return [
        impact
        for impact in oneclickimpact.memory.impacts
        if impact.made_on == at and user_id in (users[impact.account_id], impact.customer_id)
    ]


# --- the content ------------------------------------------------------------------------------------------------------


def _totals(impacts: Sequence[Impact]) -> Element | None:
    sums = {kind: sum(each.amount for each in impacts if each.kind == kind and not each.cancelled_on) for kind in KINDS}
    tiles = []
    for kind, total in sums.items():
        if total:
            figure, text = _amount(kind, total)
            tiles.append(h("li", h("span", figure, class_="figure"), h("span", text)))
    return h("section", h("ul", *tiles, class_="tiles")) if tiles else None


def _card(visit: Visit, impact: Impact, user_id: str, now: datetime) -> Element:
    figure, text = _amount(impact.kind, impact.amount)
    tracking_id = f"{user_id}-{millis(impact.made_on)}"
    title = h("a", f"{figure} {text}", href=visit.path("oneclickimpact", "track", tracking_id))
    progress = impact.progress
    environment = visit.backend("oneclickimpact").accounts[impact.account_id].environment
    return h(
        "section",
        h("h2", title),
        _cancelled(impact) if impact.cancelled_on else _steps(impact, now),
        fact_list(
            ("Environment", environment),
            ("Category", impact.category),
            ("Carried out by", progress.assigned_agent),
            ("Place", progress.project_location),
            ("Tracking id", h("code", tracking_id)),
        ),
        class_="card",
    )


def _steps(impact: Impact, now: datetime) -> Element:
    """Return the stages of an impact, with the times of those that it has reached."""
    reached: dict[str, datetime] = {"impact_initiated": impact.made_on}
    reached.update(impact.reached(now))
    steps = []
    for name, title in STEPS:
        at = reached.get(name)
        steps.append(h("li", h("strong", title), h("small", moment(at) if at else "not yet"), class_=_step(at)))
    return h("ol", *steps, class_="steps")


def _step(at: datetime | None) -> str:
    return "done" if at else "open"


def _cancelled(impact: Impact) -> Element:
    assert impact.cancelled_on
    reason = f": {impact.cancellation_reason}" if impact.cancellation_reason else ""
    return h("p", f"Canceled on {moment(impact.cancelled_on)}{reason}", class_="lead bad")


def _amount(kind: Kind, amount: int) -> tuple[str, str]:
    if kind == "money_donated":
        return f"${amount // 100:,}.{amount % 100:02}", "donated"
    texts = {
        "carbon_captured": "lb of CO₂ captured",
        "tree_planted": "tree planted" if amount == 1 else "trees planted",
        "waste_removed": "lb of ocean waste removed",
        "coral_restored": "coral fragment restored" if amount == 1 else "coral fragments restored",
    }
    return number(amount), texts[kind]
