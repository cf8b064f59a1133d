"""Quotes by mass and by ride."""

import pytest

from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller

CHEAP = {"portfolio_id": "ixmZSK"}
"""A portfolio whose kilogram costs 1.6 cents by API and 2.5 at the checkout."""


@pytest.mark.rule("cnaught.quotes.mass-echoed")
@pytest.mark.parametrize("amount_kg", [10, 8.5, 0.001, 123456.789, 1_000_000_000])
def test_a_quote_echoes_its_mass(cnaught: Caller, amount_kg: float) -> None:
    """The mass is returned as sent, with its fraction."""
    reply = cnaught.post("/v1/quotes", {"amount_kg": amount_kg})
    assert (reply.status_code, reply.json()["amount_kg"]) == (200, amount_kg)


@pytest.mark.parametrize(
    ("body", "cents"),
    [
        pytest.param({"amount_kg": 10}, 20, marks=pytest.mark.rule("cnaught.orders.unit-price")),
        pytest.param({"amount_kg": 8.5}, 17, marks=pytest.mark.rule("cnaught.orders.unit-price")),
        pytest.param({"amount_kg": 0.24}, 0, marks=pytest.mark.rule("cnaught.orders.price")),
        pytest.param({"amount_kg": 0.25}, 1, marks=pytest.mark.rule("cnaught.orders.price")),
        pytest.param({"amount_kg": 7, **CHEAP}, 11, marks=pytest.mark.rule("cnaught.orders.price")),
        pytest.param({"amount_kg": 0.3125, **CHEAP}, 1, marks=pytest.mark.rule("cnaught.orders.price")),
        pytest.param({"amount_kg": 0.3124, **CHEAP}, 0, marks=pytest.mark.rule("cnaught.orders.price")),
        pytest.param({"amount_kg": 7, **CHEAP, "source": "api"}, 11, marks=pytest.mark.rule("cnaught.quotes.source")),
        pytest.param({"amount_kg": 7, **CHEAP, "source": None}, 11, marks=pytest.mark.rule("cnaught.quotes.source")),
        pytest.param(
            {"amount_kg": 7, **CHEAP, "source": "checkout"}, 18, marks=pytest.mark.rule("cnaught.quotes.source")
        ),
        pytest.param(
            {"amount_kg": 0.001, **CHEAP, "source": "checkout"}, 1, marks=pytest.mark.rule("cnaught.quotes.source")
        ),
    ],
)
def test_a_quote_has_a_price(cnaught: Caller, body: dict[str, object], cents: int) -> None:
    """The API price is rounded to the nearest cent, halves up; the checkout price up to the next cent."""
    assert cnaught.post("/v1/quotes", body).json()["price_usd_cents"] == cents


@pytest.mark.rule("cnaught.orders.ride-mass", "cnaught.quotes.source")
@pytest.mark.parametrize(
    ("body", "kg", "cents"),
    [
        ({"distance_km": 30}, 8, 16),
        ({"distance_km": 10.5}, 3, 6),
        ({"distance_km": 30, **CHEAP}, 8, 13),
        ({"distance_km": 10.5, **CHEAP, "source": "checkout"}, 3, 8),
        ({"distance_km": 1_000_000_000}, 241_140_900, 482_281_800),
    ],
)
def test_a_ride_is_quoted_by_its_distance(cnaught: Caller, body: dict[str, object], kg: int, cents: int) -> None:
    """A ride is quoted in whole kilograms, rounded up, and priced by these."""
    assert cnaught.post("/v1/quotes/ride", body).json() == {"amount_kg": kg, "price_usd_cents": cents}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        pytest.param("/v1/quotes", body, "amount_kg", marks=pytest.mark.rule("cnaught.quotes.amount-bounds"))
        for body in ({}, {"amount_kg": 0}, {"amount_kg": -10}, {"amount_kg": 1_000_000_000.1}, {"amount_kg": 10**400})
    ]
    + [
        pytest.param("/v1/quotes/ride", body, "distance_km", marks=pytest.mark.rule(rule))
        for body, rule in (
            ({}, "cnaught.orders.ride-distance-required"),
            ({"distance_km": 0}, "cnaught.orders.ride-distance-bounds"),
            ({"distance_km": -10}, "cnaught.orders.ride-distance-bounds"),
            ({"distance_km": 1_000_000_001}, "cnaught.orders.ride-distance-bounds"),
        )
    ]
    + [
        pytest.param(path, {**measure, **wrong}, field, marks=pytest.mark.rule("cnaught.quotes.refusals"))
        for path, measure in (("/v1/quotes", {"amount_kg": 1}), ("/v1/quotes/ride", {"distance_km": 1}))
        for wrong, field in (
            ({"source": "shop"}, "source"),
            ({"source": ""}, "source"),
            ({"portfolio_id": "unknown"}, "portfolio_id"),
            ({"portfolio_id": ""}, "portfolio_id"),
            ({"portfolio_id": 5}, "portfolio_id"),
        )
    ],
)
def test_an_invalid_quote_is_refused(cnaught: Caller, path: str, body: dict[str, object], field: str) -> None:
    """A measure out of bounds, another source and an unavailable portfolio are refused."""
    reply = cnaught.post(path, body)
    assert reply.status_code == 400
    assert reply.json()["errors"].keys() == {field}


