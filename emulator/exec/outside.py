"""Connections from an isolated network to one server outside of it: a process that stayed there opens them."""

import asyncio
import os
import signal
import socket
from asyncio import StreamReader, StreamWriter
from contextlib import suppress

from emulator.proxy.dialer import CONNECT_SECONDS, wrap_connection
from emulator.proxy.routes import Address, NoRoute

REASON_BYTES_MAX = 1024


class Outside:
    """Opens connections to one address where this object was made, wherever this process has moved since."""

    def __init__(self, address: Address) -> None:
        self._inside, outside = socket.socketpair()
        self._lock = asyncio.Lock()
        self._process = os.fork()
        if self._process == 0:
            try:
                _serve(outside, address)
            finally:
                os._exit(0)
        outside.close()

    async def dial(self, address: Address, secure: bool) -> tuple[StreamReader, StreamWriter]:
        """Return a connection. Raises NoRoute."""
        async with self._lock:
            connected = await asyncio.get_running_loop().run_in_executor(None, self._request)
        return await wrap_connection(connected, address, secure)

    def close(self) -> None:
        """End the process outside."""
        self._inside.close()
        os.waitpid(self._process, 0)

    def _request(self) -> socket.socket:
        self._inside.send(b"?")
        reason, descriptors, _, _ = socket.recv_fds(self._inside, REASON_BYTES_MAX, 1)
        if not descriptors:
            raise NoRoute(502, reason.decode())
        return socket.socket(fileno=descriptors[0])


def _serve(requests: socket.socket, address: Address) -> None:
    """Open a connection for each byte received, and send its descriptor, or the reason why there is none.

    Files of the process inside are closed: it notices by some that its other children have ended.
    """
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        if descriptor > 2 and descriptor != requests.fileno():
            with suppress(OSError):  # that of the listing itself
                os.close(descriptor)
    while requests.recv(1):
        try:
            connected = socket.create_connection(address, CONNECT_SECONDS)
        except OSError as error:
            requests.send(f"cannot connect to {address[0]} port {address[1]}: {error}".encode()[:REASON_BYTES_MAX])
            continue
        connected.settimeout(None)
        with connected:
            socket.send_fds(requests, [b"!"], [connected.fileno()])
