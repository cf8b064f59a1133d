"""The heads of requests."""

from functools import lru_cache
from itertools import chain
from typing import NamedTuple, Protocol
from urllib.parse import unquote

import httptools

from emulator.web.headers import Headers, RawHeaders

REMEMBERED_TARGETS_MAX, REMEMBERED_TARGET_BYTES_MAX = 1024, 256
"""How many targets are remembered, and how long each may be."""

HEAD_END = b"\r\n\r\n"
"""What ends a head (RFC 9112, section 2.1)."""


class Origin(NamedTuple):
    """The scheme and the authority of a target in absolute form, as proxies get it."""

    scheme: str
    authority: bytes


class Target(NamedTuple):
    """A request's path as text and as sent, its query, and its origin if it is in absolute form."""

    path: str
    raw_path: bytes
    query: bytes
    origin: Origin | None = None


class Head(Protocol):
    """A parsed head.

    Its target is taken apart as a ``Target`` is. ``keep_alive`` is whether another request may follow this one,
    ``awaits_continue`` whether the client waits for permission to send the body.
    """

    @property
    def method(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def raw_path(self) -> bytes: ...
    @property
    def query(self) -> bytes: ...
    @property
    def origin(self) -> Origin | None: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def keep_alive(self) -> bool: ...
    @property
    def awaits_continue(self) -> bool: ...


def body_bytes(headers: RawHeaders) -> int | None:
    """Return the length of a body from the headers before it; None if it comes in chunks."""
    named = dict(headers)
    return None if b"transfer-encoding" in named else int(named.get(b"content-length", 0))


def head_bytes(method: str, target: bytes | str, headers: RawHeaders) -> int:
    """Return how long the head of a request is as it is usually written."""
    return len(method) + len(target) + len(b"".join(chain.from_iterable(headers))) + 4 * len(headers) + 14


def target_of(url: bytes) -> Target:
    """Return the parts of a request target, and remember them. Raises HttpParserInvalidURLError, UnicodeDecodeError."""
    return _remembered(url) if len(url) <= REMEMBERED_TARGET_BYTES_MAX else parse_target(url)


def parse_target(url: bytes) -> Target:
    """Return the parts of a request target. Raises HttpParserInvalidURLError, UnicodeDecodeError."""
    parsed = httptools.parse_url(url)
    raw_path = parsed.path or b"/"
    path = raw_path.decode("ascii")
    text = unquote(path) if "%" in path else path
    if not parsed.schema:
        return Target(text, raw_path, parsed.query or b"")
    host = b"[%s]" % parsed.host if b":" in parsed.host else parsed.host
    authority = b"%s:%d" % (host, parsed.port) if parsed.port else host
    return Target(text, raw_path, parsed.query or b"", Origin(parsed.schema.decode("ascii").lower(), authority))


_remembered = lru_cache(maxsize=REMEMBERED_TARGETS_MAX)(parse_target)
