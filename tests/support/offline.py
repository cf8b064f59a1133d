"""Keep tests on this machine: a look-up or connection beyond it is stopped and fails its test.

Python's audit hooks see what the test process does, whichever library does it. They do not see a served emulator in its
own process; it runs the same code, in which one module makes calls (see ``test_security.py``).
"""

import sys
from collections.abc import Mapping
from typing import Any

from emulator.core.hosts import is_address, is_loopback

WATCHED: Mapping[str, int] = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}
"""The audit events of outgoing calls, and the index of the argument with the destination."""

THIS_MACHINE = ("", "0.0.0.0", "::", "localhost")

_attempts: list[str] = []


class Offline(RuntimeError):
    """A test tries to reach another machine."""


def watch() -> None:
    """Stop outgoing calls from now on; an audit hook cannot be removed."""
    sys.addaudithook(_audit)


def taken() -> list[str]:
    """Return the attempts since the last call."""
    attempts = _attempts.copy()
    _attempts.clear()
    return attempts


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in WATCHED and not _is_local(arguments[WATCHED[event]]):
        _attempts.append(f"{event} {arguments[WATCHED[event]]!r}")
        raise Offline(f"a test tried to reach another machine: {_attempts[-1]}")


def _is_local(address: object) -> bool:
    """Return whether a host, or an address with its port, is on this machine; a path is a socket in the file system."""
    if isinstance(address, tuple):
        address = address[0]
    elif address is None or (isinstance(address, str | bytes) and "/" in str(address)):
        return True
    host = address.decode("latin-1") if isinstance(address, bytes) else str(address)
    return host in THIS_MACHINE or (is_address(host) and is_loopback(host))
