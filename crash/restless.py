"""A space whose clock runs, and that is looked at while it changes: what the server stores of it must load again."""

from collections.abc import Callable
from itertools import count
from threading import Event

import httpx

from crash.servers import Server
from crash.twins import COMMAND, REPLY_SECONDS_MAX, Differs
from soak import calls

LOOKS = ("/clock", "/state/cnaught", "/requests?limit=1", "/snapshot")
"""What is looked at: none of it changes the space, but each reads its clock."""

STOPPED = b"is stopped at entry"


class Restless:
    """A space without a twin, as its replies depend on the time: it must load after every kill."""

    def __init__(self, name: str, server: Server) -> None:
        self.name = name
        self.server = server

    def write(self, stop: Event) -> None:
        """Place orders until ``stop`` is set. Raises Differs if the space does not load."""
        numbers = count()
        with self._client() as http:
            self._repeat(stop, lambda: self._checked(http, calls.write("cnaught", f"{self.name}-{next(numbers)}")))

    def look(self, stop: Event) -> None:
        """Look at the space until ``stop`` is set. Raises Differs if it does not load."""
        numbers = count()
        with self._client() as http:
            self._repeat(
                stop, lambda: self._checked(http, calls.Call(COMMAND + LOOKS[next(numbers) % len(LOOKS)], calls.JSON))
            )

    def check(self) -> None:
        """Raise Differs if the space does not load."""
        with self._client() as http:
            self._checked(http, calls.Call(f"{COMMAND}/state/cnaught", calls.JSON))

    def _repeat(self, stop: Event, send: Callable[[], None]) -> None:
        while not stop.is_set():
            try:
                send()
            except httpx.TransportError:  # the server was killed
                continue

    def _checked(self, http: httpx.Client, call: calls.Call) -> None:
        url = self.server.url or self.server.wait(0)
        reply = http.request(call.method, f"{url}/~{self.name}{call.path}", headers=call.headers, content=call.body)
        hint = reply.headers.get("x-emulator-hint", "").encode()
        if STOPPED in reply.content or STOPPED in hint:
            raise Differs(f"{self.name}: {call.method} {call.path}: {(hint or reply.content).decode()}")

    def _client(self) -> httpx.Client:
        return httpx.Client(timeout=REPLY_SECONDS_MAX, trust_env=False)
