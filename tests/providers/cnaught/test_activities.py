"""Quotes by activity: travel, freight and offices."""

from typing import Any

import pytest

from tests.support.caller import Caller

CHEAP = {"portfolio_id": "ixmZSK"}
"""A portfolio whose kilogram costs 1.6 cents by API and 2.5 at the checkout."""

ACTIVITIES: dict[str, dict[str, Any]] = {
    "ground-transport": {"distance_km": 1, "vehicle_type": "school_bus"},
    "flight": {"distance_km": 1},
    "train": {"distance_km": 1},
    "air-freight": {"freight_mass_kg": 1, "distance_km": 1},
    "ground-freight": {"freight_mass_kg": 1, "distance_km": 1},
    "office-space": {"square_footage": 1},
}
"""Every kind of activity, with its measures."""

each_activity = pytest.mark.parametrize("activity", ACTIVITIES)


def by(vehicle: str, distance_km: float) -> dict[str, Any]:
    return {"distance_km": distance_km, "vehicle_type": vehicle}


def freight(mass_kg: float, distance_km: float) -> dict[str, float]:
    return {"freight_mass_kg": mass_kg, "distance_km": distance_km}


@pytest.mark.parametrize(
    ("activity", "body", "kg"),
    [
        pytest.param(activity, body, kg, marks=pytest.mark.rule(f"cnaught.quotes.{rule or activity}"))
        for activity, body, kg, rule in [
            ("ground-transport", by("passenger_car_van_or_suv", 30), 8, None),
            ("ground-transport", by("passenger_car_van_or_suv", 10_000_000), 2_411_409, None),
            ("ground-transport", by("small_bus", 1000), 634, None),
            ("ground-transport", by("school_bus", 1000), 745, None),
            ("ground-transport", by("coach_bus", 1000), 1057, None),
            ("ground-transport", by("coach_bus", 1_000_000_000), 1_057_000_000, None),
            ("flight", {"distance_km": 100}, 10, None),
            ("flight", {"distance_km": 1000}, 95, None),
            ("flight", {"distance_km": 1000.001}, 96, "rounded-up"),
            ("flight", {"distance_km": 0.001}, 1, "rounded-up"),
            ("train", {"distance_km": 1000}, 38, None),
            ("train", {"distance_km": 1000.001}, 39, "rounded-up"),
            ("air-freight", freight(10, 100), 2, None),
            ("air-freight", freight(1000, 10_000), 10_459, None),
            ("air-freight", freight(1000, 10_000.01), 10_460, "rounded-up"),
            ("ground-freight", freight(100, 1000), 14, None),
            ("ground-freight", freight(1000, 10_000), 1384, None),
            ("ground-freight", freight(1000.01, 10_000), 1385, "rounded-up"),
            ("office-space", {"square_footage": 1000}, 8600, None),
            ("office-space", {"square_footage": 0.5}, 5, "rounded-up"),
        ]
    ],
)
def test_an_activity_has_a_mass(cnaught: Caller, activity: str, body: dict[str, Any], kg: int) -> None:
    """An activity is quoted in whole kilograms, rounded up, at two cents each."""
    reply = cnaught.post(f"/v1/quotes/{activity}", body)
    assert (reply.status_code, reply.json()) == (200, {"amount_kg": kg, "price_usd_cents": 2 * kg})


@each_activity
@pytest.mark.rule("cnaught.quotes.source")
@pytest.mark.parametrize(("source", "cents"), [(None, 2), ("api", 2), ("checkout", 3)])
def test_an_activity_has_two_prices(cnaught: Caller, activity: str, source: str | None, cents: int) -> None:
    """The API price is rounded to the nearest cent, the checkout price up to the next."""
    small = {name: 0.001 for name, value in ACTIVITIES[activity].items() if value == 1}
    body = {**ACTIVITIES[activity], **small, **CHEAP, "source": source}
    assert cnaught.post(f"/v1/quotes/{activity}", body).json() == {"amount_kg": 1, "price_usd_cents": cents}


@pytest.mark.rule("cnaught.quotes.measure-bounds")
@pytest.mark.parametrize(
    ("activity", "measure"),
    [(activity, measure) for activity, body in ACTIVITIES.items() for measure, value in body.items() if value == 1],
)
def test_a_measure_has_bounds(cnaught: Caller, activity: str, measure: str) -> None:
    """A measure that is missing, not positive or too large is refused."""
    rest = {name: value for name, value in ACTIVITIES[activity].items() if name != measure}
    for wrong in ({}, {measure: 0}, {measure: -10}, {measure: 1_000_000_000.1}, {measure: 10**400}):
        reply = cnaught.post(f"/v1/quotes/{activity}", {**rest, **wrong})
        assert reply.status_code == 400
        assert reply.json()["errors"].keys() == {measure}


@each_activity
@pytest.mark.rule("cnaught.quotes.refusals")
@pytest.mark.parametrize("wrong", [{"source": "shop"}, {"portfolio_id": "unknown"}, {"portfolio_id": 5}])
def test_an_activity_needs_a_known_price_list(cnaught: Caller, activity: str, wrong: dict[str, object]) -> None:
    """Another source, or a portfolio that the account may not use, is refused."""
    reply = cnaught.post(f"/v1/quotes/{activity}", {**ACTIVITIES[activity], **wrong})
    assert reply.status_code == 400
    assert reply.json()["errors"].keys() == wrong.keys()


@pytest.mark.rule("cnaught.quotes.vehicle-type")
@pytest.mark.parametrize("wrong", [{}, {"vehicle_type": "tricycle"}, {"vehicle_type": None}, {"vehicle_type": 5}])
def test_a_vehicle_type_is_one_of_four(cnaught: Caller, wrong: dict[str, object]) -> None:
    """Any other vehicle type is refused."""
    reply = cnaught.post("/v1/quotes/ground-transport", {"distance_km": 1, **wrong})
    assert reply.status_code == 400
    assert reply.json()["errors"].keys() == {"vehicle_type"}


@each_activity
@pytest.mark.rule("cnaught.quotes.nothing-stored", "cnaught.subaccount-header.default-portfolio")
def test_an_activity_is_priced_for_a_subaccount(cnaught: Caller, activity: str) -> None:
    """A quote for a subaccount uses its portfolio's price, and stores nothing."""
    cheap = cnaught.post("/v1/subaccounts", {"name": "Sales", "default_portfolio_id": "ixmZSK"}).json()["id"]
    before, path = cnaught.space.cnaught.state, f"/v1/quotes/{activity}"
    large = {name: 50_000 for name, value in ACTIVITIES[activity].items() if value == 1}
    quote = cnaught.post(path, {**ACTIVITIES[activity], **large}, headers={"X-Subaccount-Id": cheap}).json()
    assert quote["price_usd_cents"] == round(quote["amount_kg"] * 1.6)
    assert cnaught.space.cnaught.state == before
