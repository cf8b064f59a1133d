"""Lists in order of time that are read in pages, however long they are."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Generic, Protocol, TypeVar


class Created(Protocol):
    """A record that has an id, and the time of its creation. Neither ever changes."""

    @property
    def id(self) -> str: ...

    @property
    def created_on(self) -> datetime: ...


T = TypeVar("T", bound=Created)

CREATED_ON = attrgetter("created_on")


class Timeline(Generic[T]):
    """Records in the order of their creation, each found by its id. Of equal times, the one added later is newer.

    A page costs the logarithm of the list's length, and adding the newest record costs nothing that grows; to add an
    older one, or to remove one, moves pointers in memory. Records are numbered as they are added: ``_records`` are in
    the order of time, ``_added`` in the order of the numbers. The first ``_indexed`` of these are found by id; the
    others are indexed when one is looked for, which most lists never see.
    """

    def __init__(self) -> None:
        self._records: list[T] = []
        self._added: list[T] = []
        self._number_of: dict[str, int] = {}
        self._indexed = 0

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: T) -> None:
        """Add a record with an id that is new."""
        self._added.append(record)
        if not self._records or self._records[-1].created_on <= record.created_on:
            self._records.append(record)
        else:
            self._records.insert(bisect_right(self._records, record.created_on, key=CREATED_ON), record)

    def remove(self, record_id: str) -> None:
        """Remove a record. Raises KeyError."""
        index = self._index(record_id)
        del self._number_of[record_id], self._records[index]

    def number(self, record_id: str) -> int:
        """Return how many records were added before this one. Raises KeyError."""
        for number in range(self._indexed, len(self._added)):
            self._number_of[self._added[number].id] = number
        self._indexed = len(self._added)
        return self._number_of[record_id]

    @property
    def added(self) -> Sequence[T]:
        """All records in the order of their numbers, removed ones included."""
        return self._added

    def oldest(self) -> T | None:
        """Return the oldest record, if there is any."""
        return self._records[0] if self._records else None

    def newest(self, limit: int) -> list[T]:
        """Return the newest records, newest first."""
        return self._page(len(self._records) - limit, len(self._records))

    def older(self, record_id: str, limit: int) -> list[T]:
        """Return the records next older than the one with this id, newest first. Raises KeyError."""
        index = self._index(record_id)
        return self._page(index - limit, index)

    def newer(self, record_id: str, limit: int) -> list[T]:
        """Return the records next newer than the one with this id, newest first. Raises KeyError."""
        index = self._index(record_id) + 1
        return self._page(index, index + limit)

    def _index(self, record_id: str) -> int:
        """Return the index of a record in the order of time. Raises KeyError."""
        number = self.number(record_id)
        at = self._added[number].created_on
        start = bisect_left(self._records, at, key=CREATED_ON)
        end = bisect_right(self._records, at, lo=start, key=CREATED_ON)
        return bisect_left(self._records, number, start, end, key=lambda record: self._number_of[record.id])

    def _page(self, start: int, end: int) -> list[T]:
        return self._records[max(start, 0) : end][::-1]
