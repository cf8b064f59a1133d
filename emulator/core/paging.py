"""Lists in order of time that are read in pages, however long they are."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


class Timeline(Generic[T]):
    """Records in the order of their instants, each found by its key. Of equal instants, the one added later is newer.

    A page costs the logarithm of the list's length, and adding the newest record costs nothing that grows; to add an
    older one, or to remove one, moves pointers in memory. Records are numbered as they are added: ``_instants``,
    ``_numbers`` and ``_records`` are in the order of time, ``_added`` has all instants in the order of the numbers.
    """

    def __init__(self) -> None:
        self._instants: list[datetime] = []
        self._numbers: list[int] = []
        self._records: list[T] = []
        self._number_of: dict[str, int] = {}
        self._added: list[datetime] = []

    def __len__(self) -> int:
        return len(self._records)

    def add(self, key: str, at: datetime, record: T) -> None:
        """Add a record with a key that is new."""
        number = self._number_of[key] = len(self._added)
        self._added.append(at)
        if not self._instants or self._instants[-1] <= at:
            self._instants.append(at)
            self._numbers.append(number)
            self._records.append(record)
        else:
            place = bisect_right(self._instants, at)
            self._instants.insert(place, at)
            self._numbers.insert(place, number)
            self._records.insert(place, record)

    def remove(self, key: str) -> None:
        """Remove a record. Raises KeyError."""
        place = self._place(key)
        del self._number_of[key], self._instants[place], self._numbers[place], self._records[place]

    def number(self, key: str) -> int:
        """Return how many records were added before this one. Raises KeyError."""
        return self._number_of[key]

    @property
    def added(self) -> Sequence[datetime]:
        """The instants of all records in the order of their numbers, removed ones included."""
        return self._added

    def oldest(self) -> T | None:
        """Return the oldest record, if there is any."""
        return self._records[0] if self._records else None

    def newest(self, limit: int) -> list[T]:
        """Return the newest records, newest first."""
        return self._page(len(self._records) - limit, len(self._records))

    def older(self, key: str, limit: int) -> list[T]:
        """Return the records next older than the one with this key, newest first. Raises KeyError."""
        place = self._place(key)
        return self._page(place - limit, place)

    def newer(self, key: str, limit: int) -> list[T]:
        """Return the records next newer than the one with this key, newest first. Raises KeyError."""
        place = self._place(key) + 1
        return self._page(place, place + limit)

    def _place(self, key: str) -> int:
        """Return the index of a record. Raises KeyError."""
        number = self._number_of[key]
        start = bisect_left(self._instants, self._added[number])
        end = bisect_right(self._instants, self._added[number], lo=start)
        return bisect_left(self._numbers, number, start, end)

    def _page(self, start: int, end: int) -> list[T]:
        return self._records[max(start, 0) : end][::-1]
