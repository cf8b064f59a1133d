"""httpx transports that need no port, and behave as a connection would."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import get_ident
from typing import Any, NamedTuple, TypeAlias

import httpx
from starlette.types import ASGIApp

from emulator.client.asgi_call import TRUNCATED, Broken, ClientSide, call
from emulator.core.errors import phrase
from emulator.web.answer_now import Reply
from emulator.web.headers import RawHeaders

Outcome: TypeAlias = Reply | BaseException
"""What a request has come to: its reply, or what it has raised; CancelledError if the emulator was stopped."""

Submit: TypeAlias = Callable[[Coroutine[Any, Any, Any], Callable[[Any], object]], object]

STOPPED = "the emulator was stopped"


class Arrived(NamedTuple):
    """What arrived of a reply: its head, and its body or half of it."""

    status: int
    headers: RawHeaders
    body: bytes
    truncated: bool


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """An httpx transport, for ``Client`` and ``AsyncClient`` alike, that passes requests to an ASGI app in memory.

    ``submit`` runs a coroutine on the event loop of the app, from any thread or loop of the client, and calls a
    function with its outcome; at once, if it can. It raises RuntimeError if the loop has ended. A client that stops
    waiting disconnects, as it would over a socket.
    """

    def __init__(self, app: ASGIApp, submit: Submit) -> None:
        self.app = app
        self.submit = submit

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _response(self.exchange(request, _seconds(request)), request)

    def exchange(self, request: httpx.Request, seconds: float | None) -> Arrived:
        """Send a request, and return what arrives of the reply. Raises httpx.TransportError."""
        client, outcomes = ClientSide(), SimpleQueue[Outcome]()
        self._start(request, request.read(), client, outcomes.put)
        outcome: Outcome | None = None
        try:
            outcome = outcomes.get(timeout=seconds)
        except Empty:
            raise httpx.ReadTimeout("timed out", request=request) from None
        finally:
            if outcome is None:
                self._leave(client)
        return _arrived(outcome, request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        client, loop = ClientSide(), asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._start(request, await request.aread(), client, partial(_deliver, loop, get_ident(), future))
        outcome: Outcome | None = None
        try:
            if future.done():
                await asyncio.sleep(0)  # as over a socket, other tasks of the client run meanwhile
                outcome = future.result()
            else:
                outcome = await asyncio.wait_for(future, _seconds(request))
        except TimeoutError:
            raise httpx.ReadTimeout("timed out", request=request) from None
        finally:
            if outcome is None:
                self._leave(client)
        return _response(_arrived(outcome, request), request)

    def _start(
        self, request: httpx.Request, body: bytes, client: ClientSide, done: Callable[[Outcome], object]
    ) -> None:
        target, headers = request.url.raw_path, [(name.lower(), value) for name, value in request.headers.raw]
        try:
            self.submit(call(self.app, request.method, target.decode("ascii"), headers, body, client), done)
        except RuntimeError as error:
            raise httpx.ConnectError(str(error), request=request) from None

    def _leave(self, client: ClientSide) -> None:
        """Disconnect from a request that is still running, unless it ends with the emulator."""
        with suppress(RuntimeError):
            self.submit(client.disconnect(), _drop)


class DirectTransport(httpx.BaseTransport):
    """An httpx transport that passes requests to an ASGI app in memory, without a thread or an event loop.

    It serves requests that never wait, as a turn does. Raises RuntimeError for one that has to, and Broken.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = [(name.lower(), value) for name, value in request.headers.raw]
        turn = call(self.app, request.method, request.url.raw_path.decode("ascii"), headers, request.read())
        try:
            turn.send(None)
        except StopIteration as end:
            status, reply_headers, body = end.value
            return httpx.Response(status, headers=reply_headers, content=body)
        raise RuntimeError("a request had to wait")


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of a reply. Reading it fails if the reply is truncated."""

    def __init__(self, arrived: Arrived, request: httpx.Request) -> None:
        self._arrived = arrived
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        yield self._arrived.body
        if self._arrived.truncated:
            raise httpx.RemoteProtocolError(TRUNCATED, request=self._request)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part


def _response(arrived: Arrived, request: httpx.Request) -> httpx.Response:
    extensions = {"http_version": b"HTTP/1.1", "reason_phrase": phrase(arrived.status).encode()}
    stream = _Stream(arrived, request)
    return httpx.Response(arrived.status, headers=arrived.headers, stream=stream, extensions=extensions)


def _deliver(loop: asyncio.AbstractEventLoop, thread: int, future: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    """Pass an outcome on to the event loop of a client, which runs in a thread, unless that loop has ended."""
    if get_ident() == thread:
        return _settle(future, outcome)
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(_settle, future, outcome)


def _settle(future: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not future.done():  # it is done if the client has stopped waiting
        future.set_result(outcome)


def _drop(outcome: object) -> None:
    """Drop an outcome for which no client waits."""


def _arrived(outcome: Outcome, request: httpx.Request) -> Arrived:
    """Return what arrived of the reply. Raises httpx.TransportError, and what the app raises."""
    if isinstance(outcome, Broken):
        return _truncated(outcome, request)
    if isinstance(outcome, asyncio.CancelledError):
        raise httpx.ReadError(STOPPED, request=request)
    if isinstance(outcome, BaseException):
        raise outcome
    return Arrived(*outcome, truncated=False)


def _truncated(broken: Broken, request: httpx.Request) -> Arrived:
    """Return what arrived of a truncated reply. Raises httpx.TransportError if its head did not."""
    if broken.arrived is None:
        error = httpx.ReadError if broken.reset else httpx.RemoteProtocolError
        raise error(str(broken), request=request)
    return Arrived(*broken.arrived, truncated=True)


def _seconds(request: httpx.Request) -> float | None:
    """Return how long the client waits for a reply."""
    timeout: float | None = request.extensions.get("timeout", {}).get("read")
    return timeout
