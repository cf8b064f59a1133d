"""The connections of one server, and the requests that run on them."""

import asyncio
from heapq import nsmallest
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from emulator.server.eager_task import begin
from emulator.server.open_files import CONNECTIONS_MAX
from emulator.server.request_cycle import BUG, RequestCycle, log_bug
from emulator.server.send_queue import SendQueue
from emulator.web.answer_now import AnswerNow, Reply, answer_now
from emulator.web.replies import JSON_TYPE

MADE_ROOM = 32
"""How many idle connections are closed when a new one exceeds the limit, so that not each has to look for one."""


class Proxy(Protocol):
    """What makes a server a forward proxy: it connects clients to other hosts."""

    def tunnel(self, transport: asyncio.Transport, authority: bytes, data: bytes) -> None:
        """Take over a connection whose client asks for a tunnel to ``authority``, and has already sent ``data``."""

    def close(self) -> None:
        """End all tunnels."""


class OtherWorkers(Protocol):
    """The other workers of a server, each with spaces of its own."""

    def hand_over(self, transport: asyncio.Transport, data: bytes) -> bool:
        """Hand a connection over to the worker that ``data``, the start of a request, is for.

        Return False if that is this worker, or is not clear, or if the other one takes no connection at present.
        """
        ...

    def is_own(self, scope: Scope) -> bool:
        """Return whether a request is for this worker."""
        ...

    def application(self, request: RequestCycle) -> ASGIApp | None:
        """Return the application that forwards a request to its worker; None if that is this one."""
        ...


class Pooled(Protocol):
    """A connection, as its pool needs it."""

    closing: bool
    active_at: float
    """When the client or the server last did something, by the clock of the event loop."""

    def waits_for_client(self) -> bool:
        """Return whether it is the client's turn: to send a request, or the rest of one."""
        ...

    def give_way(self) -> None:
        """Close the connection in favor of a new one."""

    def expire(self, now: float) -> None:
        """Close the connection if the client has kept the server waiting for too long."""

    def shutdown(self) -> None:
        """Take no further request."""

    def abort(self) -> None:
        """End the connection, whatever has not been sent yet."""


class ConnectionPool:
    """The connections of one server to an application, and the requests that run on them."""

    def __init__(
        self,
        app: ASGIApp,
        connections_max: int = CONNECTIONS_MAX,
        proxy: Proxy | None = None,
        workers: OtherWorkers | None = None,
    ) -> None:
        self.app = app
        self.connections_max = connections_max
        self.proxy = proxy
        self.workers = workers
        self.connections: set[Pooled] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.sends = SendQueue()
        self._answer_now: AnswerNow | None = answer_now(app)

    def admit(self, newcomer: Pooled) -> bool:
        """Add a connection. Above the limit, close those that have been idle for longest; False if none is idle."""
        room = len(self.connections) < self.connections_max or self._make_room()
        self.connections.add(newcomer)
        return room

    def _make_room(self) -> bool:
        idle = [each for each in self.connections if each.waits_for_client() and not each.closing]
        for connection in nsmallest(MADE_ROOM, idle, key=_active_at):
            connection.give_way()
        return bool(idle)

    def hand_over(self, transport: asyncio.Transport, data: bytes) -> bool:
        """Hand a connection over to the worker that data is for, unless it has TLS, or a reply is on its way."""
        is_plain = not (transport.is_closing() or transport.get_extra_info("sslcontext"))
        is_free = not (transport.get_write_buffer_size() or self.sends.holds(transport))
        return bool(self.workers and is_plain and is_free and self.workers.hand_over(transport, data))

    def answer_now(self, scope: Scope, body: bytes) -> Reply | None:
        """Let the application answer a whole request without waiting, if it can, and if it is for this worker."""
        if self._answer_now is None or self.proxy or (self.workers and not self.workers.is_own(scope)):
            return None
        try:
            return self._answer_now(scope, body)
        except Exception:
            log_bug(scope)
            return 500, [JSON_TYPE], BUG

    def run(self, request: RequestCycle, admitted: bool, *, at_once: bool = False) -> None:
        """Let the application answer a request, or that of another worker: soon, or at once as far as it can.

        What forwards requests begins in a task, which its timeouts need.
        """
        app = self.app if admitted else _unavailable
        if self.workers and admitted:
            app = self.workers.application(request) or app
        at_once = at_once and app is self.app and self.proxy is None
        work = request.run(app)
        task = begin(work) if at_once else asyncio.get_running_loop().create_task(work)
        if task:
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)


def _active_at(connection: Pooled) -> float:
    return connection.active_at


async def _unavailable(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in place of the application when all connections are busy."""
    document = b'{"error":"all connections of this server are busy"}'
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": document})
