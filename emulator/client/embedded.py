"""The emulator inside a Python process: on a free port, or without one."""

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from concurrent.futures import Future
from pathlib import Path
from socket import socket
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import httpx

from emulator.app import create_app
from emulator.client.handles import ProviderHandle, SpaceHandle
from emulator.client.transport import Transport, requests_adapter
from emulator.core.ids import LOWER, nth_text
from emulator.space.world import Limits

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

START_SECONDS_MAX = 10.0


class Emulator(SpaceHandle):
    """A running emulator, which is also its space ``default``.

    ``port`` 0 takes a free one; None serves no port, and only ``transport()`` reaches it. It runs on an event loop in a
    thread of its own, from ``with`` (or ``start()``) to the end of it (or ``stop()``).
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
    ) -> None:
        self.app = create_app(
            seed=seed,
            fixtures_directory=Path(fixtures) if fixtures else None,
            limits=limits,
            webhook_hosts=webhook_hosts,
        )
        self._address = (host, port)
        self._spaces = 0

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def start(self) -> Self:
        """Begin to serve. Raises PortTaken."""
        host, port = self._address
        bound = None if port is None else _bound(host, port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="carbon-emulator", daemon=True)
        self._thread.start()
        url = self._serve(bound) if bound else "http://127.0.0.1"
        super().__init__(httpx.Client(transport=self.transport(), base_url=url, timeout=60), "default")
        return self

    def stop(self) -> None:
        """Finish what is running, and end."""
        self.http.close()
        if self._address[1] is not None:
            self._server.should_exit = True
            self._serving.result(START_SECONDS_MAX)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def space(self, name: str | None = None) -> SpaceHandle:
        """A space by its name; without one, a fresh space."""
        if name is None:
            name = f"space-{nth_text(0, 'space', self._spaces, LOWER, 8)}"
            self._spaces += 1
        return SpaceHandle(self.http, name)

    def transport(self) -> Transport:
        """A transport for ``httpx.Client`` and ``httpx.AsyncClient`` that needs no port."""
        return Transport(self.app, self._submit)

    def requests_adapter(self) -> "BaseAdapter":
        """An adapter for ``requests.Session.mount`` that needs no port."""
        adapter: BaseAdapter = requests_adapter(self.transport())
        return adapter

    def _submit(self, coroutine: Coroutine[Any, Any, Any]) -> "Future[Any]":
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def _serve(self, bound: socket) -> str:
        from emulator.server.server import address, uvicorn_server

        self._server = uvicorn_server(self.app)
        self._serving = self._submit(self._server.serve(sockets=[bound]))
        return address(bound)


def _bound(host: str, port: int) -> socket:
    from emulator.server.server import bind

    return bind(host, port)


__all__ = ["Emulator", "ProviderHandle", "SpaceHandle"]
