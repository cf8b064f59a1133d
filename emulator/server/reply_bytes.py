"""Replies as bytes. The server sets their framing: a length is always that of the body."""

from functools import lru_cache

from emulator.core.errors import phrase
from emulator.web.headers import RawHeaders
from emulator.web.replies import content_length

WITHOUT_BODY = frozenset({204, 304})
"""Statuses whose replies end with their head (RFC 9112, section 6.3)."""


def has_body(method: str, status: int) -> bool:
    """Return whether a reply has a body, which may be empty."""
    return method != "HEAD" and status not in WITHOUT_BODY


def whole_reply(method: str, status: int, headers: RawHeaders, body: bytes, *, close: bool = False) -> bytes:
    """Return a whole reply."""
    with_body = has_body(method, status)
    head = reply_head(status, headers, len(body), with_body=with_body, close=close)
    return head + body if with_body else head


def reply_head(
    status: int,
    headers: RawHeaders,
    length: int | None,
    *,
    with_body: bool,
    chunked: bool = False,
    close: bool = False,
) -> bytes:
    """Return a reply's head. ``length`` is that of the body, None if it is not known yet."""
    if length is None or content_length(length) not in headers or not with_body:
        headers = _framed(status, headers, length, with_body, chunked)
    lines = [*map(b": ".join, headers)]
    if close:
        lines.append(b"connection: close")
    return status_line(status) + b"\r\n".join([*lines, b"", b""])


@lru_cache(maxsize=1024)
def status_line(status: int) -> bytes:
    return b"HTTP/1.1 %d %s\r\n" % (status, phrase(status).encode())


def chunk(body: bytes) -> bytes:
    """Return a chunk; nothing for an empty one, which would end the body."""
    return b"%x\r\n%s\r\n" % (len(body), body) if body else b""


def _framed(status: int, headers: RawHeaders, length: int | None, with_body: bool, chunked: bool) -> RawHeaders:
    """Return the headers of a reply with those that the length of its body requires."""
    sized = not with_body
    framed = []
    for name, value in headers:
        if name == b"content-length":
            if status == 204 or length is None:
                continue
            if not sized:
                value = b"%d" % length
                sized = True
        framed.append((name, value))
    if length is not None and not sized:
        framed.append(content_length(length))
    if chunked:
        framed.append((b"transfer-encoding", b"chunked"))
    return framed
