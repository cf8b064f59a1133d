"""The headers of a request."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, TypeAlias

from starlette.types import Scope

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]

PARSED = "emulator.headers"
"""Where a scope has the ``Headers`` that the server has made of its ``headers``. Others may change the latter."""

HEADER_BYTES = 160
"""The size of a header without its text: a tuple and two bytes objects."""


class Headers:
    """The headers of a request. They never change, since requests share them.

    ``raw`` are all of them, and ``size`` is what they hold, in bytes. ``get`` returns the first value of a header by
    its lower-case name; None if there is none. Whitespace around a value is not part of it (RFC 9110, section 5.5).
    """

    __slots__ = ("_first", "get", "raw", "size")

    get: Callable[[bytes], str | None]

    def __init__(self, raw: RawHeaders) -> None:
        self.raw = tuple([(name, value.strip(b" \t")) for name, value in raw])
        self.size = len(b"".join(chain.from_iterable(self.raw))) + HEADER_BYTES * len(self.raw)
        self._first = {name: value.decode("latin-1") for name, value in reversed(self.raw)}
        self.get = self._first.get

    def replaced(self, position: int, value: bytes) -> "Headers":
        """Return the same headers with another value of one of them, whose name no other one has."""
        raw, first = list(self.raw), self._first.copy()
        name, old = raw[position]
        raw[position] = name, value
        first[name] = value.decode("latin-1")
        other = Headers.__new__(Headers)
        other.raw, other.size = tuple(raw), self.size + len(value) - len(old)
        other._first, other.get = first, first.get
        return other


def parsed_headers(scope: Scope) -> Headers | None:
    """Return what the server has parsed of a scope's headers; None if nothing, or if they have been changed since."""
    parsed: Any = scope.get(PARSED)
    return parsed if parsed is not None and parsed.raw is scope["headers"] else None
