"""Items that become due over time, in the order of time."""

from bisect import bisect_right
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


class Agenda(Generic[T]):
    """Items and the times at which they become due; those of one time in the order in which they were added.

    Adding is fast if items are added roughly in the order in which they become due.
    """

    def __init__(self) -> None:
        self._instants: list[datetime] = []
        self._items: list[T] = []
        self._start = 0

    def add(self, at: datetime, item: T) -> None:
        """Add an item."""
        if not self._instants or self._instants[-1] <= at:
            self._instants.append(at)
            self._items.append(item)
        else:
            index = self._after(at)
            self._instants.insert(index, at)
            self._items.insert(index, item)

    def between(self, since: datetime, until: datetime) -> list[tuple[datetime, T]]:
        """Return what becomes due after ``since`` and up to ``until``."""
        return self._part(self._after(since), self._after(until))

    def forget(self, until: datetime) -> list[tuple[datetime, T]]:
        """Remove and return what has become due up to ``until``.

        The lists are cut once half of them is gone: cutting them each time would move everything that remains.
        """
        if self._start >= len(self._instants) or until < self._instants[self._start]:
            return []
        gone = self._after(until)
        past = self._part(self._start, gone)
        self._start = gone
        if gone > len(self._instants) // 2:
            del self._instants[:gone], self._items[:gone]
            self._start = 0
        return past

    def _after(self, at: datetime) -> int:
        """Return the index after everything that becomes due up to a time."""
        return bisect_right(self._instants, at, lo=self._start)

    def _part(self, start: int, end: int) -> list[tuple[datetime, T]]:
        return list(zip(self._instants[start:end], self._items[start:end], strict=True))
