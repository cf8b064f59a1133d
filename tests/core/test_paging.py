"""Timelines, compared with sorted lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.paging import Timeline

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Record:
    """A record of a timeline."""

    id: str
    created_on: datetime


records = st.lists(st.tuples(st.text(max_size=3), st.integers(0, 5)), unique_by=lambda record: record[0], max_size=30)
limits = st.integers(1, 40)


def timeline(added: list[tuple[str, int]]) -> Timeline[Record]:
    """Return a timeline with these ids, each created at its second."""
    filled = Timeline[Record]()
    for key, second in added:
        filled.add(record(key, second))
    return filled


def record(key: str, second: int) -> Record:
    """Return a record with this id that was created at this second."""
    return Record(key, START + timedelta(seconds=second))


def ids(records: Sequence[Record]) -> list[str]:
    """Return the ids of records."""
    return [record.id for record in records]


def in_order(added: list[tuple[str, int]]) -> list[str]:
    """Return the keys in order of time, those of one time in order of addition."""
    return [key for key, _ in sorted(added, key=lambda record: record[1])]


@given(records, limits)
def test_the_newest_come_first(added: list[tuple[str, int]], limit: int) -> None:
    """The newest records come first; of records with the same time, the one added last."""
    keys, filled = in_order(added), timeline(added)
    oldest = filled.oldest()
    assert ids(filled.newest(limit)) == keys[::-1][:limit]
    assert (oldest.id if oldest else None) == (keys[0] if keys else None)
    assert len(filled) == len(keys)
    assert ids(filled.added) == [key for key, _ in added]


@given(records.filter(len), limits, st.data())
def test_a_page_is_next_to_its_cursor(added: list[tuple[str, int]], limit: int, data: st.DataObject) -> None:
    """A page holds the records next to its cursor, without the cursor's record, newest first."""
    keys, filled = in_order(added), timeline(added)
    key = data.draw(st.sampled_from(keys))
    place = keys.index(key)
    assert ids(filled.older(key, limit)) == keys[:place][::-1][:limit]
    assert ids(filled.newer(key, limit)) == keys[place + 1 :][:limit][::-1]
    assert filled.number(key) == [key for key, _ in added].index(key)


@given(records.filter(len), limits)
def test_pages_cover_the_list(added: list[tuple[str, int]], limit: int) -> None:
    """Paging from either end shows every record once."""
    keys, filled = in_order(added), timeline(added)
    older = page = ids(filled.newest(limit))
    while page := ids(filled.older(page[-1], limit)):
        older = older + page
    newer = page = [keys[0]]
    while page := ids(filled.newer(page[0], limit)):
        newer = page + newer
    assert older == newer == keys[::-1]


@given(records, st.text(max_size=3))
def test_an_unknown_key_raises(added: list[tuple[str, int]], key: str) -> None:
    """A key that was not added raises an exception."""
    filled = timeline([record for record in added if record[0] != key])
    for find in (lambda: filled.older(key, 1), lambda: filled.newer(key, 1), lambda: filled.remove(key)):
        with pytest.raises(KeyError):
            find()


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh"), st.integers(0, 3))))
def test_a_removed_record_leaves_no_gap(steps: list[tuple[bool, str, int]]) -> None:
    """After any additions and removals, the pages equal those of a list with the same changes."""
    filled, added = timeline([]), list[tuple[str, int]]()
    for adding, key, second in steps:
        known = key in dict(added)
        if adding and not known:
            filled.add(record(key, second))
            added.append((key, second))
        elif not adding and known:
            filled.remove(key)
            added = [record for record in added if record[0] != key]
    keys = in_order(added)
    assert (len(filled), ids(filled.newest(9))) == (len(keys), keys[::-1])
    for place, key in enumerate(keys):
        assert ids(filled.older(key, 2)) == keys[:place][::-1][:2]
        assert ids(filled.newer(key, 2)) == keys[place + 1 :][:2][::-1]


def test_an_added_record_does_not_shift_a_page() -> None:
    """A page next to a cursor stays the same while newer records are added."""
    filled = timeline([("a", 0), ("b", 0), ("c", 1), ("d", 2)])
    before = filled.older("c", 5)
    filled.add(record("e", 3))
    assert ids(filled.older("c", 5)) == ids(before) == ["b", "a"]
    assert ids(filled.newer("c", 5)) == ["e", "d"]