@pytest.mark.rule("cnaught.quotes.refusals")
@pytest.mark.parametrize(("path", "measure"), [("/v1/quotes", "amount_kg"), ("/v1/quotes/ride", "distance_km")])
def test_a_quote_from_another_accounts_portfolio_is_refused(cnaught: Caller, path: str, measure: str) -> None:
    """Another account's portfolio is refused like an unknown one."""
    reply = as_account(cnaught, "sandbox").post(path, {measure: 1, "portfolio_id": "mHvNvWbq"})
    assert reply.status_code == 400
    assert reply.json()["errors"] == {"portfolio_id": ["is not available"]}


@pytest.mark.rule("cnaught.quotes.nothing-stored")
@pytest.mark.parametrize(("path", "measure"), [("/v1/quotes", "amount_kg"), ("/v1/quotes/ride", "distance_km")])
def test_a_quote_stores_nothing(cnaught: Caller, path: str, measure: str) -> None:
    """Quotes leave orders and impact unchanged, and ignore idempotency keys."""
    orders, impact = cnaught.get("/v1/orders").json(), cnaught.get("/v1/impact/data").json()
    for amount in (1000, 2000):
        assert cnaught.post(path, {measure: amount}, headers={"Idempotency-Key": "key-1"}).status_code == 200
    cnaught.space.clock.advance(seconds=10)
    assert (cnaught.get("/v1/orders").json(), cnaught.get("/v1/impact/data").json()) == (orders, impact)


@pytest.mark.rule("cnaught.orders.price", "cnaught.quotes.rounded-up", "cnaught.quotes.source")
@pytest.mark.parametrize(
    ("path", "body", "kg", "cents"),
    [
        ("/v1/quotes", '{"amount_kg": 0.2499999999999999999999999999999999}', None, 0),
        ("/v1/quotes", '{"amount_kg": 0.2500000000000000000000000000000000}', None, 1),
        ("/v1/quotes", '{"amount_kg": 1.0000000000000000000000000000000001, "source": "checkout"}', None, 3),
        ("/v1/quotes/flight", '{"distance_km": 100.00000000000000000000000000000000}', 10, 20),
        ("/v1/quotes/train", '{"distance_km": 1000.0000000000000000000000000000001}', 39, 78),
        (
            "/v1/quotes/air-freight",
            '{"freight_mass_kg": 1000, "distance_km": 10000.000000000000000000000000000000001}',
            10460,
            20920,
        ),
    ],
)
def test_a_price_is_computed_from_all_digits(cnaught: Caller, path: str, body: str, kg: int | None, cents: int) -> None:
    """Masses and prices are rounded once, from the number that was sent."""
    quote = cnaught.post(path, content=body.encode()).json()
    assert quote["price_usd_cents"] == cents
    assert kg in (None, quote["amount_kg"])
