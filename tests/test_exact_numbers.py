"""Bounds apply to the number in the request with all its digits, in every provider and the control API."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import Emulator
from tests.conftest import START
from tests.support.caller import credentials_of

Accepts: TypeAlias = Callable[[str], bool]

EXACT = Context(prec=200)


@dataclass(frozen=True)
class Bounded:
    """A number in a request, its bounds, and which numbers are accepted."""

    provider: str
    path: str
    body: str
    bounds: tuple[str, ...]
    accepts: Accepts


def between(least: int, most: int) -> Accepts:
    return lambda text: least <= Decimal(text) <= most


def above(least: int, most: int) -> Accepts:
    return lambda text: least < Decimal(text) <= most


def whole(least: int, most: int) -> Accepts:
    return lambda text: between(least, most)(text) and Decimal(text) == Decimal(text).to_integral_value()


def digits(least: int, most: int) -> Accepts:
    return lambda text: text.isdigit() and between(least, most)(text)


PURCHASE = """{"product_name": "a", "sector": "b", "country": "ES", "unit_id": "c", "purchase_date": "2024-01-01",
"expense_type": "opex", %s}"""
SCORE = """{"transactions": [{"id": "1", "amount": 5, "date": "01-03-2020", "category": "Clothing"}],
"user_profile": {"renewable_energy": <number>}}"""

BOUNDED = {
    "pounds": Bounded(
        "oneclickimpact", "/v1/capture_carbon", '{"amount": <number>}', ("1", "10000000"), whole(1, 10**7)
    ),
    "cents": Bounded(
        "oneclickimpact", "/v1/donate_money", '{"amount": <number>}', ("1", "1000000000"), whole(1, 10**9)
    ),
    "limit": Bounded("oneclickimpact", "/v1/records?limit=<number>", "", ("0", "1000"), digits(0, 1000)),
    "kilometers": Bounded(
        "cnaught", "/v1/quotes/ride", '{"distance_km": <number>}', ("0", "1000000000"), above(0, 10**9)
    ),
    "share": Bounded(
        "dcycle", "/v1/purchases", PURCHASE % '"quantity": 1, "recycled": <number>', ("0", "1"), between(0, 1)
    ),
    "quantity": Bounded(
        "dcycle", "/v1/purchases", PURCHASE % '"quantity": <number>', ("0", "1000000000000"), between(0, 10**12)
    ),
    "renewable energy": Bounded("carboninsights", "/calculateCarbonScore", SCORE, ("0", "1"), between(0, 1)),
    "renewable energy as text": Bounded(
        "carboninsights", "/calculateCarbonScore", SCORE.replace("<number>", '"<number>"'), ("0", "1"), between(0, 1)
    ),
    "page": Bounded("thallo", "/api/market?page=<number>", "", ("1", "9007199254740991"), digits(1, 2**53 - 1)),
    "status": Bounded("_emulator", "/faults", '{"effect": {"status": <number>}}', ("200", "599"), whole(200, 599)),
    "delay": Bounded(
        "_emulator", "/faults", '{"effect": {"status": 500, "delay_seconds": <number>}}', ("0", "600"), between(0, 600)
    ),
    "times": Bounded(
        "_emulator", "/faults", '{"effect": {"status": 500}, "times": <number>}', ("1", "1000000000"), whole(1, 10**9)
    ),
    "span": Bounded("_emulator", "/clock/advance", '{"seconds": <number>}', ("3162240000",), between(0, 3162240000)),
    "timeout": Bounded("_emulator", "/requests/wait?timeout=<number>", "", ("0",), between(0, 300)),
}
"""The numbers with bounds, a few of each kind: a field added by a provider belongs to one of these types."""


@st.composite
def near(draw: st.DrawFn, bounds: tuple[str, ...]) -> str:
    """Draw a number at a bound or near it, by as little as 10 to the -60, perhaps with trailing zeros."""
    bound = Decimal(draw(st.sampled_from(bounds)))
    step = Decimal(draw(st.sampled_from([-1, 0, 1]))).scaleb(-draw(st.integers(0, 60)))
    number = f"{EXACT.add(bound, step):f}"
    zeros = draw(st.sampled_from(["", "0", "0" * 25]))
    return number + zeros if "." in number else number


@pytest.mark.parametrize("bounded", [pytest.param(bounded, id=name) for name, bounded in BOUNDED.items()])
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bounds_are_exact(emulator: Emulator, bounded: Bounded, data: st.DataObject) -> None:
    """A number is accepted if and only if its decimal value is within its bounds."""
    number = data.draw(near(bounded.bounds))
    assert _accepted(emulator, bounded, number) == bounded.accepts(number)


def _accepted(emulator: Emulator, bounded: Bounded, number: str) -> bool:
    space = emulator.space()
    space.clock.freeze(START)
    known = {} if bounded.provider == "_emulator" else credentials_of(space, bounded.provider)
    body = bounded.body.replace("<number>", number)
    url = f"{space.url}/{bounded.provider}{bounded.path.replace('<number>', number)}"
    headers = {**known, "Content-Type": "application/json"}
    reply = space.http.request("POST" if body else "GET", url, headers=headers, content=body)
    space.delete()
    assert reply.status_code in (*range(200, 300), 400, 408, 422), reply.text
    return reply.status_code not in (400, 422)
