"""The inventory: a tenant's wallets by project and vintage, with their trades."""

from typing import Any

import pytest

from tests.providers.thallo.conftest import (
    OWNED_VINTAGE,
    SELLERS_ORDER,
    SELLERS_VINTAGE,
    SMALL_ORDER,
    SMALL_VINTAGE,
    TONNE,
    VINTAGE,
    as_seller,
    inventory,
    memory,
    remember,
    retire,
    wallet,
)
from tests.support.caller import Caller

EMPTY_PAGE = {"total_pages": 0, "total_items": 0, "previous_page": None, "next_page": None}


@pytest.fixture
def full(thallo: Caller) -> Caller:
    """Return a client of a tenant that owns four vintages of three projects: 999970, 750000, 400000 and 0 grams."""
    retire(thallo, "250000", "a")
    small = {"vintage_id": SMALL_VINTAGE, "sell_order_id": SMALL_ORDER, "expected_price_cents": "1500"}
    retire(thallo, "1000000", "b", **small)
    sellers = {"vintage_id": SELLERS_VINTAGE, "sell_order_id": SELLERS_ORDER, "expected_price_cents": "600"}
    retire(thallo, "600000", "c", **sellers)
    return thallo


def projects(page: dict[str, Any]) -> list[str]:
    return [project["project_id"] for project in page["projects"]]


def vintages(page: dict[str, Any]) -> list[str]:
    return [vintage["vintage_id"] for project in page["projects"] for vintage in project["vintages"]]


def trades(page: dict[str, Any]) -> list[str]:
    """Return the trades of the fixture's wallet, which sold 10 t and then bought 1 t."""
    [found] = [
        vintage["wallets"][0]["trades"]
        for project in page["projects"]
        for vintage in project["vintages"]
        if vintage["vintage_id"] == OWNED_VINTAGE
    ]
    return [f"{trade['type']} {trade['quantity_grams']}" for trade in found]


@pytest.mark.rule("thallo.inventory.tenant")
def test_tenants_see_their_own_wallets(full: Caller) -> None:
    """A tenant's wallets are not in the inventory of another."""
    assert vintages(inventory(as_seller(full))) == ["004n6oj3x71236shn2"]
    assert vintages(inventory(full)) == [VINTAGE, SELLERS_VINTAGE, SMALL_VINTAGE, OWNED_VINTAGE]


@pytest.mark.rule("thallo.inventory.order")
def test_projects_and_vintages_are_in_the_order_of_their_ids(full: Caller) -> None:
    """Projects and their vintages are sorted by id, not by purchase."""
    page = inventory(full)
    assert projects(page) == ["003c1hatqib9jbpwwl", "003g3ghxs84jlgw5pi", "003ksr13jstw0zcq8g"]
    assert [vintage["vintage_id"] for vintage in page["projects"][0]["vintages"]] == [VINTAGE, SELLERS_VINTAGE]


@pytest.mark.rule("thallo.inventory.forms")
def test_amounts_are_text_and_dates_have_milliseconds(thallo: Caller) -> None:
    """Grams and cents are digits as text, at any size."""
    price, grams = str(10**20 + 1), str(10**30)
    order = {"id": "006hugehugehugehug", "vintage_id": VINTAGE, "quantity_grams": grams, "price_cents": price}
    remember(thallo, "sell_orders", {"006hugehugehugehug": order})
    retire(thallo, str(10**30 - 1), sell_order_id=order["id"], expected_price_cents=price)
    assert wallet(thallo) == {
        "type": "CAAS",
        "quantity_grams": "1",
        "trades": [
            {
                "execution_date": "2026-01-01T00:00:00.000Z",
                "quantity_grams": grams,
                "price_cents": price,
                "type": "BUY",
            }
        ],
    }
    assert memory(thallo)["sell_orders"][order["id"]]["quantity_grams"] == "0"


@pytest.mark.rule("thallo.inventory.archived")
def test_an_archived_wallet_is_listed_again_after_a_purchase(thallo: Caller) -> None:
    """The archived wallet of the documents' retirements is listed, with its trades, from its next purchase on."""
    archived, order = "004o7rnsz29fptz9uo", "006biochar20210000"
    assert archived not in vintages(inventory(thallo))
    assert retire(thallo, "1", vintage_id=archived, sell_order_id=order, expected_price_cents="14500").is_success
    assert wallet(thallo, archived)["quantity_grams"] == "999999"
    assert [trade["quantity_grams"] for trade in wallet(thallo, archived)["trades"]] == [
        "1000000",
        "3000000",
        "2000000",
        "10000000",
    ]
    assert memory(thallo)["wallets"]["thallo-ltd"][archived]["archived"] is False


