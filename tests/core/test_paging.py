"""Lists read a page at a time, held against plain lists."""

from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.paging import Chain, Timeline

Pages: TypeAlias = Timeline[str] | Chain[str]

lists = st.lists(st.text(max_size=3), unique=True, max_size=30)
limits = st.integers(1, 40)
kinds = st.sampled_from([Timeline, Chain])


def pages(kind: type[Pages], keys: list[str]) -> Pages:
    """Things that are called as they are."""
    return kind((key, key) for key in keys)


@given(kinds, lists, limits)
def test_the_newest(kind: type[Pages], keys: list[str], limit: int) -> None:
    """The newest things are the last that were added, newest first."""
    assert pages(kind, keys).newest(limit) == keys[::-1][:limit]


@given(kinds, lists.filter(len), limits, st.data())
def test_what_is_older_and_newer_than_a_thing(
    kind: type[Pages], keys: list[str], limit: int, data: st.DataObject
) -> None:
    """On either side of a thing stand those next to it, newest first, and it is not among them."""
    things, key = pages(kind, keys), data.draw(st.sampled_from(keys))
    place = keys.index(key)
    assert things.older(key, limit) == keys[:place][::-1][:limit]
    assert things.newer(key, limit) == keys[place + 1 :][:limit][::-1]


@given(kinds, lists.filter(len), limits)
def test_pages_follow_one_another(kind: type[Pages], keys: list[str], limit: int) -> None:
    """Going from page to page shows everything once, backwards as well as forwards."""
    things = pages(kind, keys)
    older = page = things.newest(limit)
    while page := things.older(page[-1], limit):
        older = older + page
    newer = page = [keys[0]]
    while page := things.newer(page[0], limit):
        newer = page + newer
    assert older == newer == keys[::-1]


@given(kinds, lists, st.text(max_size=3))
def test_a_key_that_nothing_has(kind: type[Pages], keys: list[str], key: str) -> None:
    """A page next to nothing is refused."""
    things = pages(kind, [known for known in keys if known != key])
    with pytest.raises(KeyError):
        things.older(key, 1)
    with pytest.raises(KeyError):
        things.newer(key, 1)


@given(lists)
def test_a_timeline_is_a_list(keys: list[str]) -> None:
    """It has the length and the order of what was added, one by one or at once."""
    things = Timeline[str]()
    for key in keys:
        things.add(key, key)
    assert (len(things), list(things)) == (len(keys), keys)
    assert [things[things.place(key)] for key in keys] == keys
    assert list(Timeline((key, key) for key in keys)) == keys


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh"))))
def test_what_has_gone_leaves_no_gap(steps: list[tuple[bool, str]]) -> None:
    """Whatever is added to a chain and removed, the pages are those of a list that has gone through the same."""
    chain, keys = Chain[str](), list[str]()
    for added, key in steps:
        if added and key not in keys:
            chain.add(key, key)
            keys.append(key)
        elif not added and key in keys:
            chain.remove(key)
            keys.remove(key)
        elif not added:
            with pytest.raises(KeyError):
                chain.remove(key)
    assert (len(chain), chain.newest(9)) == (len(keys), keys[::-1])
    for place, key in enumerate(keys):
        assert chain.older(key, 2) == keys[:place][::-1][:2]
        assert chain.newer(key, 2) == keys[place + 1 :][:2][::-1]


def test_what_is_added_meanwhile_does_not_shift_a_page() -> None:
    """A page next to a thing stays the same while newer things arrive."""
    things = pages(Timeline, ["a", "b", "c", "d"])
    before = things.older("c", 5)
    things.add("e", "e")
    assert things.older("c", 5) == before == ["b", "a"]
    assert things.newer("c", 5) == ["e", "d"]
