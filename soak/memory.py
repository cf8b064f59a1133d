"""``python -m soak.memory``: how much memory a server keeps of what hostile clients send.

Each attack has a server of its own. The figures are the growth of its memory while the attackers are connected.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import click

from soak.server import Server, serving

MEGABYTE = 1_000_000
HOST = b"Host: 127.0.0.1\r\n"
KEY = b"Authorization: Bearer test_acme_0001\r\n"
HEALTH = b"GET /_emulator/health HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"

Attack = Callable[[Server], Awaitable[None]]


async def _connect(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", server.port)


async def _send(server: Server, *pieces: bytes, seconds: float = 20.0) -> None:
    """Send pieces on one connection until they are sent, the server closes it, or it no longer reads."""
    _, writer = await _connect(server)
    try:
        async with asyncio.timeout(seconds):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
    except (OSError, TimeoutError):
        """The server has refused the rest."""


async def _answered(server: Server, request: bytes) -> bytes:
    reader, writer = await _connect(server)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


async def trailers(server: Server) -> None:
    """40 MB of trailers behind a chunked body."""
    head = b"POST /cnaught/v1/orders HTTP/1.1\r\n" + HOST + KEY + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    await _send(server, head, *[b"X-Trailer: " + b"x" * 1000 + b"\r\n"] * 40_000)


async def heads(server: Server) -> None:
    """40 MB of a head that does not end."""
    await _send(server, b"GET / HTTP/1.1\r\n", *[b"X-Header: " + b"x" * 1000 + b"\r\n"] * 40_000)


async def pipelining(server: Server) -> None:
    """50 clients that each pipeline 8 MB of requests behind one that a fault delays."""
    fault = json.dumps({"effect": {"delay_seconds": 60}, "times": 1000}).encode()
    head = b"POST /_emulator/faults HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n" % len(fault)
    assert b" 201 " in await _answered(server, head + HOST + b"\r\n" + fault)
    request = b"GET /cnaught/v1/orders HTTP/1.1\r\n" + HOST + KEY + b"X: " + b"x" * 880 + b"\r\n\r\n"
    await asyncio.gather(*(_send(server, *[request * 100] * 80, seconds=5) for _ in range(50)))


async def journal(server: Server) -> None:
    """3,000 requests with 500 different headers each: 100 MB."""
    _, writer = reader_writer = await _connect(server)
    for number in range(3000):
        unlike = b"".join(b"X-%d-%d: %s\r\n" % (number, header, b"x" * 50) for header in range(500))
        writer.write(b"GET /cnaught/v1/orders HTTP/1.1\r\n" + HOST + KEY + unlike + b"\r\n")
        await reader_writer[0].readuntil(b"\r\n\r\n")
        await writer.drain()


async def spaces(server: Server) -> None:
    """2,000 refused requests, each in a space of its own."""
    for number in range(2000):
        path = b"/~space-%d/cnaught/v1/orders" % number
        await _answered(server, b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")


async def connections(server: Server) -> None:
    """4,500 connections that send nothing, half a head or half a body."""
    halves = (b"", b"GET / HT", b"POST /cnaught/v1/orders HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n{")
    for number in range(4500):
        _, writer = await _connect(server)
        _kept.append(writer)
        writer.write(halves[number % 3])


_kept: list[asyncio.StreamWriter] = []

ATTACKS: tuple[Attack, ...] = (heads, trailers, pipelining, journal, spaces, connections)


async def _measure(attack: Attack, directory: Path) -> str:
    with serving(directory, "--journal-max=1000", "--spaces-max=1024") as server:
        await _answered(server, HEALTH)
        before = server.rss_bytes()
        await attack(server)
        grown = (server.rss_bytes() - before) / MEGABYTE
        since = monotonic()
        assert b" 200 " in await _answered(server, HEALTH)
        seconds = monotonic() - since
        logged = server.log.stat().st_size
    _kept.clear()
    log = f"; {logged} bytes were logged" if logged else ""
    return f"{attack.__doc__} Memory: +{grown:.0f} MB; the next client was answered in {seconds * 1000:.0f} ms{log}."


def main() -> None:
    """Run every attack, and print what it did."""
    for attack in ATTACKS:
        with TemporaryDirectory(prefix="soak-") as directory:
            click.echo(asyncio.run(_measure(attack, Path(directory))))


if __name__ == "__main__":
    main()
