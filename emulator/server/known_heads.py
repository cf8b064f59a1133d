"""The heads that clients repeat, which are parsed once: whole ones, and what they have below the request line.

Clients repeat most of what they send. What changes from request to request is the path, and often the value of one
header, such as an idempotency key or the id of a trace.
"""

from functools import lru_cache
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

from emulator.core.bounded_cache import BoundedCache, RepeatedCache
from emulator.core.struct import Struct
from emulator.server.request_head import REMEMBERED_TARGET_BYTES_MAX, REMEMBERED_TARGETS_MAX, Head, body_bytes
from emulator.web.headers import Headers

REMEMBERED_HEADS_MAX, REMEMBERED_HEAD_BYTES_MAX = 256, 2048
"""How many heads are remembered, and how long each may be. A browser's has about 1,000 bytes."""

LINE_END = b"\r\n"

METHODS = {name.encode(): name for name in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")}

VISIBLE = bytes(range(0x21, 0x7F))
"""The characters that the value of any header may have anywhere (RFC 9110, section 5.5)."""

IN_TARGET = VISIBLE.replace(b"#", b"")
"""The characters of a path and its query. Without "?", which separates them, a fragment is what "#" begins."""

DECIDING = frozenset(
    {b"connection", b"content-length", b"expect", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)
"""The headers whose values decide how the connection goes on."""

Request: TypeAlias = tuple[str, str, bytes, bytes]
"""What a request line says: the method, the path as text and as sent, and the query."""


class KnownHead(Struct, frozen=True, gc=False):
    """A head that was not parsed, with the length of its body.

    Its target is not in absolute form, and its connection stays open.
    """

    method: str
    path: str
    raw_path: bytes
    query: bytes
    headers: Headers
    body_bytes: int
    origin: None = None
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
        self._whole = RepeatedCache[bytes, KnownHead](REMEMBERED_HEADS_MAX)
        self._fields = RepeatedCache[tuple[bytes, int], Headers](REMEMBERED_HEADS_MAX)
        self._patterns = BoundedCache[tuple[int, int], Pattern](REMEMBERED_HEADS_MAX)
        self._last = BoundedCache[tuple[int, int], Headers](REMEMBERED_HEADS_MAX)

    def find(self, sent: bytes, body_bytes: int) -> KnownHead | None:
        """Return what is known of a head, followed by so many bytes; None if it must be parsed, and then learned."""
        if (whole := self._whole.get(sent)) and whole.body_bytes == body_bytes:
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
        known = KnownHead(*request, headers, body_bytes)
        if len(sent) <= REMEMBERED_HEAD_BYTES_MAX and self._whole.repeats(sent):
            self._whole.put(sent, known)
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
    """Return what a usual request line says; None for another line."""
    if line.translate(None, IN_TARGET) != b"  ":
        return None
    method, target, version = line.split(b" ")
    if method not in METHODS or target[:1] != b"/" or version != b"HTTP/1.1":
        return None
    raw_path, _, query = target.partition(b"?")
    path = raw_path.decode("ascii")
    return METHODS[method], unquote(path) if "%" in path else path, raw_path, query


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
