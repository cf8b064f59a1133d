"""The servers of one ``exec``: the emulator or the way to a shared one, on ports for TLS and for plain HTTP."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from msgspec import field
from starlette.types import ASGIApp

from emulator.client.event_loop import cancel_other_tasks, new_event_loop
from emulator.core.struct import Struct
from emulator.exec.isolation import ADDRESS
from emulator.exec.redirection import Redirection
from emulator.proxy.forward_app import ForwardApp, InSpace
from emulator.proxy.routes import Exemptions, Routes, Upstream
from emulator.proxy.tunnels import Tunnels
from emulator.server.server import PortTaken, Secure, Server, address, bind, uvicorn_server
from emulator.space.space import DEFAULT
from emulator.tls.authority import Authority
from emulator.tls.server_context import server_context

LOCAL = "127.0.0.1"
START_SECONDS_MAX = 10.0


class Ports(Struct, frozen=True):
    """Listening sockets: for plain HTTP, the first of which is the server's own, and for TLS."""

    plain: Sequence[socket.socket]
    secure: Sequence[socket.socket]

    @property
    def url(self) -> str:
        return address(self.plain[0])

    def in_isolation(self) -> "Ports":
        """Return these ports, and those of the vendors' hosts in the network that this process has moved to.

        Those that were open before stay in the network before: with them, the control API can be called from there.
        """
        with suppress(PortTaken):
            return Ports(
                [*self.plain, bind(LOCAL, self.plain[0].getsockname()[1]), bind(ADDRESS, 80)], [bind(ADDRESS, 443)]
            )
        raise AssertionError("a network without connections has all ports free")


def open_ports() -> Ports:
    """Return free ports of this machine, for itself only."""
    return Ports([bind(LOCAL, 0)], [bind(LOCAL, 0)])


class Plan(Struct, frozen=True):
    """What a session does: ``app`` answers in place of the vendors, ``url`` is the server's for the control API."""

    app: ASGIApp
    authority: Authority
    url: str
    space: str = DEFAULT
    offline: bool = False
    upstreams: dict[str, Upstream] = field(default_factory=dict)
    exemptions: Exemptions = field(default_factory=Exemptions)

    def redirection(self, ports: Ports) -> Redirection:
        return Redirection(
            hosts=self.authority.hosts,
            secure=ports.secure[0].getsockname(),
            plain=ports.plain[0].getsockname(),
            url=self.url,
            space=self.space,
            offline=self.offline,
            exemptions=self.exemptions,
        )


@contextmanager
def serving(plan: Plan, ports: Ports) -> Iterator[None]:
    """Serve in a thread."""
    redirection = plan.redirection(ports)
    routes = Routes(
        frozenset(redirection.hosts),
        redirection.secure,
        redirection.plain,
        plan.offline,
        plan.upstreams,
        plan.exemptions,
    )
    context = server_context(plan.authority)
    secure: list[Secure] = [(listening, context) for listening in ports.secure]
    vendors = plan.app if plan.space == DEFAULT else InSpace(plan.app, plan.space)
    app = ForwardApp(plan.app, vendors, routes)
    ready = threading.Event()
    server = uvicorn_server(app, lambda _: ready.set(), secure, Tunnels(routes))
    thread = threading.Thread(target=_run, args=(server, list(ports.plain), ready), name="carbon-emulator", daemon=True)
    thread.start()
    ready.wait(START_SECONDS_MAX)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(START_SECONDS_MAX)


def _run(server: Server, sockets: list[socket.socket], ready: threading.Event) -> None:
    loop: Any = new_event_loop()
    try:
        loop.run_until_complete(server.serve(sockets=sockets))
        loop.run_until_complete(cancel_other_tasks())
    finally:
        ready.set()
        loop.close()
