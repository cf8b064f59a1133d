"""The emulator inside a Python process: on a free port, or without one."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from emulator.app import create_app
from emulator.client.event_loop import cancel_other_tasks
from emulator.client.handles import ProviderHandle, SpaceHandle
from emulator.client.preload import preload
from emulator.client.quiet_client import QuietClient
from emulator.client.requests_adapter import requests_adapter
from emulator.client.shared_loop import SharedLoop
from emulator.client.transport import Transport
from emulator.core.ids import LOWER, nth_text
from emulator.core.paused_collector import paused_collector
from emulator.core.real_time import real_datetime
from emulator.server.eager_task import begin
from emulator.space.world import Limits, Links

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

START_SECONDS_MAX = 10.0
NOT_RUNNING = "the emulator is not running: use `with Emulator() as emulator`, or call start()"


class NotRunning(RuntimeError):
    """The emulator has not been started, has been stopped, or runs in the process that forked this one."""


class Emulator(SpaceHandle):
    """A running emulator, which is also its space ``default``.

    ``port`` 0 picks a free one; with None it has no port, and only ``transport()`` and ``requests_adapter()`` reach it.
    It runs on an event loop in its own thread, from ``with`` or ``start()`` on, to the end of ``with`` or ``stop()``;
    a request without a port begins in its client's thread. With ``links="vendor"``, links in replies lead to the
    vendors instead of to the emulator's own pages.
    Raises BadFixture, and TypeError or ValueError for a setting that cannot be.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int | None = 0,
        seed: int = 0,
        fixtures: Path | str | None = None,
        limits: Limits | None = None,
        webhook_hosts: Iterable[str] = (),
        links: Links | None = None,
    ) -> None:
        with real_datetime(), paused_collector():
            self.app = create_app(
                seed=seed,
                fixtures_directory=Path(fixtures) if fixtures else None,
                limits=limits,
                webhook_hosts=webhook_hosts,
                links=links,
            )
            preload(self.app.spaces.world)
        self._address = (host, port)
        self._spaces = 0
        self._running: _Running | None = None

    def __repr__(self) -> str:
        return f"<emulator at {self.url}>" if self.__dict__.get("_running") else "<emulator, not running>"

    def __getattr__(self, name: str) -> ProviderHandle:
        unknown = name.startswith("_") and name != "_control"
        if unknown or self.__dict__.get("_running"):
            return super().__getattr__(name)
        raise NotRunning(NOT_RUNNING)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def start(self) -> Self:
        """Start serving. Raises PortTaken."""
        if self._running:
            raise RuntimeError("the emulator is already running")
        self._running = _Running(self.app, *self._address)
        self.app.spaces.server_url = self._running.url
        super().__init__(QuietClient(self._running.url, transport=self.transport()), "default")
        return self

    def stop(self) -> None:
        """Stop serving, and cancel requests that are waiting. Does nothing if the emulator is not running."""
        running, self._running = self._running, None
        if running:
            running.stop()

    def space(self, name: str | None = None) -> SpaceHandle:
        """Return a space by its name; without one, a new space."""
        if name is None:
            name = f"space-{nth_text(0, 'space', self._spaces, LOWER, 8)}"
            self._spaces += 1
        return SpaceHandle(self.http, name)

    def transport(self) -> Transport:
        """Return a transport for ``httpx.Client`` and ``httpx.AsyncClient`` that needs no port."""
        return Transport(self.app, self._submit)

    def requests_adapter(self) -> "BaseAdapter":
        """Return an adapter for ``requests.Session.mount`` that needs no port."""
        adapter: BaseAdapter = requests_adapter(self.transport())
        return adapter

    def _submit(self, coroutine: Coroutine[Any, Any, Any], done: Callable[[Any], object]) -> None:
        if self._running is None:
            coroutine.close()
            raise NotRunning(NOT_RUNNING)
        if self._running.process != os.getpid():
            coroutine.close()
            raise NotRunning("the emulator runs in the process that forked this one: use its URL, or start another")
        self._running.begin(coroutine, done)


class _Running:
    """An event loop in a thread, and uvicorn's server on it if there is a port."""

    def __init__(self, app: Any, host: str, port: int | None) -> None:
        from emulator.server.server import address, bind, uvicorn_server

        self.process = os.getpid()
        bound = None if port is None else bind(host, port)
        self.url = address(bound) if bound else "http://127.0.0.1"
        self._loop = SharedLoop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="carbon-emulator", daemon=True)
        self._thread.start()
        if bound:
            ready = threading.Event()
            self._server = uvicorn_server(app, lambda _: ready.set())
            self._serving: Future[None] | None = self.submit(self._server.serve(sockets=[bound]))
            self._serving.add_done_callback(lambda _: ready.set())
            ready.wait(START_SECONDS_MAX)
        else:
            self._serving = None

    def submit(self, coroutine: Coroutine[Any, Any, Any]) -> "Future[Any]":
        """Run a coroutine in a task."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def begin(self, request: Coroutine[Any, Any, Any], done: Callable[[Any], object]) -> None:
        """Run a request, then call a function with its outcome; in a task only if it has to wait, which few do.

        It begins in the calling thread, unless the event loop is busy.
        """
        work = partial(self._begin, _finish(request, done))
        if not self._loop.run_here(work):
            self._loop.call_soon_threadsafe(work)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if task := begin(work):
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        if self._serving:
            self._server.should_exit = True
            self._serving.result()
        self.submit(cancel_other_tasks(self._tasks)).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _finish(request: Coroutine[Any, Any, Any], done: Callable[[Any], object]) -> None:
    """Call a function with the outcome of a request: what it returns, or what it raises."""
    try:
        outcome = await request
    except (asyncio.CancelledError, Exception) as error:
        outcome = error
    done(outcome)


__all__ = ["Emulator", "NotRunning", "ProviderHandle", "SpaceHandle"]
