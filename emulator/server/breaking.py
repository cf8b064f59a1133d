"""End TCP connections: with a reset, normally, or normally while the client is still sending."""

import asyncio
import socket
import struct
from contextlib import suppress

NO_LINGER = struct.pack("ii", 1, 0)
"""``struct linger``: on, zero seconds. The kernel then sends RST in place of FIN."""

LINGER_SECONDS = 2.0
"""How long a refused client may continue to send. If the connection were closed at once, it could lose the reply."""


def reset(transport: asyncio.Transport) -> None:
    """Send a TCP RST: the client gets ECONNRESET, and what it has not read yet is lost."""
    with suppress(OSError):  # the client has already closed the connection
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()


def linger(transport: asyncio.Transport) -> bool:
    """Send what is left and a FIN, and receive for a while. Return whether the transport can do that; TLS cannot.

    A socket that is closed with unread data sends RST, and the client's kernel then drops the reply before it is read.
    """
    if transport.is_closing() or not transport.can_write_eof():
        return False
    try:
        transport.write_eof()
    except (OSError, RuntimeError):  # the client has already closed the connection
        return False
    asyncio.get_running_loop().call_later(LINGER_SECONDS, transport.abort)
    return True
