"""Lists of orders and subaccounts: order, pages and cursors."""

from typing import Any

import pytest

from emulator import Emulator
from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller, credentials_of, use_vendor_links

LISTS: dict[str, dict[str, Any]] = {"/v1/orders": {"amount_kg": 1}, "/v1/subaccounts": {"name": "Marketing"}}
"""Every list, with a body that adds to it."""

both_lists = pytest.mark.parametrize("path", LISTS)


@pytest.fixture
def empty(cnaught: Caller) -> Caller:
    """Return a client of an account without orders and subaccounts."""
    return as_account(cnaught, "empty")


def filled(caller: Caller, path: str, count: int) -> list[str]:
    """Create records at one instant; return their ids, newest first."""
    return [caller.post(path, LISTS[path]).json()["id"] for _ in range(count)][::-1]


def page(caller: Caller, path: str, **query: object) -> list[str]:
    """Return the ids on a page."""
    return [record["id"] for record in caller.get(path, params=query).json()["data"]]


@both_lists
@pytest.mark.rule("cnaught.lists.newest-first")
def test_a_list_is_newest_first(empty: Caller, path: str) -> None:
    """A list is an object with only `data`: the records as they read one by one, newest first."""
    assert empty.get(path).json() == {"data": []}
    for _ in range(3):
        empty.post(path, LISTS[path])
        empty.space.clock.advance(seconds=1)
    listed = empty.get(path).json()
    assert listed.keys() == {"data"}
    times = [record["created_on"] for record in listed["data"]]
    assert times == [f"2026-01-01T00:00:0{second}.000000Z" for second in (2, 1, 0)]
    assert listed["data"] == [empty.get(f"{path}/{record['id']}").json() for record in listed["data"]]


def test_a_list_follows_every_change_of_its_orders(empty: Caller) -> None:
    """A listed order is the order as it reads at that time: placed, fulfilled, cancelled, or with other links."""
    ids = filled(empty, "/v1/orders", 2)

    def check(*states: str) -> None:
        listed = empty.get("/v1/orders").json()["data"]
        assert [order["state"] for order in listed] == [*states]
        assert listed == [empty.get(f"/v1/orders/{id}").json() for id in ids]

    check("placed", "placed")
    empty.space.clock.advance(seconds=10)
    check("fulfilled", "fulfilled")
    empty.post(f"/v1/orders/{ids[0]}/cancel")
    check("cancelled", "fulfilled")
    use_vendor_links(empty.space)
    check("cancelled", "fulfilled")


@both_lists
@pytest.mark.rule("cnaught.lists.newest-first", "cnaught.lists.starting-after", "cnaught.lists.ending-before")
@pytest.mark.parametrize("year", [1970, 2021, 2022, 2023])
def test_a_list_stays_in_order_when_the_clock_is_set_back(emulator: Emulator, path: str, year: int) -> None:
    """New records stand by their time among those of the fixture, in the list and on its pages."""
    space = emulator.space()
    space.clock.freeze(f"{year}-06-01T00:00:00Z")
    acme = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    for _ in range(8):
        acme.post(path, LISTS[path])
        space.clock.advance(days=100)
    listed = acme.get(path).json()["data"]
    assert [record["created_on"] for record in listed] == sorted((r["created_on"] for r in listed), reverse=True)
    ids = [record["id"] for record in listed]
    for place, key in enumerate(ids):
        assert page(acme, path, starting_after=key, limit=2) == ids[place + 1 :][:2]
        assert page(acme, path, ending_before=key, limit=2) == ids[:place][-2:]
    space.delete()


@both_lists
@pytest.mark.rule("cnaught.lists.limit")
def test_a_page_has_a_limit(empty: Caller, path: str) -> None:
    """A page has at most `limit` records, 20 by default."""
    ids = filled(empty, path, 101)
    assert page(empty, path) == ids[:20]
    for limit in (1, 5, 100):
        assert page(empty, path, limit=limit) == ids[:limit]


