"""What a vendor remembers at one moment, to be compared with what it remembers after a request."""

from collections.abc import Callable, Iterable
from functools import cache
from itertools import chain
from operator import is_
from types import MappingProxyType
from typing import Any

from emulator.core.struct import Struct
from emulator.space.space import Space
from tests.support.frozen import is_frozen


class Remembered:
    """A vendor's memory and the ids drawn so far: everything that a request could change.

    Two are equal if they consist of the same objects. Those that can change are compared by their parts.
    """

    def __init__(self, space: Space, provider: str) -> None:
        self._parts: list[object] = []
        _collect(space.backend(provider).memory, self._parts)
        _collect(dict(space.ids.drawn), self._parts)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Remembered)
            and len(self._parts) == len(other._parts)
            and all(map(is_, self._parts, other._parts))
        )

    __hash__ = None  # type: ignore[assignment]  # a list of parts, like a list


@cache
def _members(kind: type) -> Callable[[Any], Iterable[object]]:
    """Return what gives the members of a mutable type, in their order."""
    if kind in (dict, MappingProxyType):
        return lambda value: chain(value, value.values())
    if kind in (list, tuple):
        return iter
    if issubclass(kind, Struct):
        names = kind.__struct_fields__
        return lambda value: [getattr(value, name) for name in names]
    raise TypeError(f"{kind} is not known to be immutable, and its members are not known")


def _collect(value: object, parts: list[object]) -> None:
    """Add the immutable objects of which a value consists, in their order, and the type and end of each mutable one."""
    kind = type(value)
    if is_frozen(kind):
        parts.append(value)
    else:
        parts.append(kind)
        for member in _members(kind)(value):
            _collect(member, parts)
        parts.append(...)
