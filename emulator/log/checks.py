"""Checksums of replies: what a replay must reproduce."""

import struct
from collections.abc import Iterable, Iterator
from itertools import chain
from zlib import crc32

from starlette.responses import Response

from emulator.web.exchange import Exchange

FIRST = struct.Struct("<Q")
CHECK = struct.Struct("<I")

RECENT_MAX = 256
"""How many checksums to remember, to compare them with those of other nodes."""


def of_exchange(exchange: Exchange, before: int = 0) -> int:
    """Return the checksum of a reply to a vendor's client, continued from another one."""
    check = crc32(exchange.reply_body, exchange.status ^ before)
    return crc32(b"".join(chain.from_iterable(exchange.vendor_headers)), check)


def of_reads(exchanges: Iterable[Exchange]) -> int:
    """Return the checksum of the replies to reads. A client that polls gets the same reply again and again."""
    checks: list[bytes] = []
    check, last = b"", None
    for exchange in exchanges:
        reply = exchange.status, exchange.reply_body, exchange.vendor_headers
        if reply != last:
            check, last = CHECK.pack(of_exchange(exchange)), reply
        checks.append(check)
    return crc32(b"".join(checks))


def of_chained_reads(exchanges: Iterable[Exchange]) -> int:
    """Return the checksum of the replies to reads as format 1 has it."""
    check = 0
    for exchange in exchanges:
        check = of_exchange(exchange, check)
    return check


def of_response(response: Response) -> int:
    """Return the checksum of a reply of the control API."""
    return crc32(response.body, response.status_code)


class Checks:
    """The checksums of the entries that were applied since the last proposal. ``recent`` has those before, too."""

    def __init__(self) -> None:
        self.recent: dict[int, int] = {}
        self._first = 0
        self._checks: list[int] = []

    def add(self, number: int, check: int) -> None:
        """Record the checksum of an entry. Checksums before a gap are dropped: only entries in a row are packed."""
        if number != self._first + len(self._checks):
            self._first = number
            self._checks.clear()
        self._checks.append(check)
        self.recent[number] = check
        if len(self.recent) > RECENT_MAX:
            del self.recent[next(iter(self.recent))]

    @property
    def are_pending(self) -> bool:
        """Whether there are checksums that no proposal has."""
        return bool(self._checks)

    def take(self) -> bytes:
        """Return the checksums, and forget them."""
        if not self._checks:
            return b""
        packed = FIRST.pack(self._first) + b"".join(map(CHECK.pack, self._checks))
        self._first += len(self._checks)
        self._checks.clear()
        return packed


def unpack(packed: bytes) -> Iterator[tuple[int, int]]:
    """Yield the numbers of entries and their checksums."""
    if packed:
        (first,) = FIRST.unpack_from(packed)
        for index, (check,) in enumerate(CHECK.iter_unpack(packed[FIRST.size :])):
            yield first + index, check
