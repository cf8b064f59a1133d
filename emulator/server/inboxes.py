"""Inboxes of workers: a message in each holds a file descriptor, and what another worker has read from it."""

import array
import socket
from typing import NamedTuple

CONNECTION = b"c"
"""The descriptor is a client's connection; the bytes have been read from it."""

CALL = b"r"
"""The descriptor is the end of a channel: see forwarding."""

DATA_BYTES_MAX = 32 * 1024
"""A worker that has read more forwards the request. A system takes messages of this length whole."""

BUFFER_BYTES = 256 * 1024
RECEIVED_ON_EXEC_CLOSED = getattr(socket, "MSG_CMSG_CLOEXEC", 0)  # not on macOS


class Delivery(NamedTuple):
    """What arrives in an inbox."""

    kind: bytes
    data: bytes
    descriptor: int


class Inbox:
    """The two ends of one worker's inbox. The process that starts the workers keeps both open.

    So what has been sent to a worker that dies is there for the one that takes its place.
    """

    def __init__(self) -> None:
        self._sending, self._receiving = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (self._sending, self._receiving):
            end.setblocking(False)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)

    def fileno(self) -> int:
        """Return the descriptor that shows that something has arrived."""
        return self._receiving.fileno()

    def send(self, kind: bytes, data: bytes, descriptor: int) -> bool:
        """Send a descriptor. Return False if that is not possible at present."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        try:
            self._sending.sendmsg([kind, data], rights)
        except OSError:  # the inbox is full, or too many descriptors are on their way
            return False
        return True

    def receive(self) -> Delivery | None:
        """Return what has arrived; None if nothing has."""
        try:
            message, descriptors, _, _ = socket.recv_fds(
                self._receiving, DATA_BYTES_MAX + 1, 1, RECEIVED_ON_EXEC_CLOSED
            )
        except BlockingIOError:
            return None
        return Delivery(message[:1], message[1:], descriptors[0]) if descriptors else None

    def close(self) -> None:
        """Close both ends, and the descriptors in messages that were not received."""
        self._sending.close()
        self._receiving.close()
