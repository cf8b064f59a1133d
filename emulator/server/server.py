"""Serving the emulator on a port, by uvicorn."""

import asyncio
import gc
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import Any, Literal

import uvicorn
from starlette.types import ASGIApp

CONNECTIONS_MAX = 4096
SHUTDOWN_SECONDS_MAX = 10
BACKLOG = 2048
ACCEPTED_AT_ONCE = 16
"""libuv takes one connection off a listening socket in a turn of its loop, so it is given the socket so many times:
else a new client would wait behind five hundred busy ones, once for each that came with it."""

TICKS_A_SECOND = 10
"""So often uvicorn's server looks up from its work."""

Ready = Callable[[str], None]


class PortTaken(Exception):
    """The address cannot be bound; the message says which, and why."""


class Server(uvicorn.Server):
    """uvicorn's server, which tells when it is ready, and ends quietly when a signal says so."""

    def __init__(self, config: uvicorn.Config, ready: Ready | None = None) -> None:
        super().__init__(config)
        self.ready = ready
        self._idle: dict[Any, object] = {}

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.ready and sockets:
            self.ready(address(sockets[0]))

    async def on_tick(self, counter: int) -> bool:
        """As uvicorn's; and every few seconds, the connections are closed that nobody has used meanwhile."""
        if counter % (TICKS_A_SECOND * self.config.timeout_keep_alive) == 0:
            self._close_the_idle()
        return await super().on_tick(counter)

    def _close_the_idle(self) -> None:
        """Close the connections that were idle at the last look, and ever since; those of h11 close by themselves."""
        ours: list[Any] = [each for each in self.server_state.connections if hasattr(each, "is_idle")]
        before, self._idle = self._idle, {each: each.cycle for each in ours if each.is_idle()}
        for connection, answered in self._idle.items():
            if before.get(connection) is answered:
                connection.transport.close()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, but a signal that was obeyed is not raised again."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def bind(host: str, port: int) -> socket.socket:
    """A bound socket that listens, so that the address is nobody else's; port 0 takes a free one. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # unnamed, asyncio leaves Nagle's 40 ms on
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise PortTaken(f"cannot listen on {host} port {port}: {error.strerror}") from None
    return bound


def address(bound: socket.socket) -> str:
    """The URL of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _http() -> type[asyncio.Protocol] | Literal["h11"]:
    """The quicker parser, where it is there; the other one has a limit of its own."""
    if find_spec("httptools") is None:
        return "h11"
    from emulator.server.protocol import BoundedHead

    return BoundedHead


def uvicorn_server(app: ASGIApp, ready: Ready | None = None) -> Server:
    """A server for ``serve(sockets=[...])``. It sends no Date of its own: the space's clock gives it."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        date_header=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
        ws="none",
        http=_http(),
    )
    return Server(config, ready)


def serve(app: ASGIApp, bound: socket.socket, ready: Ready) -> None:
    """Serve until a signal says to stop, and tell the URL once ready."""
    gc.freeze()  # of what the start has made, nothing is garbage: it need not be walked again
    with closing(bound):
        uvicorn_server(app, ready).run(sockets=[bound, *(bound.dup() for _ in range(1, ACCEPTED_AT_ONCE))])
