"""A cache that never grows beyond a bound."""

from collections.abc import Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(dict[K, V]):
    """Frozen values by key, emptied when it is full. A lookup costs half of one in ``lru_cache``."""

    __slots__ = ("count_max",)

    def __init__(self, count_max: int) -> None:
        super().__init__()
        self.count_max = count_max

    def put(self, key: K, value: V) -> V:
        """Keep a value, and return it."""
        if len(self) >= self.count_max:
            self.clear()
        self[key] = value
        return value


class RepeatedCache(BoundedCache[K, V]):
    """A bounded cache for keys of which some are frequent and most are unique: ask whether a key ``repeats``, then put.

    Unique ones would drive the others out, and fill the processor's caches. Here, they cost no more than their hash.
    """

    __slots__ = ("_seen",)

    def __init__(self, count_max: int) -> None:
        super().__init__(count_max)
        self._seen: set[int] = set()

    def repeats(self, key: K) -> bool:
        """Return whether a key has come before, so that its value is worth keeping."""
        seen, code = self._seen, hash(key)
        if code in seen:
            return True
        if len(seen) >= self.count_max:
            seen.clear()
        seen.add(code)
        return False
