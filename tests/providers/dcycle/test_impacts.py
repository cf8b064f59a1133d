"""Total impacts: what is counted, and how it is grouped. The figures are those of the fixture."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import (
    ACME_KEY,
    CONSTRUCTION,
    HOLDINGS,
    KEY,
    LAST_MILE,
    LOGISTICS,
    PROJECT_ALPHA,
    SERVICES,
    identity,
    impacts,
)
from tests.support.caller import Caller

GROUPINGS = ("scope", "category", "month")
SCOPES = {
    "vehicles": 1,
    "combustion": 1,
    "electricity": 2,
    "purchases": 3,
    "travels": 3,
    "goods_shipped": 3,
    "goods_received": 3,
    "employees": 3,
    "wastes": 3,
}
DAYS = [
    ("2025-01-01", "2025-12-31"),
    ("2024-01-01", "2025-12-31"),
    ("2024-12-20", "2025-01-10"),
    ("2025-02-14", "2025-05-03"),
    ("2025-05-17", "2025-05-17"),
]


def same_sum(figures: list[float], total: float) -> bool:
    """Return whether figures add up, to the gram."""
    return round(sum(figures), 6) == total


@pytest.mark.rule("dcycle.reply.keys", "dcycle.reply.echo", "dcycle.reply.unit", "dcycle.reply.json")
def test_a_reply_has_its_six_members(dcycle: Caller) -> None:
    """A reply has the organization, the dates, the unit, the total and the items."""
    shown = impacts(dcycle, start_date="2025-02-03", end_date="2025-03-04")
    assert shown.keys() == {"organization_id", "start_date", "end_date", "unit", "total_co2e", "items"}
    assert shown["organization_id"] == dcycle.credentials["x-organization-id"]
    assert (shown["start_date"], shown["end_date"], shown["unit"]) == ("2025-02-03", "2025-03-04", "tCO2e")


@pytest.mark.rule("dcycle.group-by.default", "dcycle.children.default")
@pytest.mark.parametrize("default", [{"group_by": "scope"}, {"include_children": "false"}])
def test_defaults(dcycle: Caller, default: dict[str, str]) -> None:
    """By default items are grouped by scope, and subsidiaries are not counted."""
    assert impacts(dcycle) == impacts(dcycle, **default)


@pytest.mark.parametrize(
    ("grouping", "members", "order"),
    [
        pytest.param(
            "scope",
            ["scope", "co2e"],
            [(1,), (2,), (3,)],
            marks=pytest.mark.rule("dcycle.items.scope", "dcycle.items.scope-order"),
        ),
        pytest.param(
            "category",
            ["scope", "category", "co2e"],
            [(scope, category) for category, scope in SCOPES.items()],
            marks=pytest.mark.rule(
                "dcycle.items.category", "dcycle.items.category-order", "dcycle.items.category-scopes"
            ),
        ),
        pytest.param(
            "month",
            ["year", "month", "co2e"],
            [*((2024, month) for month in (*range(1, 7), 9, 10, 11, 12)), *((2025, month) for month in range(1, 13))],
            marks=pytest.mark.rule("dcycle.items.month", "dcycle.items.month-order", "dcycle.items.no-zero"),
        ),
    ],
)
def test_items_by_grouping(dcycle: Caller, grouping: str, members: list[str], order: list[tuple[object, ...]]) -> None:
    """Each grouping has its own members and order, also across years, without items for zero emissions."""
    items = impacts(dcycle, start_date="2024-01-01", end_date="2025-12-31", group_by=grouping)["items"]
    assert all(list(item) == members for item in items)
    assert [tuple(item.values())[:-1] for item in items] == order


@pytest.mark.rule("dcycle.reply.total", "dcycle.reply.groupings-agree")
@pytest.mark.parametrize("children", ["false", "true"])
@pytest.mark.parametrize(("start", "end"), DAYS)
def test_items_add_up_to_one_total(dcycle: Caller, start: str, end: str, children: str) -> None:
    """The items of each grouping add up to the same total."""
    period = {"start_date": start, "end_date": end, "include_children": children}
    shown = [impacts(dcycle, group_by=grouping, **period) for grouping in GROUPINGS]
    assert len({one["total_co2e"] for one in shown}) == 1
    assert all(same_sum([item["co2e"] for item in one["items"]], one["total_co2e"]) for one in shown)


@pytest.mark.rule("dcycle.items.categories-make-scope")
@pytest.mark.parametrize(("start", "end"), DAYS)
def test_categories_add_up_to_their_scope(dcycle: Caller, start: str, end: str) -> None:
    """The categories of a scope add up to the item of that scope."""
    scopes = impacts(dcycle, start_date=start, end_date=end)["items"]
    categories = impacts(dcycle, start_date=start, end_date=end, group_by="category")["items"]
    for scope in scopes:
        assert same_sum([part["co2e"] for part in categories if part["scope"] == scope["scope"]], scope["co2e"])


@pytest.mark.rule("dcycle.items.no-zero")
def test_a_group_without_emissions_has_no_item(dcycle: Caller) -> None:
    """A day with emissions of one category has one item."""
    logistics = identity(KEY, LOGISTICS)
    day = {"start_date": "2025-06-15", "end_date": "2025-06-15"}
    assert impacts(dcycle, logistics, **day)["items"] == [{"scope": 3, "co2e": 40.25}]


@pytest.mark.rule("dcycle.reply.empty")
@pytest.mark.parametrize("grouping", GROUPINGS)
def test_a_period_without_emissions_is_empty(dcycle: Caller, grouping: str) -> None:
    """A period without emissions has the total 0 and no items."""
    shown = impacts(dcycle, start_date="2020-01-01", end_date="2021-12-31", group_by=grouping)
    assert (shown["total_co2e"], shown["items"]) == (0, [])


@pytest.mark.rule("dcycle.dates.inclusive", "dcycle.dates.equal")
@pytest.mark.parametrize(
    ("start", "end", "tonnes"),
    [
        ("2025-06-15", "2025-06-15", 40.25),
        ("2025-06-15", "2025-06-30", 40.25),
        ("2025-06-01", "2025-06-15", 40.25),
        ("2025-06-16", "2025-06-30", 0),
        ("2025-06-01", "2025-06-14", 0),
    ],
)
def test_both_dates_are_included(dcycle: Caller, start: str, end: str, tonnes: float) -> None:
    """The first and the last day of the period are counted, the days around them are not."""
    assert impacts(dcycle, identity(KEY, LOGISTICS), start_date=start, end_date=end)["total_co2e"] == tonnes


@pytest.mark.rule("dcycle.items.partial-month")
@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2025-03-01", "2025-03-10", [(2025, 3, 1.0)]),
        ("2025-02-28", "2025-03-01", [(2025, 2, 12.5), (2025, 3, 0.1)]),
        ("2025-03-31", "2025-06-14", [(2025, 3, 0.1)]),
        ("2025-03-31", "2025-06-15", [(2025, 3, 0.1), (2025, 6, 40.25)]),
    ],
)
def test_partial_months(dcycle: Caller, start: str, end: str, months: list[tuple[int, int, float]]) -> None:
    """Of a partial month only the days in the period count; an invoice is spread evenly over its days."""
    shown = impacts(dcycle, identity(KEY, LOGISTICS), start_date=start, end_date=end, group_by="month")
    assert [tuple(item.values()) for item in shown["items"]] == months


@pytest.mark.rule("dcycle.reply.rounding")
def test_an_uneven_spread_of_an_invoice(dcycle: Caller) -> None:
    """A tonne over sixty days is whole grams each day and one tonne in total."""
    construction = identity(ACME_KEY, CONSTRUCTION)

    def tonnes(start: str, end: str) -> Any:
        return impacts(dcycle, construction, start_date=start, end_date=end)["total_co2e"]

    assert tonnes("2025-01-01", "2025-01-01") == 0.016666
    assert tonnes("2025-01-02", "2025-01-02") == 0.016667
    assert tonnes("2025-01-01", "2025-01-30") == 0.5
    assert tonnes("2025-01-01", "2025-03-01") == 1


@pytest.mark.parametrize(
    ("organization", "alone", "with_children"),
    [
        pytest.param(identity(key, organization), alone, together, marks=pytest.mark.rule(*rules))
        for key, organization, alone, together, rules in [
            (KEY, LOGISTICS, 55.85, 62.725, ["dcycle.children.false", "dcycle.children.true"]),
            (KEY, LAST_MILE, 6.875, 6.875, ["dcycle.children.depth"]),
            (ACME_KEY, HOLDINGS, 20, 386.125, ["dcycle.children.false", "dcycle.children.depth"]),
            (ACME_KEY, CONSTRUCTION, 311.4, 357, ["dcycle.children.true", "dcycle.children.depth"]),
            (ACME_KEY, PROJECT_ALPHA, 45.6, 45.6, ["dcycle.children.depth"]),
            (ACME_KEY, SERVICES, 9.125, 9.125, ["dcycle.children.depth"]),
        ]
    ],
)
@pytest.mark.parametrize("grouping", GROUPINGS)
def test_subsidiaries_count_on_request(
    dcycle: Caller, organization: dict[str, str], alone: float, with_children: float, grouping: str
) -> None:
    """With ``include_children`` subsidiaries at any depth count, and no other organization."""
    without = impacts(dcycle, organization, group_by=grouping, include_children="false")
    together = impacts(dcycle, organization, group_by=grouping, include_children="true")
    assert (without["total_co2e"], together["total_co2e"]) == (alone, with_children)


@pytest.mark.rule("dcycle.children.same-items", "dcycle.children.organization-id")
@pytest.mark.parametrize("grouping", GROUPINGS)
def test_subsidiaries_are_added_into_the_same_items(dcycle: Caller, grouping: str) -> None:
    """Subsidiaries are added into the same items, and the organization of the reply is the requested one."""
    shown = impacts(dcycle, group_by=grouping, include_children="true")
    groups = [tuple(item.values())[:-1] for item in shown["items"]]
    assert groups == [tuple(item.values())[:-1] for item in impacts(dcycle, group_by=grouping)["items"]]
    assert shown["organization_id"] == dcycle.credentials["x-organization-id"]
