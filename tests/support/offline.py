"""Tests stay on this machine: whatever looks up or calls another one is stopped, and fails the test that it was for.

Python's audit hooks see what the tests' own process does, whichever library does it. A served emulator in a process of
its own is not seen by them; it has the same code, in which one module calls out (see ``test_security.py``).
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
"""The audit events by which a process reaches out, and which of their arguments says where to."""

THIS_MACHINE = ("", "0.0.0.0", "::", "localhost")

_attempts: list[str] = []


class Offline(RuntimeError):
    """Somebody tries to reach another machine."""


def watch() -> None:
    """Let nothing leave this machine from now on; nothing takes an audit hook away again."""
    sys.addaudithook(_look)


def taken() -> list[str]:
    """What has reached out since this was last asked."""
    reached_out = _attempts.copy()
    _attempts.clear()
    return reached_out


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if event in WATCHED and not _stays(arguments[WATCHED[event]]):
        _attempts.append(f"{event} {arguments[WATCHED[event]]!r}")
        raise Offline(f"a test reaches beyond this machine: {_attempts[-1]}")


def _stays(where: object) -> bool:
    """Whether a host, or an address with its port, is on this machine; a path is a socket in the file system."""
    if isinstance(where, tuple):
        where = where[0]
    elif where is None or (isinstance(where, str | bytes) and "/" in str(where)):
        return True
    host = where.decode("latin-1") if isinstance(where, bytes) else str(where)
    return host in THIS_MACHINE or (is_address(host) and is_loopback(host))
