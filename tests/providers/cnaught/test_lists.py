"""Lists of orders and of subaccounts: their order, their pages, their cursors."""

from typing import Any

import pytest

from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller

LISTS: dict[str, dict[str, Any]] = {"/v1/orders": {"amount_kg": 1}, "/v1/subaccounts": {"name": "Marketing"}}
"""Every list, with a body that adds to it."""

both_lists = pytest.mark.parametrize("path", LISTS)


@pytest.fixture
def sandbox(cnaught: Caller) -> Caller:
    """An account that has neither orders nor subaccounts."""
    return as_account(cnaught, "sandbox")


def filled(caller: Caller, path: str, count: int) -> list[str]:
    """Make so many records, at one instant; their ids, newest first."""
    return [caller.post(path, LISTS[path]).json()["id"] for _ in range(count)][::-1]


def page(caller: Caller, path: str, **asked: object) -> list[str]:
    """The ids on a page."""
    return [record["id"] for record in caller.get(path, params=asked).json()["data"]]


@both_lists
@pytest.mark.rule("cnaught.lists.newest-first")
def test_a_list_begins_with_the_newest(sandbox: Caller, path: str) -> None:
    """A list is an object with nothing but its data: records as they read one by one, the newest first."""
    assert sandbox.get(path).json() == {"data": []}
    for _ in range(3):
        sandbox.post(path, LISTS[path])
        sandbox.space.clock.advance(seconds=1)
    listed = sandbox.get(path).json()
    assert listed.keys() == {"data"}
    times = [record["created_on"] for record in listed["data"]]
    assert times == [f"2026-01-01T00:00:0{second}.000000Z" for second in (2, 1, 0)]
    assert listed["data"] == [sandbox.get(f"{path}/{record['id']}").json() for record in listed["data"]]


@both_lists
@pytest.mark.rule("cnaught.lists.limit")
def test_a_page_holds_as_many_as_asked(sandbox: Caller, path: str) -> None:
    """A page holds the newest 1 to 100 records, and 20 when nothing is said."""
    ids = filled(sandbox, path, 101)
    assert page(sandbox, path) == ids[:20]
    for limit in (1, 5, 100):
        assert page(sandbox, path, limit=limit) == ids[:limit]


@both_lists
@pytest.mark.rule("cnaught.lists.limit-invalid")
@pytest.mark.parametrize("limit", ["0", "-1", "101", "2.5", "1e1", "", "ten", " 5", "true", "9" * 400])
def test_a_limit_out_of_bounds(sandbox: Caller, path: str, limit: str) -> None:
    """Anything but a whole number from 1 to 100 is refused, before the cursors are looked at."""
    for more in ({}, {"starting_after": "nobody"}, {"starting_after": "a", "ending_before": "b"}):
        reply = sandbox.get(path, params={"limit": limit, **more})
        assert reply.status_code == 400
        assert reply.json()["errors"].keys() == {"limit"}


@both_lists
@pytest.mark.rule("cnaught.lists.starting-after")
def test_the_next_page(sandbox: Caller, path: str) -> None:
    """After a record come the older ones, without it; after the oldest, nothing."""
    ids = filled(sandbox, path, 5)
    assert page(sandbox, path, starting_after=ids[1]) == ids[2:]
    assert page(sandbox, path, starting_after=ids[1], limit=2) == ids[2:4]
    assert page(sandbox, path, starting_after=ids[-1]) == []


@both_lists
@pytest.mark.rule("cnaught.lists.ending-before", "cnaught.lists.ending-before-adjacent")
def test_the_previous_page(sandbox: Caller, path: str) -> None:
    """Before a record come the next newer ones, without it, still newest first; before the newest, nothing."""
    ids = filled(sandbox, path, 5)
    assert page(sandbox, path, ending_before=ids[3]) == ids[:3]
    assert page(sandbox, path, ending_before=ids[3], limit=2) == ids[1:3]
    assert page(sandbox, path, ending_before=ids[0]) == []


@both_lists
@pytest.mark.rule("cnaught.lists.starting-after", "cnaught.lists.ending-before")
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_make_up_the_list(sandbox: Caller, path: str, limit: int) -> None:
    """Whoever turns the pages sees every record once, there and back, records made meanwhile notwithstanding."""
    ids = filled(sandbox, path, 10)
    there = page(sandbox, path, limit=limit)
    newer = filled(sandbox, path, 1)
    while turned := page(sandbox, path, limit=limit, starting_after=there[-1]):
        there += turned
    assert there == ids
    back: list[str] = []
    while turned := page(sandbox, path, limit=limit, ending_before=(back or there[-1:])[0]):
        back = turned + back
    assert back == newer + ids[:-1]


@both_lists
@pytest.mark.rule("cnaught.lists.both-cursors", "cnaught.lists.both-cursors-problem")
def test_both_cursors_at_once(sandbox: Caller, path: str) -> None:
    """A page is after one record or before another, not both."""
    ids = filled(sandbox, path, 3)
    reply = sandbox.get(path, params={"starting_after": ids[0], "ending_before": ids[2]})
    assert (reply.status_code, reply.json()["type"]) == (400, "https://api.cnaught.com/v1/errors/invalid-pagination")
    assert reply.json()["detail"] == "Only one of starting_after and ending_before may be given"


@both_lists
@pytest.mark.rule("cnaught.lists.unknown-cursor")
@pytest.mark.parametrize("cursor", ["starting_after", "ending_before"])
@pytest.mark.parametrize("unknown", ["nobody", "", "Gre28Fc35bt3", "5nubL0NS"])
def test_a_cursor_that_is_not_in_the_list(sandbox: Caller, path: str, cursor: str, unknown: str) -> None:
    """A cursor names a record of this very list, not of another account's."""
    reply = sandbox.get(path, params={cursor: unknown})
    assert (reply.status_code, reply.json()["type"]) == (400, "https://api.cnaught.com/v1/errors/invalid-pagination")
    assert reply.json()["detail"] == f"No record has the id {unknown!r}"


@pytest.mark.rule("cnaught.lists.unknown-cursor")
def test_a_cursor_of_another_subaccount(cnaught: Caller) -> None:
    """In the list of a subaccount, an order of the account at large is no cursor."""
    asked = {"params": {"starting_after": "Gre28Fc35bt3"}}
    assert cnaught.get("/v1/orders", **asked).status_code == 200
    reply = cnaught.get("/v1/orders", **asked, headers={"X-Subaccount-Id": "5nubL0NS"})
    assert (reply.status_code, reply.json()["type"]) == (400, "https://api.cnaught.com/v1/errors/invalid-pagination")
