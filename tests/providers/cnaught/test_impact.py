"""Climate impact: what the fulfilled orders of an account or a subaccount add up to."""

from typing import Any

import pytest

from emulator import Emulator
from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller, credentials_of


@pytest.fixture
def sandbox(cnaught: Caller) -> Caller:
    """An account without orders, whose portfolio has four categories of one project each."""
    return as_account(cnaught, "sandbox")


def impact(caller: Caller, subaccount_id: str | None = None, **period: str) -> dict[str, Any]:
    """The impact of the account, or of a subaccount."""
    headers = {"X-Subaccount-Id": subaccount_id} if subaccount_id else {}
    found: dict[str, Any] = caller.get("/v1/impact/data", params=period, headers=headers).json()
    return found


@pytest.mark.rule("cnaught.impact.what-counts")
def test_an_order_counts_once_it_is_fulfilled(sandbox: Caller) -> None:
    """A placed order has retired nothing yet."""
    sandbox.post("/v1/orders", {"amount_kg": 1000})
    assert impact(sandbox)["total_offset_kgs"] == 0
    sandbox.space.clock.advance(seconds=2)
    assert impact(sandbox)["total_offset_kgs"] == 1000


@pytest.mark.rule("cnaught.impact.what-counts")
@pytest.mark.parametrize(
    ("period", "kg"),
    [
        ({}, 111),
        ({"from": "2026-01-01T00:00:10Z"}, 110),
        ({"from": "2026-01-01T00:00:10.000001Z"}, 100),
        ({"to": "2026-01-01T00:00:10Z"}, 1),
        ({"to": "2026-01-01T00:00:10.000001Z"}, 11),
        ({"from": "2026-01-01T00:00:10Z", "to": "2026-01-01T00:00:20Z"}, 10),
        ({"from": "2026-01-01T00:00:10Z", "to": "2026-01-01T00:00:10Z"}, 0),
        ({"from": "2026-01-02"}, 0),
    ],
)
def test_a_period_picks_orders_by_their_placing(sandbox: Caller, period: dict[str, str], kg: int) -> None:
    """The period takes in the instant at which it begins, and not the one at which it ends."""
    for amount_kg in (1, 10, 100):
        sandbox.post("/v1/orders", {"amount_kg": amount_kg})
        sandbox.space.clock.advance(seconds=10)
    assert impact(sandbox, **period)["total_offset_kgs"] == kg


@pytest.mark.rule("cnaught.impact.what-counts")
def test_what_is_to_come_has_retired_nothing(emulator: Emulator) -> None:
    """A clock that begins in the past, after the impact was asked for, has the fixture's order before it."""
    space = emulator.space()
    acme = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    assert impact(acme)["total_offset_kgs"] == 10.5
    space.clock.freeze("2022-01-01")
    assert impact(acme)["total_offset_kgs"] == 0
    space.clock.freeze("2023-01-01")
    assert impact(acme)["total_offset_kgs"] == 10.5


@pytest.mark.rule("cnaught.impact.since-date", "cnaught.impact.to-date")
def test_the_period_is_told(cnaught: Caller) -> None:
    """The dates are those asked for; else the account's or subaccount's beginning, and no end."""
    assert (impact(cnaught)["since_date"], impact(cnaught)["to_date"]) == ("2023-01-01T18:00:00.000000Z", None)
    assert impact(cnaught, "5nubL0NS")["since_date"] == "2023-08-01T18:00:00.000000Z"
    june = impact(cnaught, **{"from": "2025-06-01", "to": "2025-07-01"})
    assert (june["since_date"], june["to_date"]) == ("2025-06-01T00:00:00.000000Z", "2025-07-01T00:00:00.000000Z")


@pytest.mark.rule("cnaught.impact.date-forms")
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2024-02-29", "2024-02-29T00:00:00.000000Z"),
        ("1900-01-01", "1900-01-01T00:00:00.000000Z"),
        ("2099-12-31T23:59:59.999999Z", "2099-12-31T23:59:59.999999Z"),
        ("2024-01-01T10:30", "2024-01-01T10:30:00.000000Z"),
        ("2024-01-01T10:30:15", "2024-01-01T10:30:15.000000Z"),
        ("2024-01-01T10:30:15.000Z", "2024-01-01T10:30:15.000000Z"),
        ("2024-01-01T10:30:15.5Z", "2024-01-01T10:30:15.500000Z"),
        ("2024-01-01T01:30:15.123456+02:00", "2023-12-31T23:30:15.123456Z"),
        ("2024-01-01T10:30-05:30", "2024-01-01T16:00:00.000000Z"),
    ],
)
def test_dates_come_back_in_one_form(cnaught: Caller, sent: str, shown: str) -> None:
    """However a date is written, it comes back in UTC to the microsecond."""
    assert impact(cnaught, **{"from": sent})["since_date"] == shown
    assert impact(cnaught, to=sent)["to_date"] == shown


