"""The TLS context of a server for the vendors' hosts. Its certificate is made in memory, and renewed while it runs."""

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from emulator.core.clock import Clock
from emulator.tls.authority import Authority
from emulator.tls.certificates import LEAF_LIFETIME

RENEWAL = LEAF_LIFETIME / 2
"""How long before its expiry a certificate is replaced."""

DESCRIPTORS = Path("/dev/fd")


def server_context(authority: Authority) -> ssl.SSLContext:
    """Return a context that always presents a valid certificate, however long the server runs."""
    context, expires_at = _context(authority)
    renewed = context

    def renew(connection: ssl.SSLObject | ssl.SSLSocket, _: str | None, __: ssl.SSLContext) -> None:
        nonlocal renewed, expires_at
        if expires_at - Clock().now < RENEWAL:
            renewed, expires_at = _context(authority)
        if renewed is not context:
            connection.context = renewed

    context.sni_callback = renew
    return context


def _context(authority: Authority) -> tuple[ssl.SSLContext, datetime]:
    chain, expires_at = authority.leaf()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    with _file(chain.encode("ascii")) as certificate, _file(chain.encode("ascii")) as key:
        context.load_cert_chain(certificate, key)
    return context, expires_at


@contextmanager
def _file(content: bytes) -> Iterator[str]:
    """Yield a path from which the content can be read once: of a pipe, so that the key never touches a disk."""
    if not DESCRIPTORS.exists():
        with _temporary_file(content) as path:
            yield path
        return
    reading, writing = os.pipe()
    try:
        with open(writing, "wb") as pipe:
            pipe.write(content)  # a few kilobytes, which every pipe holds
        yield f"{DESCRIPTORS}/{reading}"
    finally:
        os.close(reading)


@contextmanager
def _temporary_file(content: bytes) -> Iterator[str]:
    """Yield the path of a file that only this user can read, where pipes have no path."""
    descriptor, path = tempfile.mkstemp()
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        yield path
    finally:
        Path(path).unlink()
