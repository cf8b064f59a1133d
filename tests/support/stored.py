"""A server with a data directory, inside the test's process."""

import asyncio
import shutil
import threading
from asyncio import CancelledError
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self

import httpx

from emulator.app import VENDOR_HOSTS, create_app, make_world
from emulator.client.handles import SpaceHandle
from emulator.client.transport import Transport
from emulator.control.app import Control
from emulator.gateway.courier import Courier
from emulator.log.assembly import StoredParts
from emulator.log.log import Summary
from emulator.log.shared.shared_database import SharedDatabase
from emulator.ui.site import Site


class StoredServer:
    """A server that stores its spaces, on an event loop in a thread."""

    def __init__(self, directory: Path, **options: Any) -> None:
        self.directory = directory
        self.options = options
        self._run(create_app(data=directory, **options))

    def _run(self, app: Any) -> None:
        self.app: Any = app
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.run(self.app.start())
        self.http = httpx.Client(transport=Transport(self.app, self._begin), base_url="http://127.0.0.1")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def space(self, name: str = "default") -> SpaceHandle:
        return SpaceHandle(self.http, name)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._submit(work).result(30)

    def stored(self) -> Mapping[str, Summary]:
        """Return what the log has stored, after all pending writes."""
        store = self.app.store
        found: Mapping[str, Summary] = self.run(store._committer.run(store.storage.log.spaces))
        return found

    def stop(self) -> None:
        """Stop normally."""
        if not self.loop.is_closed():
            self.run(self.app.stop())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
            self.loop.close()

    def killed(self, to: Path) -> "StoredServer":
        """Return a server with the data that remains if this one is killed now."""
        shutil.copytree(self.directory, to)
        return StoredServer(to, **self.options)

    def restarted(self) -> "StoredServer":
        """Stop normally, and return a new server with the same directory."""
        self.stop()
        return StoredServer(self.directory, **self.options)

    def _submit(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def _begin(self, request: Coroutine[Any, Any, Any], done: Callable[[Any], object]) -> None:
        """Run a request, then call a function with what it returns or raises."""

        def pass_on(future: "Future[Any]") -> None:
            done(CancelledError() if future.cancelled() else future.exception() or future.result())

        self._submit(request).add_done_callback(pass_on)


WORLD = ("seed", "limits", "fixtures_directory", "links")
"""The options that describe what spaces are created from."""


class Node(StoredServer):
    """A server that shares its store with others."""

    def __init__(self, storage: SharedDatabase, **options: Any) -> None:
        world = make_world(**{name: options.pop(name) for name in WORLD if name in options})
        courier = Courier()
        parts = StoredParts(world, storage, None, VENDOR_HOSTS)
        control = Control(parts.spaces, courier)
        self._run(parts.gateway(Site(control), control, frozenset(), courier, None))

    def kill(self) -> None:
        """End without doing anything more, except what a killed process does: its connections close."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        store = self.app.store
        store._committer._jobs.put(None)
        store._committer._thread.join()
        store.storage.close()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()


ORDER = {"amount_kg": 10}

SECONDS_MAX = 60
"""How long a reply may take on a machine that does much else."""


def place(space: SpaceHandle, key: str | None = None, **body: Any) -> httpx.Response:
    """Place an order at CNaught."""
    return cnaught(space, "POST", "/v1/orders", key, json=ORDER | body)


def cnaught(space: SpaceHandle, method: str, path: str, key: str | None = None, **content: Any) -> httpx.Response:
    """Send a request to CNaught."""
    headers = {"Authorization": "Bearer test_acme_0001", **({"Idempotency-Key": key} if key else {})}
    return space.http.request(method, f"{space.url}/cnaught{path}", headers=headers, timeout=SECONDS_MAX, **content)
