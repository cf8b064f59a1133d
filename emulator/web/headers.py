"""The headers of a request."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, TypeAlias

from starlette.types import Scope

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]

PARSED = "emulator.headers"
"""Where a scope has the ``Headers`` that the server has made of its ``headers``. Others may change the latter."""

HEADER_BYTES = 160
"""The size of a header without its text: a tuple and two bytes objects."""


class Headers(dict[bytes, str | None]):
    """The first value of each header by its lower-case name; None if the request lacks it.

    ``raw`` are all headers, ``size`` is what they hold, in bytes. Optional whitespace around a value is not part of it
    (RFC 9110, section 5.5).
    """

    __slots__ = ("raw", "size")

    def __init__(self, raw: RawHeaders) -> None:
        self.raw = tuple([(name, value.strip(b" \t")) for name, value in raw])
        self.size = len(b"".join(chain.from_iterable(self.raw))) + HEADER_BYTES * len(self.raw)
        for name, value in reversed(self.raw):
            self[name] = value.decode("latin-1")

    def __missing__(self, name: bytes) -> None:
        self[name] = None

    def replaced(self, position: int, value: bytes) -> "Headers":
        """Return the same headers with another value of one of them, whose name no other one has."""
        raw = list(self.raw)
        name, old = raw[position]
        raw[position] = name, value
        other = Headers.__new__(Headers)
        other.update(self)
        other[name] = value.decode("latin-1")
        other.raw = tuple(raw)
        other.size = self.size + len(value) - len(old)
        return other


def parsed_headers(scope: Scope) -> Headers | None:
    """Return what the server has parsed of a scope's headers; None if nothing, or if they have been changed since."""
    parsed: Any = scope.get(PARSED)
    return parsed if parsed is not None and parsed.raw is scope["headers"] else None
