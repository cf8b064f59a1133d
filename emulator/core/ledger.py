"""Double-entry books: what was bought, retired, cancelled and charged, in entries that come to nothing.

Books are not written. They are read off the facts that a vendor remembers, each time that somebody asks for them.

Amounts are exact decimals of any size, so JSON has them as text. No smallest part of a gram would do: a pound is
453.59237 of them, and CNaught can be set to keep whatever fraction of a kilogram a double can tell. What cannot be
reckoned exactly within a thousand digits is not reckoned: ArithmeticError is raised, and nothing is ever rounded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, Subnormal
from typing import Any, TypeAlias

GRAM = "g"
"""Of CO2e."""
CENT = "cent"
"""Of a US dollar."""

OUTSIDE = "outside/"
"""The accounts out of which everything comes: they alone hold less than nothing."""

GRAMS: Mapping[str, Decimal] = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "t": Decimal(1_000_000),
    "lb": Decimal("453.59237"),  # the international pound, by definition
}
"""What a unit of mass is in grams."""

EXACT = Context(
    prec=1000, Emin=-1000, Emax=1000, traps=[Inexact, Overflow, Subnormal, InvalidOperation, DivisionByZero]
)

Balances: TypeAlias = dict[tuple[str, str, str], Decimal]
"""By provider, account and unit."""

Flows: TypeAlias = dict[tuple[str, str, str, str], Decimal]
"""By provider, unit, and the kinds of accounts that amounts leave and enter."""


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount of a unit that goes into an account, or out of it if below 0.

    An account's name begins with what becomes of things there, goes on with what they are, and ends with whose they
    are: ``retired/I0UbDH/acme``.
    """

    account: str
    unit: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, and what it moved. No ``at``: it was brought forward from the fixture."""

    at: datetime | None
    provider: str
    subject: str
    description: str
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it should be, and what it is."""

    subject: str
    expected: Decimal | int
    found: Decimal | int


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold at any time, in a sentence, and a function that looks for it.

    The function takes entries: those of all vendors, or those of one, and then that vendor and its opening memory.
    """

    name: str
    statement: str
    findings: Callable[..., Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Books:
    """How the books of a vendor are read off its memory, and what must hold of the two.

    ``entries`` takes the vendor and its opening memory, which is the fixture's.
    """

    entries: Callable[[Any, Any], Iterable[Entry]]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class NoBooks:
    """A vendor of which no books are kept, and why."""

    reason: str


# --- amounts ----------------------------------------------------------------------------------------------------------


def in_grams(mass: Decimal | int, unit: str) -> Decimal:
    """A mass in grams. Raises ArithmeticError."""
    return EXACT.multiply(Decimal(mass), GRAMS[unit])


def measured(amount: Decimal) -> Decimal:
    """The same amount. Raises ArithmeticError for one beyond all measure, which would cost minutes to reckon with."""
    return EXACT.plus(amount)


def in_unit(grams: Decimal, unit: str) -> Decimal:
    """Return a mass in another unit. Raises ArithmeticError."""
    return EXACT.divide(grams, GRAMS[unit])


def moved(unit: str, amount: Decimal | int, out_of: str, into: str) -> tuple[Posting, Posting]:
    """The two postings of what goes from one account to another."""
    return Posting(out_of, unit, Decimal(amount).copy_negate()), Posting(into, unit, Decimal(amount))


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Raises ArithmeticError."""
    total = Decimal(0)
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


def balances(entries: Iterable[Entry]) -> Balances:
    """What is in each account, for every unit that was ever posted to it, in the order of their names."""
    found: Balances = {}
    for entry in entries:
        for posting in entry.postings:
            place = (entry.provider, posting.account, posting.unit)
            found[place] = EXACT.add(found.get(place, Decimal(0)), posting.amount)
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
    """Count what comes into an account as moved out of those that gave it up, one after the other."""
    wanted = posting.amount
    for source in taken:
        moved_amount = min(source[1], wanted)
        if moved_amount > 0:
            place = (*of, source[0], _kind(posting))
            found[place] = EXACT.add(found.get(place, Decimal(0)), moved_amount)
            source[1], wanted = EXACT.subtract(source[1], moved_amount), EXACT.subtract(wanted, moved_amount)


def _kind(posting: Posting) -> str:
    return posting.account.partition("/")[0]


def figure(amount: Decimal | int) -> str:
    """An amount as text: ``453.59237``, never in powers of ten. Raises ArithmeticError."""
    return f"{EXACT.normalize(Decimal(amount)):f}" if amount else "0"


# --- what must hold of all books --------------------------------------------------------------------------------------


def comes_to_nothing(entries: Iterable[Entry]) -> Iterator[Finding]:
    """What the postings of each entry come to, in each of its units."""
    for entry in entries:
        for unit in dict.fromkeys(posting.unit for posting in entry.postings):
            total = exact_sum(posting.amount for posting in entry.postings if posting.unit == unit)
            yield Finding(f"{entry.provider} {entry.subject}, {entry.description}, {unit}", 0, total)


def not_below_zero(entries: Iterable[Entry]) -> Iterator[Finding]:
    """What is in each account, and what must be: the same, or nothing."""
    for (provider, account, unit), amount in balances(entries).items():
        if not account.startswith(OUTSIDE):
            yield Finding(f"{provider} {account}, {unit}", max(amount, Decimal(0)), amount)


CHECKS = (
    Check("books.balance", "The postings of every entry come to nothing in each unit.", comes_to_nothing),
    Check("books.below-zero", "Nobody owns, has retired or has been charged less than nothing.", not_below_zero),
)


# --- what vendors' checks are made of ---------------------------------------------------------------------------------


def once(names: Iterable[str]) -> Iterator[Finding]:
    """How often each name comes, which is once."""
    for name, times in Counter(names).items():
        yield Finding(name, 1, times)


def agree(expected: Mapping[str, Decimal | int], found: Mapping[str, Decimal | int]) -> Iterator[Finding]:
    """Two tables that tell the same; what is not in one of them is nothing."""
    for name in {**expected, **found}:
        yield Finding(name, expected.get(name, 0), found.get(name, 0))
