"""Purchases: their calculation, and their share of the totals."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import (
    ACME_KEY,
    CONSTRUCTION,
    HOLDINGS,
    INDUSTRIES,
    KEY,
    LOGISTICS,
    identity,
    impacts,
)
from tests.support.caller import Caller

PATH = "/v1/purchases"
SUPPLIES = f"{PATH}/550e8400-e29b-41d4-a716-446655440000"
UNKNOWN_ID = f"{PATH}/11111111-2222-4333-8444-555555555555"
FACTOR = "770e8400-e29b-41d4-a716-446655440000"
DRAFT = {
    "product_name": "Office Supplies",
    "sector": "Manufacturing",
    "country": "ES",
    "quantity": 1500.0,
    "unit_id": "EUR",
    "purchase_date": "2025-06-15",
    "expense_type": "opex",
}
CUSTOM = {"purchase_type": "supplier_specific", "custom_emission_factor_id": FACTOR}


def create(dcycle: Caller, **other: object) -> Any:
    reply = dcycle.post(PATH, {**DRAFT, **other})
    assert reply.status_code == 201, reply.text
    return reply.json()


def bought(dcycle: Caller, day: str = "2025-06-15") -> float:
    """Return the tonnes of the purchases of a day."""
    items = impacts(dcycle, start_date=day, end_date=day, group_by="category")["items"]
    return sum(item["co2e"] for item in items if item["category"] == "purchases")


# --- create -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule(
    "dcycle.purchases.create",
    "dcycle.purchases.create-status",
    "dcycle.purchases.counts",
    "dcycle.purchases.counted-on",
    "dcycle.purchases.defaults",
)
def test_a_purchase_raises_the_totals(dcycle: Caller) -> None:
    """A purchase raises the totals of its day and category at once, and no others."""
    year, day = impacts(dcycle)["total_co2e"], bought(dcycle)
    purchase = create(dcycle)
    assert {name: purchase[name] for name in DRAFT} == DRAFT
    assert (purchase["purchase_type"], purchase["status"]) == ("spend_based", "active")
    assert (purchase["created_at"], purchase["updated_at"]) == ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
    assert purchase["co2e"] == 600.0
    assert round(bought(dcycle) - day, 6) == 0.6
    assert round(impacts(dcycle)["total_co2e"] - year, 6) == 0.6
    assert dcycle.get(f"{PATH}/{purchase['id']}").json() == purchase


@pytest.mark.parametrize(
    ("terms", "kilograms"),
    [
        pytest.param(terms, kilograms, marks=pytest.mark.rule(f"dcycle.purchases.{rule}"))
        for terms, kilograms, rule in [
            ({}, 600.0, "spend"),
            ({"sector": "Construction"}, 480.0, "spend"),
            ({"sector": "Astrology"}, 450.0, "spend"),
            ({"unit_id": "USD"}, 552.0, "spend"),
            ({"quantity": 0}, 0.0, "spend"),
            ({"quantity": 0.1}, 0.04, "spend"),
            ({"quantity": 10**12}, 4e11, "quantity-max"),
            ({"recycled": 0.25}, 450.0, "recycled"),
            ({"recycled": 1}, 0.0, "recycled-share"),
            (CUSTOM, 1800.0, "custom-factor"),
            ({**CUSTOM, "unit_id": "kg"}, 1800.0, "custom-factor"),
            ({**CUSTOM, "custom_emission_factor_id": INDUSTRIES}, None, "not-calculated-otherwise"),
            ({"unit_id": "kg"}, None, "not-calculated-otherwise"),
            ({"status": "pending"}, None, "not-calculated"),
            ({"status": "in_progress"}, None, "not-calculated-otherwise"),
        ]
    ],
)
def test_emissions_of_a_purchase(dcycle: Caller, terms: dict[str, object], kilograms: float | None) -> None:
    """A purchase causes its quantity times its factor, less what is recycled; the totals rise by the same mass."""
    before = bought(dcycle)
    assert create(dcycle, **terms)["co2e"] == kilograms
    assert round(bought(dcycle) - before, 6) == round((kilograms or 0) / 1000, 6)


@pytest.mark.rule("dcycle.purchases.required")
@pytest.mark.parametrize("name", DRAFT)
def test_required_members_of_a_purchase(dcycle: Caller, name: str) -> None:
    """A missing required member is named."""
    reply = dcycle.post(PATH, {member: value for member, value in DRAFT.items() if member != name})
    found = {"type": "missing", "loc": ["body", name], "msg": "Field required", "input": None}
    assert (reply.status_code, reply.json()) == (422, {"detail": [found]})


RULES = {"types": "dcycle.body.types", "uuids": "dcycle.body.uuids"}
BAD = [
    ("quantity", -0.01, "greater_than_equal", "bounds"),
    ("quantity", 10**12 + 1, "less_than_equal", "quantity-max"),
    ("recycled", -0.1, "greater_than_equal", "bounds"),
    ("recycled", 1.1, "less_than_equal", "recycled-max"),
    ("product_name", "x" * 256, "string_too_long", "lengths"),
    ("sector", "x" * 256, "string_too_long", "lengths"),
    ("file_name", "x" * 256, "string_too_long", "lengths"),
    ("description", "x" * 501, "string_too_long", "lengths"),
    ("country", "ESP", "string_pattern_mismatch", "country"),
    ("country", "es", "string_pattern_mismatch", "country"),
    ("expense_type", "rent", "literal_error", "values"),
    ("purchase_type", "average", "literal_error", "values"),
    ("status", "error", "literal_error", "values"),
    ("status", "gone", "literal_error", "values"),
    ("frequency", "weekly", "literal_error", "values"),
    ("quantity", "5", "float_type", "types"),
    ("quantity", True, "float_type", "types"),
    ("product_name", 5, "string_type", "types"),
    ("purchase_date", 1735689600, "date_type", "types"),
    ("purchase_date", "15/06/2025", "date_from_datetime_parsing", "date"),
    ("custom_emission_factor_id", 5, "uuid_type", "types"),
    ("file_id", "x", "uuid_parsing", "uuids"),
]


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [pytest.param(*case, marks=pytest.mark.rule(RULES.get(rule, f"dcycle.purchases.{rule}"))) for *case, rule in BAD],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_invalid_members_of_a_purchase_are_refused(
    dcycle: Caller, method: str, name: str, value: object, kind: str
) -> None:
    """A value out of bounds or of the wrong type is named, and changes nothing."""
    before = dcycle.get(SUPPLIES).json()
    body, path = ({**DRAFT, name: value}, PATH) if method == "POST" else ({name: value}, SUPPLIES)
    reply = dcycle.request(method, path, json=body)
    assert reply.status_code == 422
    assert [(found["type"], found["loc"]) for found in reply.json()["detail"]] == [(kind, ["body", name])]
    assert dcycle.get(SUPPLIES).json() == before


@pytest.mark.rule("dcycle.body.json")
@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ({"content": b"{"}, "json_invalid"),
        ({"json": []}, "model_attributes_type"),
        ({"content": b"null"}, "model_attributes_type"),
        ({"data": DRAFT}, "model_attributes_type"),
        ({}, "missing"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", PATH), ("PATCH", SUPPLIES), ("POST", "/auth/login")])
def test_a_body_must_be_an_object(dcycle: Caller, method: str, path: str, sent: dict[str, Any], kind: str) -> None:
    """A body that is not a JSON object is refused."""
    reply = dcycle.request(method, path, **sent)
    (found,) = reply.json()["detail"]
    assert (reply.status_code, found["type"], found["loc"]) == (422, kind, ["body"])


@pytest.mark.rule("dcycle.body.problems")
def test_every_problem_is_listed(dcycle: Caller) -> None:
    """One refusal lists every problem: those of the path, then of the headers, then of the body."""
    reply = dcycle.request("PATCH", f"{PATH}/x", json={"recycled": 2}, headers={"x-organization-id": "x"})
    places = [found["loc"] for found in reply.json()["detail"]]
    assert places == [["path", "purchase_id"], ["header", "x-organization-id"], ["body", "recycled"]]


@pytest.mark.rule("dcycle.body.unknown-ignored")
def test_unknown_members(dcycle: Caller) -> None:
    """Unknown members are ignored."""
    assert create(dcycle, co2e=5, surprise=1)["co2e"] == 600.0
    assert dcycle.request("PATCH", SUPPLIES, json={"co2e": 5, "id": 1}).json()["co2e"] == 450.0


# --- change and delete ------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.purchases.update")
def test_an_update_is_recalculated(dcycle: Caller) -> None:
    """An update changes only what is sent, recalculates the emissions, and moves them to the new day."""
    purchase, before = create(dcycle), bought(dcycle)
    dcycle.space.clock.advance(seconds=60)
    changes = {"quantity": 100.0, "purchase_date": "2025-06-16"}
    changed = dcycle.request("PATCH", f"{PATH}/{purchase['id']}", json=changes).json()
    assert changed == {**purchase, **changes, "co2e": 40.0, "updated_at": "2026-01-01T00:01:00Z"}
    assert round(before - bought(dcycle), 6) == 0.6
    assert bought(dcycle, "2025-06-16") == 0.04


@pytest.mark.rule("dcycle.purchases.inactive", "dcycle.items.status")
def test_only_an_active_purchase_counts(dcycle: Caller) -> None:
    """A purchase in another status keeps its emissions without counting, and counts again once it is active."""
    before = impacts(dcycle)
    path = f"{PATH}/{create(dcycle)['id']}"
    counted = impacts(dcycle)
    for status in ("inactive", "active", "in_review", "active", "pending", "in_progress", None, "active", "inactive"):
        changed = dcycle.request("PATCH", path, json={"status": status}).json()
        assert changed["co2e"] == (None if status in ("pending", "in_progress") else 600.0)
        assert impacts(dcycle) == (counted if status == "active" else before)


@pytest.mark.rule("dcycle.purchases.null")
@pytest.mark.parametrize(
    ("name", "kilograms"), [("recycled", 600.0), ("quantity", None), ("unit_id", None), ("status", 450.0)]
)
def test_null_removes_a_member(dcycle: Caller, name: str, kilograms: float | None) -> None:
    """Null removes a member, and the purchase is calculated without it."""
    changed = dcycle.request("PATCH", SUPPLIES, json={name: None}).json()
    assert (changed[name], changed["co2e"]) == (None, kilograms)


@pytest.mark.rule("dcycle.purchases.null")
def test_a_purchase_without_a_date_does_not_count(dcycle: Caller) -> None:
    """A purchase without a date is in no total until it gets one."""
    before = bought(dcycle, "2024-03-15")
    assert dcycle.request("PATCH", SUPPLIES, json={"purchase_date": None}).json()["co2e"] == 450.0
    assert bought(dcycle, "2024-03-15") == 0
    dcycle.request("PATCH", SUPPLIES, json={"purchase_date": "2024-03-15"})
    assert bought(dcycle, "2024-03-15") == before == 0.45


@pytest.mark.rule("dcycle.purchases.delete", "dcycle.purchases.unknown")
def test_delete_a_purchase(dcycle: Caller) -> None:
    """A deleted record is not found, not listed, and in no total."""
    before = impacts(dcycle)
    path = f"{PATH}/{create(dcycle)['id']}"
    reply = dcycle.request("DELETE", path)
    assert (reply.status_code, reply.content) == (204, b"")
    assert impacts(dcycle) == before
    assert path.rpartition("/")[2] not in str(dcycle.get(PATH).json())
    assert [dcycle.request(method, path, json={}).status_code for method in ("GET", "PATCH", "DELETE")] == [404] * 3


def test_the_fixture_is_calculated_like_new_records(dcycle: Caller) -> None:
    """An update without changes recalculates the fixture's purchases to the same figures."""
    before = impacts(dcycle, group_by="month", include_children="true")
    for organization in (INDUSTRIES, LOGISTICS):
        for purchase in dcycle.get(PATH, headers=identity(KEY, organization)).json()["items"]:
            touched = dcycle.request("PATCH", f"{PATH}/{purchase['id']}", json={"description": "touched"})
            assert touched.json()["co2e"] == purchase["co2e"]
    assert impacts(dcycle, group_by="month", include_children="true") == before


