"""Serving the emulator on a port, by uvicorn."""

import socket
from contextlib import closing

import uvicorn
from starlette.types import ASGIApp

CONNECTIONS_MAX = 4096
SHUTDOWN_SECONDS_MAX = 10


class PortTaken(Exception):
    """The address cannot be bound; the message says which, and why."""


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortTaken(f"cannot listen on {host} port {port}: {error.strerror}") from None
    return bound


def address(bound: socket.socket) -> str:
    """The URL of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def uvicorn_server(app: ASGIApp) -> uvicorn.Server:
    """A server for ``serve(sockets=[...])``. It sends no Date of its own: the space's clock gives it."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        date_header=False,
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
        ws="none",
    )
    return uvicorn.Server(config)


def serve(app: ASGIApp, bound: socket.socket) -> None:
    """Serve until a signal says to stop."""
    with closing(bound):
        uvicorn_server(app).run(sockets=[bound])
