"""The heads that clients repeat, which are parsed once: as they were, or with another value of one header.

Clients repeat most of what they send. What changes from request to request is often one header, as an idempotency key
or the id of a trace.
"""

from typing import NamedTuple

from emulator.core.bounded_cache import BoundedCache, RepeatedCache
from emulator.server.request_head import HEAD_END, Head, Target, body_bytes
from emulator.web.headers import Headers

REMEMBERED_HEADS_MAX, REMEMBERED_HEAD_BYTES_MAX = 256, 2048
"""How many heads are remembered, and how long each may be. A browser's has about 1,000 bytes."""

LINE_END = b"\r\n"

VISIBLE = bytes(range(0x21, 0x7F))
"""The characters that any header's value may have anywhere (RFC 9110, section 5.5)."""

DECIDING = frozenset(
    {b"connection", b"content-length", b"expect", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)
"""The headers whose values decide how the connection goes on."""


class KnownHead(NamedTuple):
    """A head that may come again, with the length of the body behind it. Its connection stays open."""

    method: str
    version: str
    target: Target
    headers: Headers
    body_bytes: int
    keep_alive: bool = True
    awaits_continue: bool = False


class Pattern(NamedTuple):
    """A known head in which one header may have another value: the bytes before and after that, and its position."""

    head: KnownHead
    before: bytes
    after: bytes
    position: int

    @classmethod
    def of(cls, sent: bytes, head: KnownHead, position: int) -> "Pattern | None":
        """Return the pattern of a head as it was sent; None if the header is not written as usual, or decides much."""
        name, value = head.headers.raw[position]
        if name in DECIDING or [other for other, _ in head.headers.raw].count(name) > 1:
            return None
        *above, line = sent.split(LINE_END)[: position + 2]
        if line[len(name) :] != b": " + value:
            return None
        before = LINE_END.join([*above, line[: len(name) + 2]])
        return cls(head, before, sent[len(before) + len(value) :], position)

    def match(self, sent: bytes) -> KnownHead | None:
        """Return a head that matches; None for another."""
        head, before, after, position = self
        value = sent[len(before) : len(sent) - len(after)]
        if not value or value.translate(None, VISIBLE) or not (sent.startswith(before) and sent.endswith(after)):
            return None
        return KnownHead(
            head.method, head.version, head.target, head.headers.replaced(position, value), head.body_bytes
        )


class KnownHeads:
    """The heads that came twice, and patterns of those that differed in one header's value.

    Patterns, and the last head of each kind, are by the request line and the length of the body.
    """

    __slots__ = ("_last", "_patterns", "_same")

    def __init__(self) -> None:
        self._same = RepeatedCache[bytes, KnownHead](REMEMBERED_HEADS_MAX)
        self._patterns = BoundedCache[tuple[bytes, int], Pattern](REMEMBERED_HEADS_MAX)
        self._last = BoundedCache[tuple[bytes, int], Headers](REMEMBERED_HEADS_MAX)

    def find(self, sent: bytes, body_bytes: int) -> KnownHead | None:
        """Return what is known of a head, followed by so many bytes; None if it must be parsed, and then learnt."""
        if known := self._same.get(sent):
            return known if known.body_bytes == body_bytes else None
        pattern = self._patterns.get((sent[: sent.find(LINE_END)], body_bytes))
        known = pattern.match(sent) if pattern else None
        return self._same.put(sent, known) if known else None

    def learn(self, sent: bytes, rest: int, head: Head) -> None:
        """Remember a head that has been parsed if the like has come before, and it was all that was ``sent``.

        If it had another end, the body came in chunks, or another request came before, more than its body would be the
        ``rest``. Empty lines between requests are no head.
        """
        if len(sent) > REMEMBERED_HEAD_BYTES_MAX:
            return
        repeats, kind = self._same.repeats(sent), (sent[: sent.find(LINE_END)], rest)
        position = _difference(self._last.get(kind), head.headers)
        self._last.put(kind, head.headers)
        if not (repeats or position is not None) or not _is_plain(sent, rest, head):
            return
        known = KnownHead(head.method, head.version, head.target, head.headers, rest)
        if repeats:
            self._same.put(sent, known)
        elif position is not None and (pattern := Pattern.of(sent, known, position)):
            self._patterns.put(kind, pattern)


known_heads = KnownHeads()
"""What all connections have sent. A head means the same on each of them."""


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
        and sent.endswith(HEAD_END)
        and body_bytes(head.headers.raw) == rest
    )