@pytest.mark.rule("dcycle.purchases.unknown")
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("path", "headers"),
    [(UNKNOWN_ID, {}), (SUPPLIES, identity(KEY, LOGISTICS)), (SUPPLIES, identity(ACME_KEY, CONSTRUCTION))],
)
def test_an_unknown_purchase(dcycle: Caller, method: str, path: str, headers: dict[str, str]) -> None:
    """A record of another organization is not found, like one that does not exist."""
    reply = dcycle.request(method, path, headers=headers, json={"status": "inactive"})
    assert (reply.status_code, reply.json()) == (404, {"detail": "Purchase not found", "code": "PURCHASE_NOT_FOUND"})
    assert dcycle.get(SUPPLIES).json()["status"] == "active"


@pytest.mark.rule("dcycle.purchases.malformed-id")
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_malformed_ids(dcycle: Caller, method: str) -> None:
    """A malformed id is answered 422, not 404; an id may be in upper case."""
    reply = dcycle.request(method, f"{PATH}/1", json={})
    (found,) = reply.json()["detail"]
    assert (reply.status_code, found["type"], found["loc"]) == (422, "uuid_parsing", ["path", "purchase_id"])
    assert dcycle.request(method, PATH + SUPPLIES.removeprefix(PATH).upper(), json={}).is_success


