"""Parse the requests on a connection with httptools, within limits, and ignore offers of other protocols."""

from functools import lru_cache
from itertools import chain
from typing import NamedTuple, Protocol
from urllib.parse import unquote

import httptools
import orjson

from emulator.web.headers import RawHeaders

HEAD_BYTES_MAX = 64 * 1024
"""The limit of a request line and its headers together, and of the trailers behind a body."""

HEADERS_MAX = 512
"""How many headers a request may have; each is kept as objects, which weigh far more than its bytes."""

SLICE_BYTES = 4096
"""How much is parsed at a time. Limits are checked in between, and one read of 256 KiB can hold 14,000 requests."""

REMEMBERED_BYTES_MAX = 256
HEAD_TOO_LARGE = f"a request line and its headers may have {HEAD_BYTES_MAX} bytes together"
TOO_MANY_HEADERS = f"a request may have {HEADERS_MAX} headers"


class Refused(Exception):
    """The connection cannot be read any further: the status and the reason to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason

    @property
    def document(self) -> bytes:
        """The body of the reply."""
        return orjson.dumps({"error": self.reason})


class Target(NamedTuple):
    """A request's path as text and as sent, its query, and its origin if it is in absolute form, as proxies get it."""

    path: str
    raw_path: bytes
    query: bytes
    scheme: str = ""
    authority: bytes = b""


class Listener(Protocol):
    """Takes what is parsed: the head of each request, its body in parts, and its end."""

    def message_begun(self) -> None: ...

    def head_parsed(self, parser: "RequestParser", target: Target) -> None:
        """Take a complete head: ``method``, ``version``, ``headers``, ``keep_alive`` and ``awaits_continue``."""

    def body_parsed(self, body: bytes) -> None: ...

    def message_ended(self) -> None: ...

    def last_request(self) -> None:
        """Record that the request being parsed is the last one of this connection."""

    def tunnel_requested(self, authority: bytes, data: bytes) -> None:
        """Take a CONNECT request, and what has been read behind it. Raises Refused."""


class RequestParser:
    """A parser of one connection.

    ``in_head`` is whether an incomplete head has begun, ``keep_alive`` whether another request may follow this one.
    """

    __slots__ = (
        "_listener",
        "_parser",
        "_refused",
        "_unsettled",
        "_url",
        "awaits_continue",
        "headers",
        "in_head",
        "keep_alive",
        "method",
        "version",
    )

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._parser = httptools.HttpRequestParser(self)
        self._refused: Refused | None = None
        self._unsettled = 0
        self._url = b""
        self.method = self.version = ""
        self.headers: list[tuple[bytes, bytes]] = []
        self.awaits_continue = self.keep_alive = False
        self.in_head = False

    def close(self) -> None:
        """Release the listener and httptools' parser, which both reference this object."""
        self._listener = self._parser = None  # type: ignore[assignment]

    def feed(self, data: bytes | memoryview) -> None:
        """Parse at most ``SLICE_BYTES`` bytes. Raises Refused.

        ``_unsettled`` counts bytes of which nothing has been passed on: of a head, of trailers, of a chunk's extension.
        """
        self._unsettled += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            rest = data[offer.args[0] :]
            if self.in_head and self.method == "CONNECT":
                return self._listener.tunnel_requested(self._url, bytes(rest))
            self._decline(rest)
        except httptools.HttpParserError:
            raise self._refused or _garbage() from None
        if self._unsettled > HEAD_BYTES_MAX:
            raise Refused(431, HEAD_TOO_LARGE)
        if len(self.headers) > HEADERS_MAX:
            raise Refused(431, TOO_MANY_HEADERS)

    # --- offers of another protocol

    def _decline(self, rest: bytes | memoryview) -> None:
        """Go on in HTTP/1.1 after an offer of another protocol (RFC 9110, section 7.8).

        httptools takes what follows such a head for the other protocol. So another parser gets the head once more,
        without the offer, and then the rest.
        """
        parts = [rest, self._without_offer()]
        while parts:
            part = parts.pop()
            try:
                self._parser.feed_data(part)
            except httptools.HttpParserUpgrade as offer:
                parts += [part[offer.args[0] :], self._without_offer()]
            except httptools.HttpParserError:
                raise self._refused or _garbage() from None

    def _without_offer(self) -> bytes:
        """Make another parser, and return the head to begin with; none if the offer was in a trailer.

        Raises Refused for a CONNECT that follows such an offer.
        """
        if self.in_head and self.method == "CONNECT":
            raise no_proxy()
        version = self._parser.get_http_version().encode()
        self._parser = httptools.HttpRequestParser(self)
        if not self.in_head:
            return b""
        lines = [b"%s %s HTTP/%s" % (self.method.encode(), self._url, version)]
        lines += [b"%s: %s" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    # --- callbacks of httptools, which stops at an exception

    def on_message_begin(self) -> None:
        self._url, self.headers, self.awaits_continue, self.in_head = b"", [], False, True
        self._listener.message_begun()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, and drop a trailer."""
        name = name.lower()
        if not self.in_head:
            if name == b"connection":  # httptools follows it, and may take no further request
                self._listener.last_request()
            return
        if name == b"expect":
            self.awaits_continue = value.strip().lower() == b"100-continue"
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.method, self.version = self._parser.get_method().decode("ascii"), self._parser.get_http_version()
        if len(self.headers) > HEADERS_MAX:
            self._refuse(TOO_MANY_HEADERS)
        if (
            self._unsettled > HEAD_BYTES_MAX - 2 * SLICE_BYTES
            and head_bytes(self.method, self._url, self.headers) > HEAD_BYTES_MAX
        ):
            self._refuse(HEAD_TOO_LARGE)
        if self._parser.should_upgrade():
            return  # httptools stops here, and _decline() goes on
        self.keep_alive = self.version != "1.0" and self._parser.should_keep_alive()
        self._unsettled = 0
        self.in_head = False
        find = _remembered_target if len(self._url) <= REMEMBERED_BYTES_MAX else _target
        self._listener.head_parsed(self, find(self._url))

    def on_body(self, body: bytes) -> None:
        self._unsettled = 0
        self._listener.body_parsed(body)

    def on_message_complete(self) -> None:
        self._unsettled = 0
        self._listener.message_ended()

    def _refuse(self, reason: str) -> None:
        self._refused = Refused(431, reason)
        raise self._refused


def head_bytes(method: str, target: bytes | str, headers: RawHeaders) -> int:
    """Return how long the head of a request is as it is usually written."""
    return len(method) + len(target) + len(b"".join(chain.from_iterable(headers))) + 4 * len(headers) + 14


def _garbage() -> Refused:
    return Refused(400, "what was received is not an HTTP/1.1 request")


def no_proxy() -> Refused:
    return Refused(501, "this server is no proxy: CONNECT is not implemented")


def _target(url: bytes) -> Target:
    """Return the parts of a request target. Raises HttpParserInvalidURLError, UnicodeDecodeError."""
    parsed = httptools.parse_url(url)
    raw_path = parsed.path or b"/"
    path = raw_path.decode("ascii")
    text = unquote(path) if "%" in path else path
    if not parsed.schema:
        return Target(text, raw_path, parsed.query or b"")
    host = b"[%s]" % parsed.host if b":" in parsed.host else parsed.host
    authority = b"%s:%d" % (host, parsed.port) if parsed.port else host
    return Target(text, raw_path, parsed.query or b"", parsed.schema.decode("ascii").lower(), authority)


_remembered_target = lru_cache(maxsize=1024)(_target)
