"""What happens by time alone, kept in the order of time."""

from bisect import bisect_right, insort
from datetime import datetime
from operator import itemgetter
from typing import Generic, TypeVar

T = TypeVar("T")

_at = itemgetter(0)


class Agenda(Generic[T]):
    """Things and the instants at which they fall due; those of one instant in the order in which they were added."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, T]] = []
        self._settled = 0

    def add(self, at: datetime, thing: T) -> None:
        """Put a thing on. Nothing may be added before an instant up to which the agenda was settled."""
        insort(self._entries, (at, thing), key=_at)

    def between(self, since: datetime, until: datetime) -> list[tuple[datetime, T]]:
        """What falls due after ``since`` and up to ``until``."""
        start = bisect_right(self._entries, since, key=_at)
        return self._entries[start : bisect_right(self._entries, until, key=_at)]

    def forget(self, until: datetime) -> list[tuple[datetime, T]]:
        """Take off what has fallen due up to ``until``, and answer it."""
        gone = bisect_right(self._entries, until, key=_at)
        past = self._entries[:gone]
        del self._entries[:gone]
        self._settled = max(0, self._settled - gone)
        return past

    def settle(self, until: datetime) -> list[tuple[datetime, T]]:
        """What has fallen due up to ``until``, each thing once: what was answered before is not answered again."""
        start = self._settled
        self._settled = max(start, bisect_right(self._entries, until, key=_at, lo=start))
        return self._entries[start : self._settled]
