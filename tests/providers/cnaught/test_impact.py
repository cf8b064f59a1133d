"""Climate impact: what the fulfilled orders of an account or a subaccount have retired."""

from typing import Any

import pytest

from emulator import Emulator
from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller, credentials_of, use_vendor_links

ACME_LOGO = "https://customer-assets.cnaught.com/fe0df075-30e2-4e58-9feb-154e72a9205f/company_logo.png"


@pytest.fixture
def empty(cnaught: Caller) -> Caller:
    """Return a client of an account without orders, whose portfolio has four categories of one project each."""
    return as_account(cnaught, "empty")


def impact(caller: Caller, subaccount_id: str | None = None, **period: str) -> dict[str, Any]:
    """Return the impact of the account, or of a subaccount."""
    headers = {"X-Subaccount-Id": subaccount_id} if subaccount_id else {}
    found: dict[str, Any] = caller.get("/v1/impact/data", params=period, headers=headers).json()
    return found


@pytest.mark.rule("cnaught.impact.what-counts")
def test_an_order_counts_when_fulfilled(empty: Caller) -> None:
    """A placed order has retired nothing."""
    empty.post("/v1/orders", {"amount_kg": 1000})
    assert impact(empty)["total_offset_kgs"] == 0
    empty.space.clock.advance(seconds=2)
    assert impact(empty)["total_offset_kgs"] == 1000


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
def test_a_period_selects_orders_by_creation(empty: Caller, period: dict[str, str], kg: int) -> None:
    """A period includes the instant at which it begins, and excludes the one at which it ends."""
    for amount_kg in (1, 10, 100):
        empty.post("/v1/orders", {"amount_kg": amount_kg})
        empty.space.clock.advance(seconds=10)
    assert impact(empty, **period)["total_offset_kgs"] == kg


@pytest.mark.rule("cnaught.impact.what-counts")
def test_a_future_order_has_retired_nothing(emulator: Emulator) -> None:
    """With the clock set back, an order of the fixture that lies ahead does not count."""
    space = emulator.space()
    acme = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    assert impact(acme)["total_offset_kgs"] == 10.5
    space.clock.freeze("2022-01-01")
    assert impact(acme)["total_offset_kgs"] == 0
    space.clock.freeze("2023-01-01")
    assert impact(acme)["total_offset_kgs"] == 10.5


@pytest.mark.rule("cnaught.impact.what-counts")
def test_a_future_order_is_fulfilled_again(emulator: Emulator) -> None:
    """With the clock set back, an order of the fixture is fulfilled once more, although an impact has counted it."""
    space = emulator.space()
    acme = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    assert impact(acme)["total_offset_kgs"] == 10.5
    space.clock.freeze("2022-01-01")
    events = space.clock.freeze("2023-01-01")
    assert "Gre28Fc35bt3" in [event["subject"] for event in events]
    assert impact(acme)["total_offset_kgs"] == 10.5


@pytest.mark.rule("cnaught.impact.since-date", "cnaught.impact.to-date")
def test_the_period_is_shown(cnaught: Caller) -> None:
    """The dates are those of the query, or else when the account or subaccount began, and null."""
    assert (impact(cnaught)["since_date"], impact(cnaught)["to_date"]) == ("2022-01-01T18:00:00.000000Z", None)
    assert impact(cnaught, "5nubL0NS")["since_date"] == "2023-08-01T18:00:00.000000Z"
    june = impact(cnaught, **{"from": "2025-06-01", "to": "2025-07-01"})
    assert (june["since_date"], june["to_date"]) == ("2025-06-01T00:00:00.000000Z", "2025-07-01T00:00:00.000000Z")


@pytest.mark.rule("cnaught.impact.since-first-order")
@pytest.mark.parametrize("year", [1970, 2021, 2022, 2023, 2026])
@pytest.mark.parametrize("subaccount_id", [None, "5nubL0NS"])
def test_the_total_is_the_impact_since_its_own_date(emulator: Emulator, year: int, subaccount_id: str | None) -> None:
    """The total counts the same orders as the period from its `since_date` on, for any start of the space."""
    space = emulator.space()
    space.clock.freeze(f"{year}-06-01T00:00:00Z")
    acme = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    headers = {"X-Subaccount-Id": subaccount_id} if subaccount_id else {}
    for _ in range(3):
        acme.post("/v1/orders", {"amount_kg": 7}, headers=headers)
        space.clock.advance(days=400)
    total = impact(acme, subaccount_id)
    assert total["total_offset_kgs"] >= 21
    assert impact(acme, subaccount_id, **{"from": total["since_date"]}) == total
    space.delete()


@pytest.mark.rule("cnaught.impact.date-forms")
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2024-02-29", "2024-02-29T00:00:00.000000Z"),
        ("0001-01-01", "0001-01-01T00:00:00.000000Z"),
        ("1900-01-01", "1900-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("2024-01-01T10:30", "2024-01-01T10:30:00.000000Z"),
        ("2024-01-01T10:30:15", "2024-01-01T10:30:15.000000Z"),
        ("2024-01-01T10:30:15.000Z", "2024-01-01T10:30:15.000000Z"),
        ("2024-01-01T10:30:15.5Z", "2024-01-01T10:30:15.500000Z"),
        ("2024-01-01T01:30:15.123456+02:00", "2023-12-31T23:30:15.123456Z"),
        ("2024-01-01T10:30-05:30", "2024-01-01T16:00:00.000000Z"),
    ],
)
def test_dates_come_back_in_one_form(cnaught: Caller, sent: str, shown: str) -> None:
    """A date in any form is returned in UTC with microseconds."""
    assert impact(cnaught, **{"from": sent})["since_date"] == shown
    assert impact(cnaught, to=sent)["to_date"] == shown


