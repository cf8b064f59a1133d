"""Open connections to other hosts: the only module of the proxy that connects."""

import asyncio
import socket
import ssl
from asyncio import StreamReader, StreamWriter

from emulator.proxy.routes import Address, NoRoute, Routes, Upstream

CONNECT_SECONDS = 30.0

Connection = tuple[StreamReader, StreamWriter]


async def dial(routes: Routes, scheme: str, host: str, port: int) -> Connection:
    """Return a connection over which bytes reach a host unchanged. Raises NoRoute."""
    if routes.is_vendor(host):
        return await dial_server(routes.vendor_address(port), False)
    upstream = routes.upstream(scheme, host, port)
    return await _through(upstream, host, port) if upstream else await dial_server((host, port), False)


async def dial_for_request(routes: Routes, scheme: str, host: str, port: int) -> tuple[Connection, Upstream | None]:
    """Return a connection for one HTTP request to another host, and the proxy that takes it. Raises NoRoute."""
    upstream = routes.upstream(scheme, host, port)
    if upstream and scheme == "http":
        return await dial_server(upstream.address, upstream.secure), upstream
    if upstream is None:
        return await dial_server((host, port), scheme == "https"), None
    reader, writer = await _through(upstream, host, port)
    try:
        await writer.start_tls(ssl.create_default_context(), server_hostname=host)
    except OSError as error:
        raise _unreachable((host, port), error) from None
    return (reader, writer), None


async def dial_server(address: Address, secure: bool) -> Connection:
    """Return a connection to an address. Raises NoRoute."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await asyncio.open_connection(*address, ssl=ssl.create_default_context() if secure else None)
    except (OSError, TimeoutError, UnicodeError) as error:
        raise _unreachable(address, error) from None


async def wrap_connection(connected: socket.socket, address: Address, secure: bool) -> Connection:
    """Return a connection over a socket that is connected to an address. Raises NoRoute."""
    connected.setblocking(False)
    context = ssl.create_default_context() if secure else None
    try:
        return await asyncio.open_connection(
            sock=connected, ssl=context, server_hostname=address[0] if secure else None
        )
    except (OSError, TimeoutError) as error:
        raise _unreachable(address, error) from None


async def _through(upstream: Upstream, host: str, port: int) -> Connection:
    """Return a tunnel through the user's proxy. Raises NoRoute."""
    reader, writer = await dial_server(upstream.address, upstream.secure)
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    if upstream.authorization:
        lines.append(f"Proxy-Authorization: {upstream.authorization}")
    writer.write("\r\n".join([*lines, "", ""]).encode())
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
    except (OSError, EOFError, asyncio.LimitOverrunError, TimeoutError) as error:
        writer.close()
        raise _unreachable(upstream.address, error) from None
    status = head.partition(b"\r\n")[0].decode("latin-1")
    if status.split(" ")[1:2] != ["200"]:
        writer.close()
        raise NoRoute(502, f"the proxy {_text(upstream.address)} refused a connection to {authority}: {status}")
    return reader, writer


def _unreachable(address: Address, error: Exception) -> NoRoute:
    reason = str(error) or ("timed out" if isinstance(error, TimeoutError) else type(error).__name__)
    return NoRoute(502, f"cannot connect to {_text(address)}: {reason}")


def _text(address: Address) -> str:
    return f"{address[0]} port {address[1]}"
