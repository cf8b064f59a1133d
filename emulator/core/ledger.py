"""Double-entry books: what was bought, retired, canceled and charged, in entries that balance.

Books are not stored. They are computed from the facts that a vendor remembers, on each request.

Amounts are exact decimals of any size, so JSON has them as text. Integers of a smaller unit would not do: a pound is
453.59237 g, and CNaught can be set to keep any fraction of a kilogram that a double can hold. A calculation that is not
exact within a thousand digits raises ArithmeticError; nothing is ever rounded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, Subnormal
from typing import Any, TypeAlias

from emulator.core.struct import Struct

GRAM = "g"
"""Grams of CO2e."""
CENT = "cent"
"""Cents of a US dollar."""

ZERO = Decimal(0)

OUTSIDE = "outside/"
"""The prefix of accounts from which everything comes: only their balances are negative."""

GRAMS: Mapping[str, Decimal] = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "t": Decimal(1_000_000),
    "lb": Decimal("453.59237"),  # the international pound, by definition
}
"""The grams of each unit of mass."""

EXACT = Context(
    prec=1000, Emin=-1000, Emax=1000, traps=[Inexact, Overflow, Subnormal, InvalidOperation, DivisionByZero]
)

Balances: TypeAlias = dict[tuple[str, str, str], Decimal]
"""Amounts by provider, account and unit."""

Flows: TypeAlias = dict[tuple[str, str, str, str], Decimal]
"""Amounts by provider, unit, and the kinds of accounts that they leave and enter."""


class Posting(Struct, frozen=True):
    """An amount of a unit that is added to an account, or taken from it if negative.

    The name of an account has the state of its contents, what they are, and who owns them: ``retired/I0UbDH/acme``.
    """

    account: str
    unit: str
    amount: Decimal


class Entry(Struct, frozen=True):
    """An event, and the amounts that it moved. Without ``at``, it is an opening balance from the fixture."""

    at: datetime | None
    provider: str
    subject: str
    description: str
    postings: tuple[Posting, ...]


class Finding(Struct, frozen=True):
    """One compared value: what it should be, and what it is."""

    subject: str
    expected: Decimal | int
    found: Decimal | int


class Check(Struct, frozen=True):
    """A rule that must always hold: its statement, and a function that compares values.

    The function takes the entries of all vendors, or those of one, that vendor, and its opening memory.
    """

    name: str
    statement: str
    findings: Callable[..., Iterable[Finding]]


class Books(Struct, frozen=True):
    """How the books of a vendor are computed from its memory, and their checks.

    ``entries`` takes the vendor and its opening memory, which is the fixture's. ``accounts`` are the units of each kind
    of account: of those whose names begin with ``owned/``, for example.
    """

    entries: Callable[[Any, Any], Iterable[Entry]]
    accounts: Mapping[str, tuple[str, ...]]
    checks: tuple[Check, ...]


class NoBooks(Struct, frozen=True):
    """A vendor without books, and the reason."""

    reason: str


# --- amounts ----------------------------------------------------------------------------------------------------------


def in_grams(mass: Decimal | int, unit: str) -> Decimal:
    """Return a mass in grams. Raises ArithmeticError."""
    return EXACT.multiply(Decimal(mass), GRAMS[unit])


def measured(amount: Decimal) -> Decimal:
    """Return the same amount. Raises ArithmeticError for one with too many digits, which would take minutes."""
    return EXACT.plus(amount)


def in_unit(grams: Decimal, unit: str) -> Decimal:
    """Return a mass in another unit. Raises ArithmeticError."""
    return EXACT.divide(grams, GRAMS[unit])


def moved(unit: str, amount: Decimal | int, out_of: str, into: str) -> tuple[Posting, Posting]:
    """Return the two postings that move an amount from one account to another."""
    return Posting(out_of, unit, Decimal(amount).copy_negate()), Posting(into, unit, Decimal(amount))


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum. Raises ArithmeticError."""
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def balances(entries: Iterable[Entry]) -> Balances:
    """Return the balance of each account, for every unit ever posted to it, in the order of names."""
    found: Balances = {}
    for entry in entries:
        for posting in entry.postings:
            key = (entry.provider, posting.account, posting.unit)
            found[key] = EXACT.add(found.get(key, ZERO), posting.amount)
    return dict(sorted(found.items()))


def flows(entries: Iterable[Entry]) -> Flows:
    """Return what moved between the kinds of accounts, which are the first parts of their names, in all entries."""
    found: Flows = {}
    for entry in entries:
        for unit in dict.fromkeys(posting.unit for posting in entry.postings):
            taken = [[_kind(each), -each.amount] for each in entry.postings if each.unit == unit and each.amount < 0]
            for posting in entry.postings:
                if posting.unit == unit and posting.amount > 0:
                    _draw(found, (entry.provider, unit), taken, posting)
    return found


def _draw(found: Flows, of: tuple[str, str], taken: list[list[Any]], posting: Posting) -> None:
    """Count what is added to an account as moved from the accounts that it was taken from, in turn."""
    wanted = posting.amount
    for source in taken:
        moved_amount = min(source[1], wanted)
        if moved_amount > 0:
            key = (*of, source[0], _kind(posting))
            found[key] = EXACT.add(found.get(key, ZERO), moved_amount)
            source[1], wanted = EXACT.subtract(source[1], moved_amount), EXACT.subtract(wanted, moved_amount)


def _kind(posting: Posting) -> str:
    return posting.account.partition("/")[0]


def figure(amount: Decimal | int) -> str:
    """Return an amount as text without an exponent: ``453.59237``. Raises ArithmeticError."""
    return f"{EXACT.normalize(Decimal(amount)):f}" if amount else "0"


# --- checks of all books ----------------------------------------------------------------------------------------------


def is_balanced(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Compare the sum of each entry's postings, by unit, with zero."""
    for entry in entries:
        totals: dict[str, Decimal] = {}
        for posting in entry.postings:
            totals[posting.unit] = EXACT.add(totals.get(posting.unit, ZERO), posting.amount)
        for unit, total in totals.items():
            yield Finding(f"{entry.provider} {entry.subject}, {entry.description}, {unit}", 0, total)


def not_below_zero(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Compare the balance of each account with itself, or with zero if it is negative."""
    for (provider, account, unit), amount in balances(entries).items():
        if not account.startswith(OUTSIDE):
            yield Finding(f"{provider} {account}, {unit}", max(amount, Decimal(0)), amount)


CHECKS = (
    Check("books.balance", "The postings of every entry add up to zero in each unit.", is_balanced),
    Check("books.below-zero", "No account is negative, except those of the outside.", not_below_zero),
)


# --- parts of vendors' checks -----------------------------------------------------------------------------------------


def once(names: Iterable[str]) -> Iterator[Finding]:
    """Compare how often each name occurs with one."""
    for name, times in Counter(names).items():
        yield Finding(name, 1, times)


def agree(expected: Mapping[str, Decimal | int], found: Mapping[str, Decimal | int]) -> Iterator[Finding]:
    """Compare two tables of amounts; what is missing from one of them is zero there."""
    for name in {**expected, **found}:
        yield Finding(name, expected.get(name, 0), found.get(name, 0))
