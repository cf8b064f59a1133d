"""Items that become due by time alone, in the order of time."""

from bisect import bisect_right
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


class Agenda(Generic[T]):
    """Items and the times at which they become due; those of one time in the order in which they were added."""

    def __init__(self) -> None:
        self._instants: list[datetime] = []
        self._items: list[T] = []
        self._settled = 0

    def add(self, at: datetime, item: T) -> None:
        """Add an item. Its time must be after the last settled one."""
        place = bisect_right(self._instants, at)
        self._instants.insert(place, at)
        self._items.insert(place, item)

    def between(self, since: datetime, until: datetime) -> list[tuple[datetime, T]]:
        """Return what becomes due after ``since`` and up to ``until``."""
        return self._part(bisect_right(self._instants, since), bisect_right(self._instants, until))

    def forget(self, until: datetime) -> list[tuple[datetime, T]]:
        """Remove and return what has become due up to ``until``."""
        gone = bisect_right(self._instants, until)
        past = self._part(0, gone)
        del self._instants[:gone], self._items[:gone]
        self._settled = max(0, self._settled - gone)
        return past

    def settle(self, until: datetime) -> list[tuple[datetime, T]]:
        """Return what has become due up to ``until`` and was not returned before."""
        start = self._settled
        self._settled = max(start, bisect_right(self._instants, until, lo=start))
        return self._part(start, self._settled)

    def _part(self, start: int, end: int) -> list[tuple[datetime, T]]:
        return list(zip(self._instants[start:end], self._items[start:end], strict=True))
