"""Frames on a socket that does not block: for those who wait for many sockets at once."""

import socket
from typing import Any

from emulator.core.frames import LENGTH, content, frame

RECEIVED_AT_ONCE = 1024 * 1024


class FrameSocket:
    """One end of a connection on which each side sends a frame, then waits for one. Raises OSError at the end."""

    __slots__ = ("_arrived", "_leaving", "socket")

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self.socket = end
        self._arrived = bytearray()
        self._leaving = memoryview(b"")

    def receive(self) -> Any:
        """Return the content of a frame; None if it has not arrived as a whole."""
        try:
            received = self.socket.recv(RECEIVED_AT_ONCE)
        except BlockingIOError:
            return None
        if not received:
            raise ConnectionError
        self._arrived += received
        if len(self._arrived) < LENGTH.size or len(self._arrived) < LENGTH.size + LENGTH.unpack_from(self._arrived)[0]:
            return None
        whole, self._arrived = self._arrived, bytearray()
        return content(memoryview(whole)[LENGTH.size :])

    def send(self, message: Any) -> bool:
        """Send a frame. Return False if some of it has not left: then call ``flush`` when the socket takes more."""
        self._leaving = memoryview(frame(message))
        return self.flush()

    def flush(self) -> bool:
        """Send what has not left. Return whether everything has."""
        try:
            self._leaving = self._leaving[self.socket.send(self._leaving) :]
        except BlockingIOError:
            return False
        return not self._leaving

    def close(self) -> None:
        self.socket.close()
