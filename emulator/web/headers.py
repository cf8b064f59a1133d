"""The headers of a request, decoded when first read."""

from collections.abc import Sequence
from itertools import chain
from typing import TypeAlias

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]


class Headers(dict[bytes, str | None]):
    """The headers of a request: of each the first value, by its lower-case name; None where there is no such header.

    Here are those that have been asked for. ``raw`` are all of them, ``size`` how many bytes they are. Optional
    whitespace around a value is not part of it (RFC 9110, section 5.5).
    """

    __slots__ = ("_first", "raw", "size")

    def __init__(self, raw: RawHeaders) -> None:
        self.raw = [(name, value.strip(b" \t")) for name, value in raw]
        self.size = len(b"".join(chain.from_iterable(self.raw)))
        self._first = dict(reversed(self.raw))

    def __missing__(self, name: bytes) -> str | None:
        value = self._first.get(name)
        self[name] = text = None if value is None else value.decode("latin-1")
        return text
