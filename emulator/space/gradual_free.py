"""Free large objects bit by bit: freeing a million records at once would block the server for a second.

It goes between the turns of the event loop. Where none runs, or where it ends first, the rest goes at once.
"""

from asyncio import AbstractEventLoop, get_running_loop
from collections import deque
from functools import lru_cache
from gc import get_referents, is_tracked
from sys import getrefcount
from typing import Any
from weakref import finalize

PORTION = 2000
"""How many objects to free before other requests run: about a millisecond's work."""

BATCH = 100
MANY = 1000
"""What holds more than this holds records, which are freed as they are, or what leads to more of them."""


def free_slowly(thing: object) -> None:
    """Free what only this object holds bit by bit, once nothing refers to the object."""
    finalize(thing, _begin, vars(thing))


def _begin(thing: object) -> None:
    try:
        loop = get_running_loop()
    except RuntimeError:
        return
    loop.call_soon(_go_on, loop, [thing])


def _go_on(loop: AbstractEventLoop, left: list[Any]) -> None:
    _let_go(left)
    if left:
        loop.call_soon(_go_on, loop, left)


def _let_go(left: list[Any]) -> None:
    """Take objects apart for a while, the last first. One that is referred to elsewhere stays."""
    gone = 0
    while left and gone < PORTION:
        thing = left.pop()
        gone += 1
        if getrefcount(thing) > OURS:
            continue
        if isinstance(thing, dict | list | deque | set) and thing:
            left.append(thing)
            gone += _take_off(thing, left)
        else:
            left += filter(_leads_on, get_referents(thing))


def _take_off(thing: Any, left: list[Any]) -> int:
    """Take a batch off a list or the like, and answer how many it was. Those that lead on are to be taken apart."""
    count, many = min(len(thing), BATCH), len(thing) > MANY
    parts = [thing.popitem()[1] if isinstance(thing, dict) else thing.pop() for _ in range(count)]
    if not many or any(map(_kind_leads_on, set(map(type, parts)))):
        left += filter(_leads_on, parts)
    return count


def _leads_on(thing: object) -> bool:
    return is_tracked(thing) or isinstance(thing, dict)


@lru_cache(maxsize=256)
def _kind_leads_on(kind: type) -> bool:
    """Return whether objects of this type may hold many others: containers, and instances with a ``__dict__``."""
    return issubclass(kind, dict | list | deque | set) or kind.__dictoffset__ != 0


def _references_of_ours() -> int:
    """Return how many references Python counts to an object that only one local variable holds."""
    thing = [object()].pop()
    return getrefcount(thing)


OURS = _references_of_ours()