# --- trades -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.inventory.trades-newest-first", "thallo.inventory.trades-same-instant")
def test_trades_are_newest_first(thallo: Caller) -> None:
    """A later trade comes before an earlier one, even at the same instant."""
    for n in (1, 2, 3):
        retire(thallo, str(n * TONNE), external_id=str(n))
    thallo.space.clock.advance(seconds=1)
    retire(thallo, str(4 * TONNE), external_id="4")
    assert [int(trade["quantity_grams"]) // TONNE for trade in wallet(thallo)["trades"]] == [4, 3, 2, 1]


@pytest.mark.rule("thallo.inventory.trades-newest-first")
def test_a_clock_before_the_fixtures_time_keeps_trades_in_order(thallo: Caller) -> None:
    """A trade that is executed before the fixture's latest one is listed after it."""
    snapshot = thallo.space.snapshot()
    snapshot["clock"]["frozen_at"] = "2023-08-16T10:00:00Z"
    snapshot["memory"]["thallo"]["sell_orders"]["006mcfdyidljqj9bs1"]["vintage_id"] = OWNED_VINTAGE
    thallo.space.restore(snapshot)
    bought = retire(thallo, "1500000", vintage_id=OWNED_VINTAGE, sell_order_id=SMALL_ORDER, expected_price_cents="1500")
    assert bought.status_code == 200
    assert [trade["price_cents"] for trade in wallet(thallo, OWNED_VINTAGE)["trades"]] == ["4500", "1500", "2450"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(
            {}, ["BUY 1000000", "SELL 10000000"], marks=pytest.mark.rule("thallo.inventory.trades-per-wallet")
        ),
        ({"trades_per_wallet": 0}, []),
        ({"trades_per_wallet": 1}, ["BUY 1000000"]),
        ({"trades_per_wallet": 2}, ["BUY 1000000", "SELL 10000000"]),
        ({"trades_per_wallet": 2**53 - 1}, ["BUY 1000000", "SELL 10000000"]),
        pytest.param({"trade_type": "BUY"}, ["BUY 1000000"], marks=pytest.mark.rule("thallo.inventory.trade-type")),
        ({"trade_type": "SELL"}, ["SELL 10000000"]),
        pytest.param(
            {"trade_type": "SELL", "trades_per_wallet": 1},
            ["SELL 10000000"],
            marks=pytest.mark.rule("thallo.inventory.trade-type-scope"),
        ),
    ],
)
def test_trades_are_filtered_then_limited(thallo: Caller, query: dict[str, object], expected: list[str]) -> None:
    """``trade_type`` filters the trades of each wallet; ``trades_per_wallet`` then keeps the newest."""
    assert trades(inventory(thallo, **query)) == expected


@pytest.mark.rule("thallo.inventory.trade-type-scope")
def test_a_wallet_without_such_trades_is_listed(full: Caller) -> None:
    """A wallet without trades of the type is still listed."""
    page = inventory(full, trade_type="SELL")
    assert vintages(page) == vintages(inventory(full))
    assert page["projects"][0]["vintages"][0]["wallets"][0]["trades"] == []


# --- wallets ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.inventory.min-quantity", "thallo.inventory.min-quantity-drops")
@pytest.mark.parametrize(
    ("at_least", "expected", "items"),
    [
        (None, [VINTAGE, SELLERS_VINTAGE, SMALL_VINTAGE, OWNED_VINTAGE], 3),
        ("0", [VINTAGE, SELLERS_VINTAGE, SMALL_VINTAGE, OWNED_VINTAGE], 3),
        ("1", [VINTAGE, SELLERS_VINTAGE, OWNED_VINTAGE], 2),
        ("400000", [VINTAGE, SELLERS_VINTAGE, OWNED_VINTAGE], 2),
        ("400001", [VINTAGE, OWNED_VINTAGE], 2),
        ("999970", [OWNED_VINTAGE], 1),
        ("999971", [], 0),
        pytest.param("9" * 100, [], 0, marks=pytest.mark.rule("thallo.inventory.min-quantity-bounds")),
        ("0" * 99 + "1", [VINTAGE, SELLERS_VINTAGE, OWNED_VINTAGE], 2),
    ],
)
def test_small_wallets_drop_out(full: Caller, at_least: str | None, expected: list[str], items: int) -> None:
    """Wallets that hold less are left out, and so are vintages and projects without other wallets."""
    page = inventory(full, **({} if at_least is None else {"wallet_min_quantity": at_least}))
    assert vintages(page) == expected
    assert page["pagination"]["total_items"] == items


