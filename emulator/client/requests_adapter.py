"""An adapter for requests that needs no port, and behaves as a connection would."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import httpx

from emulator.client.transport import Transport
from emulator.core.errors import phrase


def requests_adapter(transport: Transport) -> Any:
    """Return an adapter for ``requests.Session.mount``."""
    from requests import PreparedRequest, Response, exceptions
    from requests.adapters import BaseAdapter, HTTPAdapter
    from urllib3 import HTTPHeaderDict, HTTPResponse

    class Adapter(BaseAdapter):
        def send(self, request: PreparedRequest, *_: object, timeout: Any = None, **__: object) -> Response:
            try:
                arrived = transport.exchange(_from_requests(request), _read_timeout(timeout))
            except httpx.ReadTimeout as error:
                raise exceptions.ReadTimeout(str(error), request=request) from None
            except httpx.TransportError as error:
                raise exceptions.ConnectionError(str(error), request=request) from None
            raw = HTTPResponse(
                BytesIO(arrived.body),
                HTTPHeaderDict((name.decode("latin-1"), value.decode("latin-1")) for name, value in arrived.headers),
                arrived.status,
                reason=phrase(arrived.status),
                version=11,
                preload_content=False,
                request_method=request.method,  # a reply to HEAD has a length, and no body
            )
            return HTTPAdapter().build_response(request, raw)

        def close(self) -> None:
            """Do nothing: no connection is open."""

    return Adapter()


def _read_timeout(timeout: Any) -> float | None:
    """Return how long to wait for a reply, from what requests accepts. Raises ValueError as it does."""
    from urllib3.util import Timeout

    if isinstance(timeout, tuple):
        try:
            connect, read = timeout
        except ValueError:
            raise ValueError(f"invalid timeout {timeout}: it is a number, or a tuple of connect and read") from None
        timeout = Timeout(connect=connect, read=read)
    elif not isinstance(timeout, Timeout):
        timeout = Timeout(connect=timeout, read=timeout)
    running = timeout.clone()
    running.start_connect()
    seconds = running.read_timeout
    return float(seconds) if isinstance(seconds, int | float) else None


def _from_requests(request: Any) -> httpx.Request:
    body = request.body or b""
    content: bytes | Iterable[bytes] = body.encode() if isinstance(body, str) else body
    return httpx.Request(request.method, request.url, headers=dict(request.headers), content=content)