@both_lists
@pytest.mark.rule("cnaught.lists.limit-invalid")
@pytest.mark.parametrize("limit", ["0", "-1", "101", "2.5", "1e1", "", "ten", " 5", "true", "9" * 400])
def test_an_invalid_limit_is_refused(empty: Caller, path: str, limit: str) -> None:
    """Anything except an integer from 1 to 100 is refused, before the cursors are checked."""
    for more in ({}, {"starting_after": "unknown"}, {"starting_after": "a", "ending_before": "b"}):
        reply = empty.get(path, params={"limit": limit, **more})
        assert reply.status_code == 400
        assert reply.json()["errors"].keys() == {"limit"}


@both_lists
@pytest.mark.rule("cnaught.lists.starting-after")
def test_the_next_page(empty: Caller, path: str) -> None:
    """`starting_after` lists the records older than the cursor."""
    ids = filled(empty, path, 5)
    assert page(empty, path, starting_after=ids[1]) == ids[2:]
    assert page(empty, path, starting_after=ids[1], limit=2) == ids[2:4]
    assert page(empty, path, starting_after=ids[-1]) == []


@both_lists
@pytest.mark.rule("cnaught.lists.ending-before", "cnaught.lists.ending-before-adjacent")
def test_the_previous_page(empty: Caller, path: str) -> None:
    """`ending_before` lists the next newer records, newest first."""
    ids = filled(empty, path, 5)
    assert page(empty, path, ending_before=ids[3]) == ids[:3]
    assert page(empty, path, ending_before=ids[3], limit=2) == ids[1:3]
    assert page(empty, path, ending_before=ids[0]) == []


@both_lists
@pytest.mark.rule("cnaught.lists.starting-after", "cnaught.lists.ending-before")
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_make_up_the_list(empty: Caller, path: str, limit: int) -> None:
    """Paging forwards and backwards shows every record once, also while records are added."""
    ids = filled(empty, path, 10)
    there = page(empty, path, limit=limit)
    newer = filled(empty, path, 1)
    while turned := page(empty, path, limit=limit, starting_after=there[-1]):
        there += turned
    assert there == ids
    back: list[str] = []
    while turned := page(empty, path, limit=limit, ending_before=(back or there[-1:])[0]):
        back = turned + back
    assert back == newer + ids[:-1]


@both_lists
@pytest.mark.rule("cnaught.lists.both-cursors", "cnaught.lists.both-cursors-problem")
def test_both_cursors_together_are_refused(empty: Caller, path: str) -> None:
    """Only one cursor is accepted."""
    ids = filled(empty, path, 3)
    reply = empty.get(path, params={"starting_after": ids[0], "ending_before": ids[2]})
    assert (reply.status_code, reply.json()["type"]) == (400, "https://api.cnaught.com/v1/errors/invalid-pagination")
    assert reply.json()["detail"] == "Only one of starting_after and ending_before may be given"


@both_lists
@pytest.mark.rule("cnaught.lists.unknown-cursor")
@pytest.mark.parametrize("cursor", ["starting_after", "ending_before"])
@pytest.mark.parametrize("unknown", ["unknown", "", "Gre28Fc35bt3", "5nubL0NS"])
def test_a_cursor_outside_the_list_is_refused(empty: Caller, path: str, cursor: str, unknown: str) -> None:
    """A cursor must be the id of a record in this list."""
    reply = empty.get(path, params={cursor: unknown})
    assert (reply.status_code, reply.json()["type"]) == (400, "https://api.cnaught.com/v1/errors/invalid-pagination")
    assert reply.json()["detail"] == f"No record has the id {unknown!r}"


@pytest.mark.rule("cnaught.lists.unknown-cursor")
def test_a_cursor_outside_a_subaccounts_list_is_refused(cnaught: Caller) -> None:
    """In a subaccount's list, the account's other orders are not cursors."""
    query = {"params": {"starting_after": "Gre28Fc35bt3"}}
    assert cnaught.get("/v1/orders", **query).status_code == 200
    reply = cnaught.get("/v1/orders", **query, headers={"X-Subaccount-Id": "5nubL0NS"})
    assert (reply.status_code, reply.json()["type"]) == (400, "https://api.cnaught.com/v1/errors/invalid-pagination")
