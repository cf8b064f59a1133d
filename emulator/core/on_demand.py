"""Values that are created on first use and then kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

T = TypeVar("T")


class OnDemand(Mapping[str, T]):
    """Values by name, each created by ``make`` on first use. ``made`` holds the existing ones."""

    def __init__(self, names: Iterable[str], make: Callable[[str], T]) -> None:
        self.made: dict[str, T] = {}
        self._names = dict.fromkeys(names)
        self._make = make

    def __getitem__(self, name: str) -> T:
        if name not in self.made:
            if name not in self._names:
                raise KeyError(name)
            self.made[name] = self._make(name)
        return self.made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
