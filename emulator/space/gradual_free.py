"""Free large objects bit by bit: freeing a million records at once would block the server for a second.

The first portion is freed at once, which is all of a usual test's space, and the others between turns of the event
loop. Without a running loop, or when it ends, the rest is freed at once.
"""

from asyncio import AbstractEventLoop, get_running_loop
from collections import deque
from functools import lru_cache
from gc import get_referents, is_tracked
from sys import getrefcount
from typing import Any
from weakref import finalize

PORTION = 2000
"""The number of objects to free before other requests run: about a millisecond of work."""

BATCH = 100
CONTAINERS = (dict, list, deque, set)
MANY = 1000
"""A larger container holds records, which are freed whole, or containers of them."""


def free_slowly(target: object) -> None:
    """Free bit by bit what only this object references, once nothing references the object."""
    finalize(target, _begin, vars(target))


def _begin(attributes: dict[str, Any]) -> None:
    """Free what the attributes of an object reference. They are taken out of its dictionary, which outlives this."""
    try:
        loop = get_running_loop()
    except RuntimeError:
        return
    left = list(attributes.values())
    attributes.clear()
    _go_on(loop, left)


def _go_on(loop: AbstractEventLoop, left: list[Any]) -> None:
    _take_apart(left)
    if left:
        loop.call_soon(_go_on, loop, left)


def _take_apart(left: list[Any]) -> None:
    """Take objects apart for a while, the last first. Objects that are referenced elsewhere are kept."""
    freed = 0
    while left and freed < PORTION:
        target = left.pop()
        freed += 1
        if getrefcount(target) > OWN_REFERENCES:
            continue
        if isinstance(target, CONTAINERS) and len(target) > BATCH:
            left.append(target)
            freed += _take_off(target, left)
        else:
            left += _with_references(get_referents(target))


def _take_off(target: Any, left: list[Any]) -> int:
    """Remove a batch from a container, and return its size. Parts that reference more objects are added to ``left``."""
    many = len(target) > MANY
    parts = [target.popitem()[1] if isinstance(target, dict) else target.pop() for _ in range(BATCH)]
    if not many or any(map(_kind_has_references, set(map(type, parts)))):
        left += _with_references(parts)
    return BATCH


def _with_references(objects: list[Any]) -> list[Any]:
    """Return those of the objects that may reference others."""
    return [each for each in objects if is_tracked(each) or isinstance(each, dict)]


@lru_cache(maxsize=256)
def _kind_has_references(kind: type) -> bool:
    """Return whether objects of this type may hold many others: containers, and instances with a ``__dict__``."""
    return issubclass(kind, CONTAINERS) or kind.__dictoffset__ != 0


def _references_of_one_variable() -> int:
    """Return how many references Python counts to an object that only one local variable holds."""
    target = [object()].pop()
    return getrefcount(target)


OWN_REFERENCES = _references_of_one_variable()
