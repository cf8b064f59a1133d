"""Lists that are read a page at a time, however long they have grown."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Timeline(Generic[T]):
    """Things in the order in which they were made, each found by its key.

    A page costs as much as it holds, whatever the length of the list and wherever the page stands.
    """

    def __init__(self, things: Iterable[tuple[str, T]] = ()) -> None:
        self._things: list[T] = []
        self._places: dict[str, int] = {}
        for key, thing in things:
            self.add(key, thing)

    def __len__(self) -> int:
        return len(self._things)

    def __iter__(self) -> Iterator[T]:
        return iter(self._things)

    def __getitem__(self, place: int) -> T:
        return self._things[place]

    def place(self, key: str) -> int:
        """Where a thing stands, the oldest at 0. Raises KeyError."""
        return self._places[key]

    def add(self, key: str, thing: T) -> None:
        """Put a thing at the end: it is the newest."""
        self._places[key] = len(self._things)
        self._things.append(thing)

    def newest(self, limit: int) -> list[T]:
        """The newest things, newest first."""
        return self._page(len(self._things) - limit, len(self._things))

    def older(self, key: str, limit: int) -> list[T]:
        """The things next older than the one called ``key``, newest first. Raises KeyError."""
        place = self._places[key]
        return self._page(place - limit, place)

    def newer(self, key: str, limit: int) -> list[T]:
        """The things next newer than the one called ``key``, newest first. Raises KeyError."""
        place = self._places[key] + 1
        return self._page(place, place + limit)

    def _page(self, start: int, end: int) -> list[T]:
        return self._things[max(start, 0) : end][::-1]


class Chain(Generic[T]):
    """Things in the order in which they were made, each found by its key, and each of which may go again.

    A page costs as much as it holds, and to let a thing go costs the same in a long list as in a short one.
    """

    def __init__(self, things: Iterable[tuple[str, T]] = ()) -> None:
        self._things: dict[str, T] = {}
        self._older: dict[str | None, str | None] = {None: None}  # None stands beyond either end: next older to it is
        self._newer: dict[str | None, str | None] = {None: None}  # the newest, and next newer to it the oldest
        for key, thing in things:
            self.add(key, thing)

    def __len__(self) -> int:
        return len(self._things)

    def add(self, key: str, thing: T) -> None:
        """Put a thing at the end: it is the newest."""
        newest = self._older[None]
        self._older[key], self._newer[key] = newest, None
        self._newer[newest] = self._older[None] = key
        self._things[key] = thing

    def remove(self, key: str) -> None:
        """Let a thing go. Raises KeyError."""
        del self._things[key]
        older, newer = self._older.pop(key), self._newer.pop(key)
        self._newer[older], self._older[newer] = newer, older

    def newest(self, limit: int) -> list[T]:
        """The newest things, newest first."""
        return self._page(None, self._older, limit)

    def older(self, key: str, limit: int) -> list[T]:
        """The things next older than the one called ``key``, newest first. Raises KeyError."""
        return self._page(key, self._older, limit)

    def newer(self, key: str, limit: int) -> list[T]:
        """The things next newer than the one called ``key``, newest first. Raises KeyError."""
        return self._page(key, self._newer, limit)[::-1]

    def _page(self, key: str | None, beside: Mapping[str | None, str | None], limit: int) -> list[T]:
        page: list[T] = []
        while len(page) < limit and (key := beside[key]) is not None:
            page.append(self._things[key])
        return page