@pytest.mark.rule("thallo.inventory.min-quantity-bounds")
@pytest.mark.parametrize(("more", "items"), [(0, 1), (1, 0)])
def test_wallets_are_compared_exactly(thallo: Caller, more: int, items: int) -> None:
    """One gram makes a difference above 2**53, where a float would not."""
    remember(thallo, "wallets", {"thallo-ltd": {VINTAGE: {"quantity_grams": str(2**60 + 1), "trades": []}}})
    page = inventory(thallo, wallet_min_quantity=2**60 + 1 + more)
    assert page["pagination"]["total_items"] == items


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.paging.defaults", "thallo.paging.defaults-of-market")
def test_a_page_holds_20_projects(thallo: Caller) -> None:
    """Without parameters, the first page of 20 projects is returned."""
    page = inventory(thallo)["pagination"]
    assert (page["current_page"], page["per_page"]) == (1, 20)


@pytest.mark.parametrize(
    ("page", "per_page", "shown", "pages", "previous", "next_"),
    [
        pytest.param(1, 1, 1, 3, None, 2, marks=pytest.mark.rule("thallo.paging.ends", "thallo.paging.ends-of-market")),
        pytest.param(2, 1, 1, 3, 1, 3, marks=pytest.mark.rule("thallo.paging.middle-page")),
        pytest.param(3, 1, 1, 3, 2, None, marks=pytest.mark.rule("thallo.paging.ends")),
        pytest.param(2, 2, 1, 2, 1, None, marks=pytest.mark.rule("thallo.paging.total-pages")),
        pytest.param(1, 3, 3, 1, None, None, marks=pytest.mark.rule("thallo.paging.total-pages")),
        pytest.param(4, 1, 0, 3, 3, None, marks=pytest.mark.rule("thallo.paging.past-the-end")),
        pytest.param(2**53 - 1, 100, 0, 1, 1, None, marks=pytest.mark.rule("thallo.paging.past-the-end")),
    ],
)
def test_a_page_has_neighbors(
    full: Caller, page: int, per_page: int, shown: int, pages: int, previous: int | None, next_: int | None
) -> None:
    """Pages count projects; the neighbors are existing pages or null."""
    answer = inventory(full, page=page, per_page=per_page)
    assert len(answer["projects"]) == shown
    assert answer["pagination"] == {
        "per_page": per_page,
        "total_pages": pages,
        "total_items": 3,
        "current_page": page,
        "previous_page": previous,
        "next_page": next_,
    }


@pytest.mark.rule("thallo.paging.defaults")
def test_pages_follow_each_other_without_a_gap(full: Caller) -> None:
    """All pages together are the whole inventory."""
    pages = [inventory(full, page=page, per_page=2) for page in (1, 2)]
    assert [project for page in pages for project in page["projects"]] == inventory(full)["projects"]


@pytest.mark.rule("thallo.paging.no-data")
@pytest.mark.parametrize("page", [1, 7])
def test_an_empty_inventory_has_no_pages(thallo: Caller, page: int) -> None:
    """Without projects the totals are 0 and the neighbors are null."""
    answer = inventory(thallo, page=page, wallet_min_quantity=TONNE)
    assert answer == {"projects": [], "pagination": {"per_page": 20, "current_page": page, **EMPTY_PAGE}}


# --- bad queries ------------------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.paging.bounds")
@pytest.mark.parametrize("page", ["0", "-1", str(2**53), "1.0", "1e1", "", "x", "+1", " 1", "٣", "true", "9" * 400])
def test_a_bad_page_is_refused(thallo: Caller, page: str) -> None:
    """Pages are whole numbers from 1."""
    assert thallo.get("/api/inventory", params={"page": page}).status_code == 400


@pytest.mark.rule("thallo.paging.bounds")
@pytest.mark.parametrize(("size", "status"), [("1", 200), ("100", 200), ("0", 400), ("101", 400), ("20.0", 400)])
def test_a_page_holds_1_to_100_projects(thallo: Caller, size: str, status: int) -> None:
    """The size of a page is bounded."""
    assert thallo.get("/api/inventory", params={"per_page": size}).status_code == status


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, marks=pytest.mark.rule(f"thallo.inventory.{rule}"))
        for name, rule, values in [
            ("trades_per_wallet", "trades-per-wallet-bounds", ["-1", str(2**53), "1.5", "", "all"]),
            ("trade_type", "trade-type-other", ["buy", "Sell", "", "BUY,SELL", "RETIRE"]),
            ("wallet_min_quantity", "min-quantity-bounds", ["-1", "-0", "1.5", "1e3", "", "9" * 101, "٣", "0x1"]),
        ]
        for value in values
    ],
)
def test_a_bad_filter_is_refused(thallo: Caller, name: str, value: str) -> None:
    """An invalid number or type answers 400 and names the parameter."""
    reply = thallo.get("/api/inventory", params={name: value})
    assert reply.status_code == 400
    assert reply.json()["message"][0].startswith(f"{name} ")


@pytest.mark.rule("thallo.input.unknown-names")
def test_an_unknown_parameter_is_ignored(thallo: Caller) -> None:
    """An unknown parameter changes nothing."""
    assert inventory(thallo, project="x", Page="0") == inventory(thallo)
