"""1ClickImpact's books: what was made for whom, and canceled.

The documents name no prices, so nothing is charged; cents are those that were donated. Grams are those of captured
carbon. Trees, coral and pounds of waste are not a mass of CO2e and have units of their own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from emulator.core.ledger import (
    CENT,
    GRAM,
    OUTSIDE,
    Books,
    Check,
    Entry,
    Finding,
    agree,
    balances,
    in_grams,
    in_unit,
    moved,
)
from emulator.providers.oneclickimpact.backend import OneClickImpact
from emulator.providers.oneclickimpact.memory.fixture import Memory
from emulator.providers.oneclickimpact.memory.records import KINDS, Impact, Kind

UNITS: Mapping[Kind, str] = {
    "carbon_captured": GRAM,
    "tree_planted": "tree",
    "waste_removed": "pound of waste",
    "money_donated": CENT,
    "coral_restored": "coral",
}


def entries(backend: OneClickImpact, opening: Memory) -> Iterator[Entry]:
    """Yield the entries of all impacts, the fixture's included."""
    for impact in backend.memory.impacts:
        amount = _amount(impact)
        made = f"made/{impact.kind}/{_owner(impact)}"
        coming = moved(UNITS[impact.kind], amount, OUTSIDE + impact.kind, made)
        yield Entry(impact.made_on, "oneclickimpact", impact.subject, f"{impact.kind} made", coming)
        if impact.cancelled_on:
            cancelled = f"cancelled/{impact.kind}/{_owner(impact)}"
            going = moved(UNITS[impact.kind], amount, made, cancelled)
            yield Entry(impact.cancelled_on, "oneclickimpact", impact.subject, f"{impact.kind} canceled", going)


def _owner(impact: Impact) -> str:
    return f"{impact.account_id}/{impact.customer_id}" if impact.customer_id else impact.account_id


def _amount(impact: Impact) -> Decimal:
    return in_grams(impact.amount, "lb") if UNITS[impact.kind] == GRAM else Decimal(impact.amount)


# --- checks -----------------------------------------------------------------------------------------------------------


def _totals(entries: Sequence[Entry], backend: OneClickImpact, opening: Memory) -> Iterator[Finding]:
    """Compare the vendor's running totals with the books, in the vendor's units."""
    booked, shown = defaultdict[str, Decimal](Decimal), dict[str, int]()
    for (_, account, unit), amount in balances(entries).items():
        state, kind, *owner = account.split("/")
        if state == "made":
            part = "customers" if owner[1:] else "own"
            booked[f"{owner[0]} {part} {kind}"] += in_unit(amount, "lb") if unit == GRAM else amount
    for known in backend.catalogue.accounts:
        totals = backend.impacts.totals(known)
        for kind in KINDS:
            shown[f"{known.id} own {kind}"] = totals.own[kind]
            shown[f"{known.id} customers {kind}"] = totals.customers[kind]
    return agree(booked, shown)


def _processed(entries: Sequence[Entry], backend: OneClickImpact, opening: Memory) -> Iterator[Finding]:
    """Find how much was canceled of each impact that had been processed."""
    for impact in backend.memory.impacts:
        if impact.processed(backend.clock.now):
            yield Finding(impact.subject, 0, impact.amount if impact.cancelled_on else 0)


BOOKS = Books(
    entries,
    dict.fromkeys(("outside", "made", "cancelled"), tuple(UNITS.values())),
    (
        Check(
            "oneclickimpact.totals",
            "The totals of an account are what its books say was made, less what was canceled.",
            _totals,
        ),
        Check(
            "oneclickimpact.processed",
            "Nothing is canceled for which a nonprofit has the money.",
            _processed,
        ),
    ),
)