@pytest.mark.rule("cnaught.impact.date-invalid", "cnaught.impact.date-forms")
@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize(
    "date",
    [
        *("", "today", "1704067200", "9" * 5000, "٢٠٢٤-01-01", "2024-01-01\n"),
        *("0000-01-01", "10000-01-01", "2023-02-29", "2100-02-29", "2024-13-01", "20240101", "2024-W01-1"),
        *("0001-01-01T00:00+00:01", "9999-12-31T23:59-00:01"),
        *("2024-01-01T10", "2024-01-01 10:00", "2024-01-01T24:00", "2024-01-01T10:00:00.1234567"),
        *("2024-01-01T10:00+15:00", "2024-01-01T10:00:00 02:00"),
    ],
)
def test_an_unreadable_date_is_refused(cnaught: Caller, name: str, date: str) -> None:
    """A date in another form, or one that does not exist, is refused with its parameter's name."""
    reply = cnaught.get("/v1/impact/data", params={name: date})
    assert reply.status_code == 400
    assert reply.json()["errors"] == {name: ["must be an ISO 8601 date or date and time"]}


@pytest.mark.rule("cnaught.impact.date-invalid")
def test_a_period_must_not_end_before_it_begins(cnaught: Caller) -> None:
    """A from date after the to date is refused."""
    reply = cnaught.get("/v1/impact/data", params={"from": "2025-01-01T00:00:00.000001Z", "to": "2025-01-01"})
    assert reply.status_code == 400
    assert reply.json()["errors"] == {"from": ["must not be after to"]}


@pytest.mark.rule("cnaught.impact.name")
def test_the_impact_names_its_owner(cnaught: Caller) -> None:
    """The name and logo are the account's, or those of the subaccount named."""
    logo = {"name": "Sales", "logo_url": "https://example.com/logo.png"}
    subaccount = cnaught.post("/v1/subaccounts", logo).json()
    assert (impact(cnaught)["name"], impact(cnaught)["logo_url"]) == ("Acme, Inc", ACME_LOGO)
    sales = impact(cnaught, subaccount["id"])
    assert (sales["name"], sales["logo_url"]) == ("Sales", subaccount["logo_url"])


@pytest.mark.rule("cnaught.impact.sums")
def test_the_parts_add_up(empty: Caller) -> None:
    """Projects add up to their category, and categories to the total."""
    for amount_kg in (1, 7, 9999):
        empty.post("/v1/orders", {"amount_kg": amount_kg})
        empty.post("/v1/orders", {"amount_kg": amount_kg, "portfolio_id": "ixmZSK"})
    empty.space.clock.advance(seconds=2)
    found = impact(empty)
    assert found["total_offset_kgs"] == 2 * (1 + 7 + 9999)
    assert sum(part["offset_kgs"] for part in found["categories"]) == pytest.approx(found["total_offset_kgs"])
    assert [part["category"]["name"][-1] for part in found["categories"]] == ["A", "B", "C", "D"]
    for part in found["categories"]:
        assert sum(share["offset_kgs"] for share in part["projects"]) == pytest.approx(part["offset_kgs"])


@pytest.mark.rule("cnaught.impact.sums")
def test_an_account_without_orders_has_no_impact(empty: Caller) -> None:
    """Without orders all numbers are 0 and there are no categories."""
    found = impact(empty)
    assert (found["total_offset_kgs"], found["categories"]) == (0, [])
    assert set(found["equivalents"].values()) == {0}


@pytest.mark.rule("cnaught.impact.category-description", "cnaught.catalogue.project")
@pytest.mark.parametrize("account", [None, "sandbox"])
def test_the_impact_describes_its_categories_and_projects(cnaught: Caller, account: str | None) -> None:
    """A category has a description, and a project its summary and description and all other details."""
    caller = as_account(cnaught, account) if account else cnaught
    caller.post("/v1/orders", {"amount_kg": 10})
    cnaught.space.clock.advance(seconds=2)
    for part in impact(caller)["categories"]:
        assert part["category"]["description"]
        for used in part["projects"]:
            alone = caller.get(f"/v1/projects/{used['project']['id']}").json()
            assert used["project"] == {name: alone[name] for name in alone if name != "credit_issuances"}
    assert impact(cnaught)["categories"][0]["projects"][0]["project"]["summary"].startswith("This project collects")


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
def test_the_impact_has_equivalents(empty: Caller, kg: int, cars: int, trees: int, homes: int, flights: int) -> None:
    """The equivalents are rounded to the nearest whole number; homes have both names."""
    empty.post("/v1/orders", {"amount_kg": kg})
    empty.space.clock.advance(seconds=2)
    assert impact(empty)["equivalents"] == {
        "cars_off_the_road": cars,
        "trees_planted": trees,
        "homes_annual_energy_usage": homes,
        "homes_annual_energy usages": homes,
        "flights_lax_to_nyc": flights,
    }


@pytest.mark.rule("cnaught.impact.hosted-page", "cnaught.impact.hosted-page-equivalents")
def test_an_account_has_a_hosted_page(cnaught: Caller) -> None:
    """Each account has its own page and equivalents."""
    use_vendor_links(cnaught.space)
    reply = cnaught.get("/v1/impact/hosted-page-config")
    acme = {"enabled": True, "url": "https://impact.cnaught.com/acme", "enabled_equivalents": ["homes", "flights"]}
    assert (reply.status_code, reply.json()) == (200, acme)
    config = as_account(cnaught, "sandbox").get("/v1/impact/hosted-page-config").json()
    assert set(config["enabled_equivalents"]) == {"cars", "homes", "flights", "trees"}
