"""Pages of records, and their cursors."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from tests.providers.oneclickimpact.conftest import LISTS, listed, own_records
from tests.support.caller import Caller

PAGES_MAX = 100


def capture(oneclickimpact: Caller, count: int, email: str | None = None) -> None:
    """Make records with the amounts 1, 2, 3..."""
    customer = {"customer_email": email} if email else {}
    for amount in range(1, count + 1):
        oneclickimpact.post("/v1/capture_carbon", {"amount": amount, **customer})


def walk(caller: Caller, name: str, **params: object) -> Iterator[dict[str, Any]]:
    """Yield all pages of a list; one that does not end is cut off, so that the test fails and does not hang."""
    page = caller.get(LISTS[name], params=params).json()
    for _ in range(PAGES_MAX):
        yield page
        if "cursor" not in page:
            break
        page = caller.get(LISTS[name], params={**params, "cursor": page["cursor"]}).json()


@pytest.mark.rule("oneclickimpact.pages.limit")
@pytest.mark.parametrize(("params", "count"), [({}, 10), ({"limit": 1}, 1), ({"limit": 11}, 11), ({"limit": 1000}, 12)])
@pytest.mark.parametrize(("name", "email"), [("user_records", None), ("customer_records", "a@x.com")])
def test_a_page_holds_no_more_than_its_limit(
    oneclickimpact: Caller, name: str, email: str | None, params: dict[str, int], count: int
) -> None:
    """A page holds as many records as its limit, ten by default."""
    capture(oneclickimpact, 12, email)
    assert len(listed(oneclickimpact, name, start_date="2026-01-01", **params)) == count


@pytest.mark.rule("oneclickimpact.pages.limit-refused")
@pytest.mark.parametrize("limit", ["-1", "1001", "1.5", "abc", "", "1e2", "+5", "0x5", " 5", "٥", "9" * 5000])
@pytest.mark.parametrize("path", LISTS.values())
def test_invalid_limits_are_refused(oneclickimpact: Caller, path: str, limit: str) -> None:
    """A limit must be an integer from 0 to 1000, in digits."""
    reply = oneclickimpact.get(path, params={"limit": limit})
    assert (reply.status_code, reply.json()["message"]) == (400, "limit must be an integer between 0 and 1000")


@pytest.mark.rule("oneclickimpact.pages.no-cursor", "oneclickimpact.pages.cursor-only-when-more")
@pytest.mark.parametrize(("limit", "more"), [(0, False), (1, True), (2, True), (3, False), (4, False)])
def test_a_page_has_a_cursor_while_records_remain(oneclickimpact: Caller, limit: int, more: bool) -> None:
    """A page has a cursor only while records remain after it; an empty page has none."""
    page = oneclickimpact.get("/v1/records", params={"limit": limit}).json()
    assert len(page["user_records"]) == min(limit, 3)
    assert ("cursor" in page) == more


@pytest.mark.rule("oneclickimpact.pages.next", "oneclickimpact.pages.complete")
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 2, 4, 7])
@pytest.mark.parametrize("name", LISTS)
def test_the_pages_make_up_the_list(live: Caller, name: str, limit: int, order: str) -> None:
    """Page by page, every record appears once and in order, all kinds and customers mixed."""
    capture(live, 2)
    capture(live, 2, "a@x.com")
    pages = [page[name] for page in walk(live, name, limit=limit, sort_order=order)]
    assert [record for page in pages for record in page] == listed(live, name, sort_order=order)
    assert all(len(page) == limit for page in pages[:-1])


@pytest.mark.rule("oneclickimpact.pages.new-records")
@pytest.mark.parametrize(("order", "amounts"), [("asc", [5, 15, 10, 1, 2]), ("desc", [10, 15, 5])])
def test_records_made_between_two_pages_follow_at_the_end(
    oneclickimpact: Caller, order: str, amounts: list[int]
) -> None:
    """Records made after the first page follow at the end in ascending order; no order repeats a record."""
    params = {"limit": 2, "sort_order": order}
    page = oneclickimpact.get("/v1/records", params=params).json()
    capture(oneclickimpact, 2)
    rest = oneclickimpact.get("/v1/records", params={**params, "limit": 9, "cursor": page["cursor"]}).json()
    read = [record["carbon_captured"] for record in page["user_records"] + rest["user_records"]]
    assert (read, "cursor" in rest) == (amounts, False)


@pytest.mark.rule("oneclickimpact.pages.filters-of-the-call")
@pytest.mark.parametrize(
    ("params", "part"),
    [
        ({}, slice(3, None)),
        ({"filter_by": "tree_planted"}, slice(4, None)),
        ({"start_date": "2024-09-18"}, slice(5, None)),
        ({"end_date": "2024-09-17", "limit": "1"}, slice(3, 4)),
        ({"sort_order": "desc"}, slice(1, None, -1)),
        ({"sort_order": "desc", "end_date": "2023-10-03"}, slice(0, 0)),
    ],
)
def test_a_cursor_is_a_position_only(live: Caller, params: dict[str, str], part: slice) -> None:
    """Filters, order and limit are those of the call that carries the cursor."""
    records = own_records(live)
    cursor = live.get("/v1/records?limit=3").json()["cursor"]
    assert own_records(live, cursor=cursor, **params) == records[part]


@pytest.mark.rule("oneclickimpact.pages.filters-of-the-call")
def test_a_cursor_is_a_time(live: Caller) -> None:
    """A cursor is a time, so a cursor of one list of an account works in the others."""
    cursor = live.get("/v1/records?limit=3").json()["cursor"]
    assert listed(live, "customer_records", cursor=cursor) == listed(live, "customer_records")
    after = live.get("/v1/records?limit=3").json()["user_records"][-1]["time_utc"]
    customers = live.get("/v1/customers?limit=1000").json()["customers"]
    later = [customer for customer in customers if customer["onboarded_on"] > after]
    assert live.get("/v1/customers", params={"limit": 1000, "cursor": cursor}).json()["customers"] == later


@pytest.mark.rule("oneclickimpact.pages.cursor-characters")
def test_a_cursor_is_fit_for_a_url(oneclickimpact: Caller) -> None:
    """A cursor needs no percent-encoding, and every page has a different one."""
    capture(oneclickimpact, 5)
    cursors = [page["cursor"] for page in walk(oneclickimpact, "user_records", limit=1) if "cursor" in page]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+={0,2}", cursor) for cursor in cursors)
    assert len(set(cursors)) == len(cursors) == 7
    second = oneclickimpact.get(f"/v1/records?limit=1&cursor={cursors[0]}").json()
    assert second["cursor"] == cursors[1]


@pytest.mark.rule("oneclickimpact.pages.cursor-refused")
@pytest.mark.parametrize(
    "cursor",
    ["", "a", "====", "abc!", "é", "\x00", "eyJjcmVhdGVkT24iOiIyMDI0LTA3LTidXNlcklEIjoiVTk2OTQ0MDcwIn0=", "a" * 5000]
    + [
        urlsafe_b64encode(text).decode()
        for text in (
            b"",
            b"\xff",
            b"2024-09-17T14:32:01.638Z",
            b"2024-09-17T14:32:01.638Z nobody",
            b"2024-09-17T14:32:01.638+00:00 sandbox",
            b"2024-09-17T14:32:01.638999Z sandbox",
            b"2024-13-17T14:32:01.638Z sandbox",
            b"0001-01-01T00:00:00.000+23:59Z sandbox",
            b"2024-09-17 sandbox",
        )
    ],
)
@pytest.mark.parametrize("path", LISTS.values())
def test_unknown_cursors_are_refused(oneclickimpact: Caller, path: str, cursor: str) -> None:
    """A cursor that no page returned is refused."""
    reply = oneclickimpact.get(path, params={"cursor": cursor})
    assert reply.status_code == 400
    assert reply.json()["message"] == "cursor must be the cursor of a previous page of this account"


@pytest.mark.rule("oneclickimpact.pages.cursor-refused")
def test_a_cursor_works_for_its_account_only(oneclickimpact: Caller, live: Caller) -> None:
    """A cursor works only for the account to which it was issued."""
    cursor = oneclickimpact.get("/v1/records?limit=1").json()["cursor"]
    assert oneclickimpact.get(f"/v1/records?cursor={cursor}").status_code == 200
    assert live.get(f"/v1/records?cursor={cursor}").status_code == 400
