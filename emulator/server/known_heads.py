"""The heads that clients repeat, which are parsed once: whole ones, and what they have below the request line.

Clients repeat most of what they send. What changes from request to request is the path, and often the value of one
header, such as an idempotency key or the id of a trace.
"""

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from emulator.core.bounded_cache import BoundedCache, RepeatedCache
from emulator.core.struct import Struct
from emulator.server.request_head import (
    REMEMBERED_TARGET_BYTES_MAX,
    REMEMBERED_TARGETS_MAX,
    Head,
    Target,
    body_bytes,
    parse_target,
)
from emulator.web.headers import Headers

REMEMBERED_HEADS_MAX, REMEMBERED_HEAD_BYTES_MAX = 256, 2048
"""How many heads are remembered, and how long each may be. A browser's has about 1,000 bytes."""

LINE_END = b"\r\n"

METHODS = {name.encode(): name for name in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")}

PLAIN = rb"A-Za-z0-9._~!$&'()*+,;=:@/-"
PLAIN_LINE = re.compile(rb"(%s) (/(?!/)[%s]*)(?:\?([][?%%%s]+))? HTTP/1\.1" % (b"|".join(METHODS), PLAIN, PLAIN))
"""A request line whose path has nothing to decode: httptools would take twice as long for its target."""

VISIBLE = bytes(range(0x21, 0x7F))
"""The characters that a target, and the value of any header, may have anywhere (RFC 9110, section 5.5)."""

DECIDING = frozenset(
    {b"connection", b"content-length", b"expect", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)
"""The headers whose values decide how the connection goes on."""

Request: TypeAlias = tuple[str, Target]
"""What a request line says: the method and the target."""


class KnownHead(Struct, frozen=True, gc=False):
    """A head that was not parsed. Its connection stays open."""

    method: str
    target: Target
    headers: Headers
    version: str = "1.1"
    keep_alive: bool = True
    awaits_continue: bool = False


class Pattern(NamedTuple):
    """Header fields of which one may have another value: the bytes before and after that, and its position."""

    headers: Headers
    before: bytes
    after: bytes
    position: int

    @classmethod
    def of(cls, fields: bytes, headers: Headers, position: int) -> "Pattern | None":
        """Return the pattern of fields as they were sent; None if that one is not written as usual, or decides much."""
        name, value = headers.raw[position]
        if name in DECIDING or [other for other, _ in headers.raw].count(name) > 1:
            return None
        *above, line = fields.split(LINE_END)[: position + 1]
        if line[len(name) :] != b": " + value:
            return None
        before = LINE_END.join([*above, line[: len(name) + 2]])
        return cls(headers, before, fields[len(before) + len(value) :], position)

    def match(self, fields: bytes) -> Headers | None:
        """Return the headers of fields that match; None for others."""
        headers, before, after, position = self
        value = fields[len(before) : len(fields) - len(after)]
        if not value or value.translate(None, VISIBLE) or not (fields.startswith(before) and fields.endswith(after)):
            return None
        return headers.replaced(position, value)


class KnownHeads:
    """The heads and the fields that came twice, each with a body of one length, and patterns of fields.

    Patterns, and the last headers of each kind, are by the length of the body and the number of headers.
    """

    __slots__ = ("_fields", "_last", "_patterns", "_whole")

    def __init__(self) -> None:
        self._whole = RepeatedCache[tuple[bytes, int], KnownHead](REMEMBERED_HEADS_MAX)
        self._fields = RepeatedCache[tuple[bytes, int], Headers](REMEMBERED_HEADS_MAX)
        self._patterns = BoundedCache[tuple[int, int], Pattern](REMEMBERED_HEADS_MAX)
        self._last = BoundedCache[tuple[int, int], Headers](REMEMBERED_HEADS_MAX)

    def find(self, sent: bytes, body_bytes: int) -> KnownHead | None:
        """Return what is known of a head, followed by so many bytes; None if it must be parsed, and then learned."""
        if whole := self._whole.get(key := (sent, body_bytes)):
            return whole
        line, _, fields = sent.partition(LINE_END)
        if headers := self._fields.get((fields, body_bytes)):
            request = _parsed(line)  # with these fields, a line that repeats makes a head that does
        else:
            pattern = self._patterns.get((body_bytes, fields.count(LINE_END)))
            headers = pattern.match(fields) if pattern else None
            request = _remembered(line) if headers else None
        if not (headers and request):
            return None
        known = KnownHead(*request, headers)
        if len(sent) <= REMEMBERED_HEAD_BYTES_MAX and self._whole.repeats(key):
            self._whole.put(key, known)
        return known

    def learn(self, sent: bytes, rest: int, head: Head) -> None:
        """Remember the fields of a head that has been parsed if the like came before, and it was all that was ``sent``.

        If it had another end, the body came in chunks, or another request came before, more than its body would be the
        ``rest``. Empty lines between requests are no head.
        """
        _, _, fields = sent.partition(LINE_END)
        if len(fields) > REMEMBERED_HEAD_BYTES_MAX:
            return
        repeats, kind = self._fields.repeats((fields, rest)), (rest, fields.count(LINE_END))
        position = _difference(self._last.get(kind), head.headers)
        self._last.put(kind, head.headers)
        if not (repeats or position is not None) or not _is_plain(sent, rest, head):
            return
        if repeats:
            self._fields.put((fields, rest), head.headers)
        elif position is not None and (pattern := Pattern.of(fields, head.headers, position)):
            self._patterns.put(kind, pattern)


known_heads = KnownHeads()
"""What all connections have sent. A head means the same on each of them."""


def _parsed(line: bytes) -> Request | None:
    """Return the method and the target of a usual request line; None for another."""
    if plain := PLAIN_LINE.fullmatch(line):
        method, raw_path, query = plain.groups(b"")
        return METHODS[method], Target(raw_path.decode(), raw_path, query)
    parts = line.split(b" ")
    if len(parts) != 3:
        return None
    method, target, version = parts
    if method not in METHODS or target[:1] != b"/" or target.translate(None, VISIBLE) or version != b"HTTP/1.1":
        return None
    return METHODS[method], parse_target(target)


def _remembered(line: bytes) -> Request | None:
    return _parsed_once(line) if len(line) <= REMEMBERED_TARGET_BYTES_MAX else _parsed(line)


_parsed_once = lru_cache(maxsize=REMEMBERED_TARGETS_MAX)(_parsed)


def _difference(one: Headers | None, other: Headers) -> int | None:
    """Return the position of the header that differs; None if there is not exactly one."""
    if one is None or len(one.raw) != len(other.raw):
        return None
    differing = [position for position, header in enumerate(one.raw) if header != other.raw[position]]
    return differing[0] if len(differing) == 1 else None


def _is_plain(sent: bytes, rest: int, head: Head) -> bool:
    """Return whether a head, with its body, was exactly what was sent, and leaves its connection open."""
    return (
        head.keep_alive
        and not head.awaits_continue
        and sent.startswith(head.method.encode())
        and body_bytes(head.headers.raw) == rest
    )
