"""The headers of a request."""

from collections.abc import Sequence
from itertools import chain
from typing import TypeAlias

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]

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
