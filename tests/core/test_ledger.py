"""Books: amounts are exact, entries balance, and violations are found."""

from decimal import Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emulator.core.ledger import (
    CHECKS,
    GRAM,
    GRAMS,
    Entry,
    Finding,
    Posting,
    agree,
    balances,
    exact_sum,
    figure,
    in_grams,
    in_unit,
    moved,
    once,
)

IS_BALANCED, NOT_BELOW_ZERO = (check.findings for check in CHECKS)
TINY = Decimal("5E-324")


def entry(*postings: Posting) -> Entry:
    return Entry(None, "cnaught", "order", "placed", postings)


def wrong(findings: object) -> list[Finding]:
    """Return the findings that are violations."""
    return [finding for finding in findings if finding.expected != finding.found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("mass", "unit", "grams"),
    [
        (5, "g", "5"),
        (Decimal("10.5"), "kg", "10500"),
        (3, "t", "3000000"),
        (1, "lb", "453.59237"),
        (10_000_000, "lb", "4535923700"),
        (TINY, "kg", "0." + "0" * 320 + "5"),
        (10**30 + 1, "kg", "1" + "0" * 29 + "1000"),
        (0, "lb", "0"),
    ],
)
def test_masses_are_exact_in_grams(mass: Decimal | int, unit: str, grams: str) -> None:
    """A mass in grams is exact at any size, and is written without an exponent."""
    assert figure(in_grams(mass, unit)) == grams


MASSES = st.integers(0, 10**300) | st.decimals(0, 10**40, places=30)


@given(MASSES, st.sampled_from(list(GRAMS)))
@example(10**30 + 1, "t")
def test_masses_convert_exactly(mass: Decimal | int, unit: str) -> None:
    """A mass of any number of digits is unchanged by a conversion to grams and back."""
    assert in_unit(in_grams(mass, unit), unit) == mass


@given(st.lists(MASSES))
def test_sums_are_exact(masses: list[Decimal | int]) -> None:
    """Sums and balances have all digits of their amounts, and both accounts of an entry match."""
    entries = [entry(*moved(GRAM, mass, "outside/a", "owned/a")) for mass in masses]
    total = exact_sum(Decimal(mass) for mass in masses)
    assert Fraction(total) == sum(map(Fraction, masses))
    assert [*balances(entries).values()] == ([total.copy_negate(), total] if masses else [])
    assert wrong(IS_BALANCED(entries)) == []


def test_an_inexact_conversion_is_an_error() -> None:
    """A mass without a finite decimal in another unit raises an error instead of being rounded."""
    with pytest.raises(ArithmeticError):
        in_unit(Decimal(1), "lb")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (Decimal("-0.00"), "0"),
        (Decimal("1E+3"), "1000"),
        (Decimal("453.5900"), "453.59"),
        (Decimal("-1.50"), "-1.5"),
        (10**40, "1" + "0" * 40),
    ],
)
def test_an_amount_has_one_text(amount: Decimal | int, text: str) -> None:
    """An amount has one text."""
    assert figure(amount) == text


@pytest.mark.parametrize(
    "amount", [Decimal("1E+1001"), Decimal("1E-1001"), Decimal(10**1001 + 1), Decimal("1E+999999")]
)
def test_too_many_digits_raise(amount: Decimal) -> None:
    """An amount of more than a thousand digits raises an error instead of being rounded."""
    with pytest.raises(ArithmeticError):
        exact_sum([in_grams(amount, "g"), Decimal(1)])


def test_sums_ignore_the_decimal_context() -> None:
    """A sum keeps all digits, with any decimal context of the caller's thread."""
    with localcontext(Context(prec=3)):
        found = balances([entry(*moved(GRAM, mass, "outside/a", "owned/a")) for mass in (Decimal(10**9), TINY)])
    assert figure(found["cnaught", "owned/a", GRAM]) == "1000000000." + "0" * 323 + "5"
    assert figure(found["cnaught", "outside/a", GRAM]) == "-1000000000." + "0" * 323 + "5"


def test_an_unbalanced_entry_is_found() -> None:
    """Each unit of an entry is checked separately: grams do not balance cents."""
    good, bad = moved(GRAM, 5, "outside/a", "owned/a"), Posting("charged/a", "cent", Decimal(-5))
    assert wrong(IS_BALANCED([entry(*good)])) == []
    assert wrong(IS_BALANCED([entry(*good, bad)])) == [Finding("cnaught order, placed, cent", 0, Decimal(-5))]


def test_a_negative_account_is_found() -> None:
    """Only accounts of the outside can be negative."""
    assert wrong(NOT_BELOW_ZERO([entry(*moved(GRAM, 5, "outside/a", "owned/a"))])) == []
    spent = [entry(*moved(GRAM, 5, "outside/a", "owned/a")), entry(*moved(GRAM, 7, "owned/a", "retired/a"))]
    assert wrong(NOT_BELOW_ZERO(spent)) == [Finding("cnaught owned/a, g", Decimal(0), Decimal(-2))]


def test_a_duplicate_is_found() -> None:
    """Each name is checked once, with the number of its occurrences."""
    assert wrong(once(["a", "b", "a"])) == [Finding("a", 1, 2)]


def test_different_tables_are_compared() -> None:
    """An amount that is missing from one table is zero there."""
    assert list(agree({"a": 1, "b": 0}, {"a": 2, "c": 3})) == [
        Finding("a", 1, 2),
        Finding("b", 0, 0),
        Finding("c", 0, 3),
    ]