@pytest.mark.rule("dcycle.purchases.access")
@pytest.mark.parametrize(("method", "path"), [("GET", PATH), ("POST", PATH), ("GET", SUPPLIES), ("DELETE", UNKNOWN_ID)])
@pytest.mark.parametrize(("headers", "status"), [({}, 401), (identity(KEY, HOLDINGS), 403)])
def test_access_to_purchases(dcycle: Caller, method: str, path: str, headers: dict[str, str], status: int) -> None:
    """Purchases need a key that reaches the organization."""
    assert dcycle.identified(headers).request(method, path, json=DRAFT).status_code == status


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("dcycle.lists.envelope", "dcycle.lists.default", "dcycle.lists.order", "dcycle.purchases.own")
def test_a_list_and_its_pages(dcycle: Caller) -> None:
    """A list has the records of one organization, oldest first, in pages."""
    created = [create(dcycle, quantity=float(n)) for n in range(45)]
    whole = dcycle.get(PATH).json()
    assert (whole["total"], whole["page"], whole["size"], whole["pages"]) == (58, 1, 50, 2)
    assert len(whole["items"]) == 50
    second = dcycle.get(PATH, params={"page": 2}).json()
    assert (whole["items"] + second["items"])[13:] == created
    small = dcycle.get(PATH, params={"page": 6, "size": 10}).json()
    assert (small["items"], small["pages"]) == (created[-8:], 6)
    assert dcycle.get(PATH, headers=identity(KEY, LOGISTICS)).json()["total"] == 0


