"""1ClickImpact's books: what was made for whom, and taken back.

The documents name no prices, so nothing is charged here: cents are those that were donated. Grams are those of carbon
captured; trees, coral and pounds of waste are no mass of CO2e, and have units of their own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial

from emulator.core.clock import millis
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
    told_in,
)
from emulator.providers.oneclickimpact.backend import OneClickImpact
from emulator.providers.oneclickimpact.memory import KINDS, Impact, Kind, Memory

UNITS: Mapping[Kind, str] = {
    "carbon_captured": GRAM,
    "tree_planted": "tree",
    "waste_removed": "pound of waste",
    "money_donated": CENT,
    "coral_restored": "coral",
}


def entries(backend: OneClickImpact, opening: Memory) -> Iterator[Entry]:
    """What the impacts tell, the fixture's too."""
    for impact in backend.memory.impacts:
        name, amount = _name(impact), _amount(impact)
        made = f"made/{impact.kind}/{_owner(impact)}"
        coming = moved(UNITS[impact.kind], amount, OUTSIDE + impact.kind, made)
        yield Entry(impact.made_on, "oneclickimpact", name, f"{impact.kind} made", coming)
        if impact.cancelled_on:
            cancelled = f"cancelled/{impact.kind}/{_owner(impact)}"
            going = moved(UNITS[impact.kind], amount, made, cancelled)
            yield Entry(impact.cancelled_on, "oneclickimpact", name, f"{impact.kind} cancelled", going)


def _name(impact: Impact) -> str:
    """No account makes two impacts at one time."""
    return f"{impact.account_id} {millis(impact.made_on)}"


def _owner(impact: Impact) -> str:
    return f"{impact.account_id}/{impact.customer_id}" if impact.customer_id else impact.account_id


def _amount(impact: Impact) -> Decimal:
    return in_grams(impact.amount, "lb") if UNITS[impact.kind] == GRAM else Decimal(impact.amount)


# --- what must hold ---------------------------------------------------------------------------------------------------


def _totals(kept: Sequence[Entry], backend: OneClickImpact, opening: Memory) -> Iterator[Finding]:
    """The vendor's running totals, and what the books say was made, both in the vendor's units."""
    booked, told = defaultdict[str, Decimal](Decimal), dict[str, int]()
    for (_, account, unit), amount in balances(kept).items():
        what, kind, *owner = account.split("/")
        if what == "made":
            whose = "customers" if owner[1:] else "own"
            booked[f"{owner[0]} {whose} {kind}"] += in_unit(amount, "lb") if unit == GRAM else amount
    for known in backend.catalogue.accounts:
        totals = backend.totals(known)
        for kind in KINDS:
            told[f"{known.id} own {kind}"] = totals.own[kind]
            told[f"{known.id} customers {kind}"] = totals.customers[kind]
    return agree(booked, told)


def _processed(kept: Sequence[Entry], backend: OneClickImpact, opening: Memory) -> Iterator[Finding]:
    """How much was taken back of each impact that a non-profit has the money for."""
    for impact in backend.memory.impacts:
        if impact.processed:
            yield Finding(_name(impact), 0, impact.amount if impact.cancelled_on else 0)


BOOKS = Books(
    entries,
    (
        Check(
            "oneclickimpact.totals",
            "The totals that an account is told are what its books say was made, less what was cancelled.",
            _totals,
        ),
        Check(
            "oneclickimpact.processed",
            "Nothing is taken back for which a non-profit has the money.",
            _processed,
        ),
        Check(
            "oneclickimpact.units",
            "Grams told in pounds or tonnes come back as the same grams.",
            partial(told_in, "lb"),
        ),
    ),
)
