"""The market: the listed sell orders, their order, and the effect of purchases."""

from typing import Any

import pytest

from tests.providers.thallo.conftest import (
    CLOSED_ORDER,
    ORDER,
    SELLERS_ORDER,
    SMALL_ORDER,
    SMALL_VINTAGE,
    VINTAGE,
    as_seller,
    memory,
    remember,
    retire,
)
from tests.support.caller import Caller

SMALL = {"vintage_id": SMALL_VINTAGE, "sell_order_id": SMALL_ORDER, "expected_price_cents": "1500"}


def market(thallo: Caller, **query: object) -> dict[str, Any]:
    body: dict[str, Any] = thallo.get("/api/market", params=query).json()
    return body


def orders(page: dict[str, Any], vintage_id: str | None = None) -> list[str]:
    """Return the sell orders of a page, or of one vintage on it, in their order."""
    return [
        order["sell_order_id"]
        for project in page["projects"]
        for vintage in project["vintages"]
        for order in vintage["sell_orders"]
        if vintage_id in (None, vintage["vintage_id"])
    ]


def sell(thallo: Caller, order_id: str, price_cents: str, **more: object) -> None:
    """Put an order for 5 t on the market, in place of one with the same id."""
    order = {"id": order_id, "vintage_id": VINTAGE, "quantity_grams": "5000000", "price_cents": price_cents, **more}
    remember(thallo, "sell_orders", {order_id: order})


@pytest.mark.rule("thallo.market.forms")
def test_the_market_lists_projects_vintages_and_orders(thallo: Caller) -> None:
    """Amounts are digits as text, at any size; the year is a number."""
    sell(thallo, SMALL_ORDER, str(10**20), vintage_id=SMALL_VINTAGE, quantity_grams=str(10**30))
    assert market(thallo, per_page=1, page=3)["projects"] == [
        {
            "project_id": "003g3ghxs84jlgw5pi",
            "vintages": [
                {
                    "vintage_id": SMALL_VINTAGE,
                    "vintage_year": 2019,
                    "sell_orders": [
                        {"sell_order_id": SMALL_ORDER, "quantity_grams": str(10**30), "price_cents": str(10**20)}
                    ],
                }
            ],
        }
    ]


@pytest.mark.rule("thallo.market.shrinks")
def test_a_purchase_shows_at_once(thallo: Caller) -> None:
    """Bought grams leave the order at once; grams from a wallet do not count."""
    retire(thallo, "1500000", "a")
    retire(thallo, "500000", "b")
    [order] = market(thallo, page=2, per_page=1)["projects"][0]["vintages"][2]["sell_orders"]
    assert (order["sell_order_id"], order["quantity_grams"]) == (ORDER, "698000000")


@pytest.mark.rule("thallo.market.live")
def test_a_project_leaves_with_its_last_order(thallo: Caller) -> None:
    """A project without a live order is neither listed nor counted."""
    assert SMALL_ORDER in orders(market(thallo))
    retire(thallo, "1000000", **SMALL)
    page = market(thallo)
    assert SMALL_ORDER not in orders(page)
    assert (len(page["projects"]), page["pagination"]["total_items"]) == (10, 10)


@pytest.mark.rule("thallo.market.live")
def test_an_order_is_listed_until_it_closes(thallo: Caller) -> None:
    """An order leaves the market at the instant at which it closes."""
    sell(thallo, "006willclosesoon00", "2999", closes_at="2026-01-01T00:00:10Z")
    thallo.space.clock.advance(seconds=9.999999)
    assert orders(market(thallo), VINTAGE) == ["006willclosesoon00", ORDER]
    thallo.space.clock.advance(microseconds=1)
    assert orders(market(thallo), VINTAGE) == [ORDER]
    assert CLOSED_ORDER in memory(thallo)["sell_orders"]


@pytest.mark.rule("thallo.market.everyone")
def test_all_tenants_see_the_same_market(thallo: Caller) -> None:
    """The seller's own order is listed as well."""
    assert SELLERS_ORDER in orders(market(thallo))
    assert market(as_seller(thallo)) == market(thallo)


@pytest.mark.rule("thallo.market.order")
def test_the_cheapest_order_is_listed_first(thallo: Caller) -> None:
    """Projects are sorted by id, vintages by year, and orders by price, then by id."""
    for order_id, price in [("006b00000000000000", "3000"), ("006a00000000000000", "3000"), ("006z", "999")]:
        sell(thallo, order_id.ljust(18, "0"), price)
    page = market(thallo)
    ids = [project["project_id"] for project in page["projects"]]
    assert ids == sorted(ids)
    assert [vintage["vintage_year"] for vintage in page["projects"][1]["vintages"]] == [2014, 2019, 2020]
    assert orders(page, VINTAGE) == ["006z00000000000000", "006a00000000000000", "006b00000000000000", ORDER]


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "per_page", "shown", "pages", "previous", "next_"),
    [
        pytest.param(1, 20, 11, 1, None, None, marks=pytest.mark.rule("thallo.paging.defaults")),
        pytest.param(1, 5, 5, 3, None, 2, marks=pytest.mark.rule("thallo.paging.ends")),
        pytest.param(2, 5, 5, 3, 1, 3, marks=pytest.mark.rule("thallo.paging.middle-page")),
        pytest.param(3, 5, 1, 3, 2, None, marks=pytest.mark.rule("thallo.paging.total-pages")),
        pytest.param(9, 5, 0, 3, 3, None, marks=pytest.mark.rule("thallo.paging.past-the-end")),
    ],
)
def test_the_market_has_pages(
    thallo: Caller, page: int, per_page: int, shown: int, pages: int, previous: int | None, next_: int | None
) -> None:
    """The market has the same pages as the inventory."""
    query = {} if (page, per_page) == (1, 20) else {"page": page, "per_page": per_page}
    listed = market(thallo, **query)
    assert len(listed["projects"]) == shown
    assert listed["pagination"] == {
        "per_page": per_page,
        "total_pages": pages,
        "total_items": 11,
        "current_page": page,
        "previous_page": previous,
        "next_page": next_,
    }


@pytest.mark.rule("thallo.paging.no-data")
def test_a_market_without_orders_has_no_pages(thallo: Caller) -> None:
    """If everything is sold the totals are 0."""
    sold = {name: {**order, "quantity_grams": "0"} for name, order in memory(thallo)["sell_orders"].items()}
    remember(thallo, "sell_orders", sold)
    empty = {"total_pages": 0, "total_items": 0, "previous_page": None, "next_page": None}
    assert market(thallo) == {"projects": [], "pagination": {"per_page": 20, "current_page": 1, **empty}}


@pytest.mark.rule("thallo.paging.bounds", "thallo.errors.message-list")
@pytest.mark.parametrize("query", [{"page": "0"}, {"page": "x"}, {"per_page": "0"}, {"per_page": "101"}])
def test_a_bad_page_of_the_market_is_refused(thallo: Caller, query: dict[str, str]) -> None:
    """The bounds are those of the inventory."""
    reply = thallo.get("/api/market", params=query)
    assert (reply.status_code, reply.json()["error"]) == (400, "Bad Request")


@pytest.mark.rule("thallo.input.unknown-names")
def test_an_unknown_parameter_of_the_market_is_ignored(thallo: Caller) -> None:
    """An unknown parameter changes nothing."""
    assert market(thallo, trade_type="x", sort="price") == market(thallo)