@pytest.mark.rule("cnaught.impact.date-invalid", "cnaught.impact.date-forms")
@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize(
    "date",
    [
        *("", "today", "1704067200", "9" * 5000, "٢٠٢٤-01-01", "2024-01-01\n"),
        *("1899-12-31", "2100-01-01", "2023-02-29", "2024-13-01", "20240101", "2024-W01-1"),
        *("2024-01-01T10", "2024-01-01 10:00", "2024-01-01T24:00", "2024-01-01T10:00:00.1234567"),
        *("2024-01-01T10:00+15:00", "2024-01-01T10:00:00 02:00"),
    ],
)
def test_a_date_that_cannot_be_read(cnaught: Caller, name: str, date: str) -> None:
    """A date in another form, or that the calendar does not have, is refused by its parameter's name."""
    reply = cnaught.get("/v1/impact/data", params={name: date})
    assert reply.status_code == 400
    assert reply.json()["errors"] == {name: ["must be an ISO 8601 date or date and time"]}


@pytest.mark.rule("cnaught.impact.date-invalid")
def test_a_period_that_ends_before_it_begins(cnaught: Caller) -> None:
    """A period runs forwards."""
    reply = cnaught.get("/v1/impact/data", params={"from": "2025-01-01T00:00:00.000001Z", "to": "2025-01-01"})
    assert reply.status_code == 400
    assert reply.json()["errors"] == {"from": ["must not be after to"]}


@pytest.mark.rule("cnaught.impact.name")
def test_the_impact_is_somebodys(cnaught: Caller) -> None:
    """The impact bears the name and logo of the account, or of the subaccount asked for."""
    logo = {"name": "Sales", "logo_url": "https://example.com/logo.png"}
    subaccount = cnaught.post("/v1/subaccounts", logo).json()
    assert (impact(cnaught)["name"], impact(cnaught)["logo_url"]) == ("Acme, Inc", None)
    sales = impact(cnaught, subaccount["id"])
    assert (sales["name"], sales["logo_url"]) == ("Sales", subaccount["logo_url"])


@pytest.mark.rule("cnaught.impact.sums")
def test_the_parts_add_up(sandbox: Caller) -> None:
    """Projects add up to their category, categories to the total, over portfolios and odd masses."""
    for amount_kg in (1, 7, 9999):
        sandbox.post("/v1/orders", {"amount_kg": amount_kg})
        sandbox.post("/v1/orders", {"amount_kg": amount_kg, "portfolio_id": "ixmZSK"})
    sandbox.space.clock.advance(seconds=2)
    found = impact(sandbox)
    assert found["total_offset_kgs"] == 2 * (1 + 7 + 9999)
    assert sum(part["offset_kgs"] for part in found["categories"]) == pytest.approx(found["total_offset_kgs"])
    assert [part["category"]["name"][-1] for part in found["categories"]] == ["A", "B", "C", "D"]
    for part in found["categories"]:
        assert sum(share["offset_kgs"] for share in part["projects"]) == pytest.approx(part["offset_kgs"])


@pytest.mark.rule("cnaught.impact.sums")
def test_an_account_without_orders_has_no_impact(sandbox: Caller) -> None:
    """Nothing ordered, nothing retired."""
    found = impact(sandbox)
    assert (found["total_offset_kgs"], found["categories"]) == (0, [])
    assert set(found["equivalents"].values()) == {0}


@pytest.mark.rule("cnaught.impact.equivalents", "cnaught.impact.homes-both-keys")
@pytest.mark.parametrize(
    ("kg", "cars", "trees", "homes", "flights"),
    [
        (29, 0, 0, 0, 0),
        (30, 0, 1, 0, 0),
        (188, 0, 3, 0, 0),
        (189, 0, 3, 0, 1),
        (2299, 0, 38, 0, 6),
        (2300, 1, 38, 0, 6),
        (3969, 1, 66, 0, 11),
        (3970, 1, 66, 1, 11),
        (100_000, 22, 1667, 13, 265),
    ],
)
def test_the_impact_is_told_in_other_things(
    sandbox: Caller, kg: int, cars: int, trees: int, homes: int, flights: int
) -> None:
    """The mass comes in cars, trees, homes and flights too, to the nearest one; the homes under either name."""
    sandbox.post("/v1/orders", {"amount_kg": kg})
    sandbox.space.clock.advance(seconds=2)
    assert impact(sandbox)["equivalents"] == {
        "cars_off_the_road": cars,
        "trees_planted": trees,
        "homes_annual_energy_usage": homes,
        "homes_annual_energy usages": homes,
        "flights_lax_to_nyc": flights,
    }


@pytest.mark.rule("cnaught.impact.hosted-page")
def test_the_hosted_page(cnaught: Caller) -> None:
    """Each account has its page, with what is on it."""
    reply = cnaught.get("/v1/impact/hosted-page-config")
    acme = {"enabled": True, "url": "https://impact.cnaught.com/acme", "enabled_equivalents": ["homes", "flights"]}
    assert (reply.status_code, reply.json()) == (200, acme)
    config = as_account(cnaught, "sandbox").get("/v1/impact/hosted-page-config").json()
    assert set(config["enabled_equivalents"]) == {"cars", "homes", "flights", "trees"}
