"""Parse the requests on a connection with httptools, within limits, and ignore offers of other protocols."""

from typing import Protocol

import httptools
import orjson

from emulator.server.known_heads import known_heads
from emulator.server.reply_bytes import status_line
from emulator.server.request_head import HEAD_END, Head, Target, head_bytes, target_of
from emulator.web.headers import Headers

HEAD_BYTES_MAX = 64 * 1024
"""The limit of a request line and its headers together, and of the trailers behind a body."""

HEADERS_MAX = 512
"""How many headers a request may have; each is kept as objects, which weigh far more than its bytes."""

SLICE_BYTES = 4096
"""How much is parsed at a time. Limits are checked in between, and one read of 256 KiB can hold 14,000 requests."""

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

    @property
    def reply(self) -> bytes:
        """The whole reply, the last one of its connection."""
        document = self.document
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(document)
        return status_line(self.status) + head + document


class Listener(Protocol):
    """Takes what is parsed: whole requests; of one that arrives in parts the head, parts of the body, and the end."""

    def request_parsed(self, head: Head, body: bytes) -> None: ...

    def message_begun(self) -> None:
        """Record that a request has begun, of which only a part has arrived."""

    def head_parsed(self, head: Head) -> None: ...

    def body_parsed(self, body: bytes) -> None: ...

    def message_ended(self) -> None: ...

    def last_request(self) -> None:
        """Record that the request being parsed is the last one of this connection."""

    def tunnel_requested(self, authority: bytes, data: bytes) -> None:
        """Take a CONNECT request, and what has been read behind it. Raises Refused."""


class RequestParser:
    """A parser of one connection, and the head that it has parsed last.

    ``in_head`` is whether an incomplete head has begun, ``_between`` whether no incomplete request has begun. Of a
    request that has begun in the present data (``_is_new``), or whose head has ended there (``_is_held``), nothing has
    been passed on; ``_body`` is what has arrived of its body.
    """

    __slots__ = (
        "_between",
        "_body",
        "_fields",
        "_headers",
        "_is_held",
        "_is_new",
        "_listener",
        "_parser",
        "_refused",
        "_unsettled",
        "_url",
        "awaits_continue",
        "in_head",
        "keep_alive",
        "method",
        "origin",
        "path",
        "query",
        "raw_path",
        "version",
    )

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._parser = httptools.HttpRequestParser(self)
        self._refused: Refused | None = None
        self._unsettled = 0
        self._url = self._body = b""
        self._between = True
        self._is_new = self._is_held = False
        self.method = self.version = ""
        self.path, self.raw_path, self.query, self.origin = Target("", b"", b"")
        self._fields: list[tuple[bytes, bytes]] = []
        self._headers: Headers | None = None
        self.awaits_continue = self.keep_alive = False
        self.in_head = False

    @property
    def headers(self) -> Headers:
        """The headers of the head."""
        if self._headers is None:
            self._headers = Headers(self._fields)
        return self._headers

    def close(self) -> None:
        """Release the listener and httptools' parser, which both reference this object."""
        self._listener = self._parser = None  # type: ignore[assignment]

    def read(self, data: bytes) -> None:
        """Parse what was read at once, at most ``SLICE_BYTES`` bytes. Raises Refused.

        That is nearly always one whole request, and often its head has come before. Then it is not parsed again.
        """
        if not self._between:
            return self.feed(data)
        length = data.find(HEAD_END) + len(HEAD_END)
        head, rest = data[:length], len(data) - length
        if known := known_heads.find(head, rest):
            return self._listener.request_parsed(known, data[length:])
        self.feed(data)
        if self._between:
            known_heads.learn(head, rest, self)

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
        if not self._between:
            self._pass_on()
        if self._unsettled > HEAD_BYTES_MAX:
            raise Refused(431, HEAD_TOO_LARGE)
        if len(self._fields) > HEADERS_MAX:
            raise Refused(431, TOO_MANY_HEADERS)

    def _pass_on(self) -> None:
        """Pass on what has arrived of an incomplete request."""
        if self._is_new:
            self._is_new = False
            self._listener.message_begun()
        if self._is_held:
            self._is_held = False
            self._listener.head_parsed(self)
            if self._body:
                self._listener.body_parsed(self._body)

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
        lines += [b"%s: %s" % header for header in self._fields if header[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    # --- callbacks of httptools, which stops at an exception

    def on_message_begin(self) -> None:
        self._url, self._fields, self._headers, self.awaits_continue = b"", [], None, False
        self.in_head, self._between, self._is_new = True, False, True

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, and drop a trailer."""
        name = name.lower()
        if not self.in_head:
            if name == b"connection":  # httptools follows it, and may take no further request
                self.keep_alive = False
                self._listener.last_request()
            return
        if name == b"expect":
            self.awaits_continue = value.strip().lower() == b"100-continue"
        self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        self.method = self._parser.get_method().decode("ascii")
        if len(self._fields) > HEADERS_MAX:
            self._refuse(TOO_MANY_HEADERS)
        if (
            self._unsettled > HEAD_BYTES_MAX - 2 * SLICE_BYTES
            and head_bytes(self.method, self._url, self._fields) > HEAD_BYTES_MAX
        ):
            self._refuse(HEAD_TOO_LARGE)
        if self._parser.should_upgrade():
            return  # httptools stops here, and _decline() goes on
        self._unsettled = 0
        self.in_head = False
        self.version = self._parser.get_http_version()
        self.path, self.raw_path, self.query, self.origin = target_of(self._url)
        self.keep_alive = self.version != "1.0" and self._parser.should_keep_alive()
        self._body, self._is_held = b"", True

    def on_body(self, body: bytes) -> None:
        self._unsettled = 0
        if self._is_held:
            self._body += body
        else:
            self._listener.body_parsed(body)

    def on_message_complete(self) -> None:
        self._unsettled = 0
        self._between = True
        if self._is_held:
            self._is_held = False
            self._listener.request_parsed(self, self._body)
        elif not self.in_head:  # otherwise it offers another protocol, and is parsed again
            self._listener.message_ended()

    def _refuse(self, reason: str) -> None:
        self._refused = Refused(431, reason)
        raise self._refused


def _garbage() -> Refused:
    return Refused(400, "what was received is not an HTTP/1.1 request")


def no_proxy() -> Refused:
    return Refused(501, "this server is no proxy: CONNECT is not implemented")