@pytest.mark.rule("dcycle.lists.past-the-end")
@pytest.mark.parametrize(
    ("query", "pages", "total"),
    [({"page": 2}, 1, 13), ({"page": 2**53 - 1, "size": 5}, 3, 13), ({"file_name[]": "none.xlsx"}, 0, 0)],
)
def test_pages_past_the_end(dcycle: Caller, query: dict[str, Any], pages: int, total: int) -> None:
    """A page past the end is empty, with the true numbers of records and pages."""
    shown = dcycle.get(PATH, params=query).json()
    assert (shown["items"], shown["pages"], shown["total"]) == ([], pages, total)


@pytest.mark.rule("dcycle.lists.bounds")
@pytest.mark.parametrize(
    "query",
    [
        {"page": 0},
        {"page": -1},
        {"page": "x"},
        {"page": 2**53},
        {"page": "1.0"},
        {"page": "+1"},
        {"page": " 1"},
        {"page": "1_0"},
        {"size": ""},
        {"size": 0},
        {"size": 101},
        {"status[]": "gone"},
    ],
)
def test_bad_pages(dcycle: Caller, query: dict[str, Any]) -> None:
    """A page, size or filter out of its bounds is refused."""
    reply = dcycle.get(PATH, params=query)
    assert reply.status_code == 422
    assert reply.json()["detail"][0]["loc"][:2] == ["query", *query]


@pytest.mark.rule("dcycle.lists.filters")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status[]=inactive", [1]),
        ("status[]=inactive&status[]=pending", [1, 2]),
        ("status[]=inactive&expense_type[]=opex", []),
        ("purchase_type[]=supplier_specific", [3]),
        ("file_name[]=a.xlsx&file_name[]=b.xlsx", [0, 1]),
        (f"file_id[]={FACTOR.upper()}", [2]),
        ("status=inactive&file_name[]=a.xlsx", [0]),
    ],
)
def test_a_filtered_list(dcycle: Caller, query: str, found: list[int]) -> None:
    """A filter matches any of its values, and a list contains what matches every filter."""
    made = [
        create(dcycle, file_name="a.xlsx"),
        create(dcycle, file_name="b.xlsx", status="inactive", expense_type="capex"),
        create(dcycle, file_id=FACTOR, status="pending"),
        create(dcycle, **CUSTOM),
    ]
    assert dcycle.get(f"{PATH}?{query}").json()["items"] == [made[n] for n in found]
