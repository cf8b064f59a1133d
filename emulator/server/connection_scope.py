"""The ASGI scopes of the requests on a connection."""

import asyncio
from typing import Any, NamedTuple

from starlette.types import Scope

from emulator.server.request_head import Head, Origin
from emulator.web.connection import ABSOLUTE, BREAK
from emulator.web.headers import PARSED

ASGI = {"version": "3.0", "spec_version": "2.3"}
EXTENSIONS: dict[str, dict[object, object]] = {BREAK: {}}
EXTENSIONS_IF_ABSOLUTE = EXTENSIONS | {ABSOLUTE: {}}

Address = tuple[str, int]


class ConnectionScope(NamedTuple):
    """What the scopes of all requests on a connection have in common."""

    scheme: str
    server: Address | None
    client: Address | None

    @classmethod
    def of(cls, transport: asyncio.Transport) -> "ConnectionScope":
        info = transport.get_extra_info
        return cls("https" if info("sslcontext") else "http", _address(info("sockname")), _address(info("peername")))

    def request(self, head: Head) -> Scope:
        """Return the scope of a request."""
        headers = head.headers
        scope: Scope = {
            "type": "http",
            "asgi": ASGI,
            "http_version": head.version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "method": head.method,
            "root_path": "",
            "path": head.path,
            "raw_path": head.raw_path,
            "query_string": head.query,
            "headers": headers.raw,
            "extensions": EXTENSIONS,
        }
        scope[PARSED] = headers
        if head.origin:
            _address_absolutely(scope, head.origin)
        return scope


def _address_absolutely(scope: Scope, origin: Origin) -> None:
    """Let the target of a request in absolute form replace its Host header (RFC 9112, section 3.2.2)."""
    others = [header for header in scope["headers"] if header[0] != b"host"]
    scope["headers"] = [(b"host", origin.authority), *others]
    scope["scheme"] = origin.scheme
    scope["extensions"] = EXTENSIONS_IF_ABSOLUTE


def _address(info: Any) -> Address | None:
    return (str(info[0]), int(info[1])) if isinstance(info, tuple | list) else None
