"""Lists in order of time that are read in pages, however long they are."""

from bisect import bisect_left, insort
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")

Mark: TypeAlias = tuple[datetime, int]
"""The position of a record: its time, and the number of records added before it."""


class Timeline(Generic[T]):
    """Records in the order of their instants, each found by its key. Of equal instants, the one added later is newer.

    A page costs the logarithm of the list's length, and so does adding the newest record; to add an older one, or to
    remove one, moves pointers in memory.
    """

    def __init__(self) -> None:
        self._marks: list[Mark] = []
        self._records: list[T] = []
        self._mark_of: dict[str, Mark] = {}
        self._added = 0

    def __len__(self) -> int:
        return len(self._records)

    def add(self, key: str, at: datetime, record: T) -> None:
        """Add a record with a key that is new."""
        mark = self._mark_of[key] = at, self._added
        self._added += 1
        if not self._marks or self._marks[-1] < mark:
            self._marks.append(mark)
            self._records.append(record)
        else:
            self._records.insert(bisect_left(self._marks, mark), record)
            insort(self._marks, mark)

    def remove(self, key: str) -> None:
        """Remove a record. Raises KeyError."""
        place = bisect_left(self._marks, self._mark_of.pop(key))
        del self._marks[place], self._records[place]

    def number(self, key: str) -> int:
        """Return how many records were added before this one. Raises KeyError."""
        return self._mark_of[key][1]

    def oldest(self) -> T | None:
        """Return the oldest record, if there is any."""
        return self._records[0] if self._records else None

    def newest(self, limit: int) -> list[T]:
        """Return the newest records, newest first."""
        return self._page(len(self._records) - limit, len(self._records))

    def older(self, key: str, limit: int) -> list[T]:
        """Return the records next older than the one with this key, newest first. Raises KeyError."""
        place = bisect_left(self._marks, self._mark_of[key])
        return self._page(place - limit, place)

    def newer(self, key: str, limit: int) -> list[T]:
        """Return the records next newer than the one with this key, newest first. Raises KeyError."""
        place = bisect_left(self._marks, self._mark_of[key]) + 1
        return self._page(place, place + limit)

    def _page(self, start: int, end: int) -> list[T]:
        return self._records[max(start, 0) : end][::-1]
