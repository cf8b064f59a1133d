"""Serve the emulator on a port: uvicorn's server, with our protocol, deadlines and shutdown."""

import asyncio
import gc
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from errno import EADDRINUSE
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from emulator.server.breaking import LINGER_SECONDS
from emulator.server.connection_pool import ConnectionPool, Proxy
from emulator.server.open_files import allow_open_files, connections_max
from emulator.server.protocol import IDLE_SECONDS, HttpProtocol
from emulator.server.worker_link import WorkerLink

BACKLOG = 2048
ACCEPTED_AT_ONCE = 16
"""libuv accepts one connection of a listening socket in a turn of its loop, so it gets that socket so many times:
otherwise a new client would wait for five hundred busy ones, once for each other client that is new."""

TICKS_PER_SECOND = 10
"""How often uvicorn's server calls ``on_tick``."""

FLUSH_SECONDS = 0.5
"""How long the end of a server waits for clients to read their last replies."""

Ready = Callable[[str], None]

Secure = tuple[socket.socket, ssl.SSLContext]
"""A listening socket for TLS, and its certificate."""


class PortTaken(Exception):
    """The address cannot be bound; the message names it and gives the reason. ``in_use``: another socket has it."""

    def __init__(self, message: str, in_use: bool) -> None:
        super().__init__(message)
        self.in_use = in_use


class Server(uvicorn.Server):
    """uvicorn's server that announces its address, enforces deadlines, and stops at once.

    ``tests/test_uvicorn.py`` fails when a method that this class overrides or relies on has changed in uvicorn.
    """

    def __init__(
        self, config: uvicorn.Config, pool: ConnectionPool, ready: Ready | None = None, secure: Sequence[Secure] = ()
    ) -> None:
        super().__init__(config)
        self.pool = pool
        self.ready = ready
        self.secure = secure
        self.link: WorkerLink | None = None
        self.life: int | None = None
        self.signals: tuple[signal.Signals, ...] = (signal.SIGINT, signal.SIGTERM)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for listening, context in self.secure:
            self.servers.append(await self._listen(listening, context))
        if self.link:
            self.link.start(self.pool)
        if self.life is not None:
            asyncio.get_running_loop().add_reader(self.life, self._end_of_life)
        if self.ready and sockets:
            self.ready(address(sockets[0]))

    def _end_of_life(self) -> None:
        """Stop, because the process that started this one has ended."""
        assert self.life is not None
        asyncio.get_running_loop().remove_reader(self.life)
        self.should_exit = True

    async def _listen(self, listening: socket.socket, context: ssl.SSLContext) -> asyncio.Server:
        """Serve the same application over TLS."""
        return await asyncio.get_running_loop().create_server(
            lambda: HttpProtocol(self.pool),
            sock=listening,
            ssl=context,
            backlog=BACKLOG,
            ssl_handshake_timeout=IDLE_SECONDS,
            ssl_shutdown_timeout=LINGER_SECONDS,
        )

    async def on_tick(self, counter: int) -> bool:
        """Once a second, close the connections whose clients keep the server waiting."""
        if counter % TICKS_PER_SECOND == 0:
            self.expire(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    def expire(self, now: float) -> None:
        """Close the connections whose deadline has passed."""
        for connection in list(self.pool.connections):
            connection.expire(now)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop at once: cancel every request that waits for a delay, an event or its client."""
        if self.link:
            self.link.stop()
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        if self.pool.proxy:
            self.pool.proxy.close()
        for connection in list(self.pool.connections):
            connection.shutdown()
        for task in list(self.pool.tasks):
            task.cancel()
        deadline = asyncio.get_running_loop().time() + FLUSH_SECONDS
        while self.pool.connections and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.01)
        for connection in list(self.pool.connections):
            connection.abort()
        await asyncio.sleep(0)  # what is aborted is closed in the next turn of the loop
        await self.lifespan.shutdown()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal, as uvicorn does, but do not raise the signal again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in self.signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the address; port 0 picks a free one. Raises PortTaken.

    It never blocks, nor do its duplicates: all workers share that flag. A duplicate of a socket that blocks would make
    it block for all of them until the event loop of the new one changes that, and stop a worker that accepts meanwhile.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # without it, asyncio leaves Nagle's delay on
    bound.setblocking(False)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        bound.close()
        reason = error.strerror if isinstance(error, OSError) else str(error)
        in_use = isinstance(error, OSError) and error.errno == EADDRINUSE
        raise PortTaken(f"cannot listen on {host} port {port}: {reason}", in_use) from None
    except TypeError:
        bound.close()
        raise
    return bound


def address(bound: socket.socket) -> str:
    """Return the URL of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def local_address(bound: socket.socket) -> str:
    """Return the URL at which this machine reaches a bound socket."""
    url = address(bound)
    return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


def uvicorn_server(
    app: ASGIApp, ready: Ready | None = None, secure: Sequence[Secure] = (), proxy: Proxy | None = None
) -> Server:
    """Return a server for ``serve(sockets=[...])``. It adds no Date header: that is the time of the space's clock."""
    pool = ConnectionPool(app, connections_max(), proxy)
    protocol: Any = lambda **_: HttpProtocol(pool)  # noqa: E731  # uvicorn calls it with its own state
    config = uvicorn.Config(
        app,
        log_config=None,  # the process configures its own logging
        log_level="warning",
        access_log=False,
        date_header=False,
        proxy_headers=False,
        server_header=False,
        ws="none",
        http=protocol,
    )
    return Server(config, pool, ready, secure)


def serve(app: ASGIApp, bound: socket.socket, ready: Ready, secure: Sequence[Secure] = ()) -> None:
    """Serve until SIGINT or SIGTERM, and call ``ready`` with the URL once connections are accepted."""
    gc.freeze()  # what the start has created is no garbage: it need not be searched again
    allow_open_files()
    with closing(bound):
        uvicorn_server(app, ready, secure).run(sockets=[bound, *(bound.dup() for _ in range(1, ACCEPTED_AT_ONCE))])


def serve_as_worker(
    app: ASGIApp, bound: socket.socket, secure: Sequence[Secure], link: WorkerLink, ready: Callable[[], None], life: int
) -> None:
    """Serve as one of several workers until SIGTERM, or until the descriptor ``life`` ends."""
    gc.freeze()
    server = uvicorn_server(app, lambda _: ready(), secure)
    server.pool.connections_max = connections_max(link.channels_max)
    server.pool.workers = server.link = link
    server.signals = (signal.SIGTERM,)
    server.life = life
    server.run(sockets=[bound, *(bound.dup() for _ in range(1, ACCEPTED_AT_ONCE))])
