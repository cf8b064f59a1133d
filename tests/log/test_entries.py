"""The stored form of reads, which are answered before they are stored."""

import json
from datetime import timedelta

from emulator.core.clock import EPOCH
from emulator.gateway.turn import TOO_LARGE
from emulator.log import checks
from emulator.log.entries import Arrival, Reads, decode, encode_reads
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers

HEADERS = Headers([(b"host", b"localhost"), (b"x-text", b"\xe9")])
OTHER = Headers([(b"host", b"other")])


def exchange(number: int, headers: Headers = HEADERS, reply: bytes = b"{}", status: int = 200) -> Exchange:
    scope = {"method": "GET", "path": f"/v1/{number}", "query_string": b"a=\xe9"}
    made = Exchange(number, "cnaught", scope, headers, b"\xff", EPOCH)
    made.reply_body, made.status = reply, status
    return made


def test_reads_come_back_as_they_were_answered() -> None:
    """Each has its time, request and headers; what is equal is stored once. A body that was too large is left out."""
    exchanges = [exchange(7), exchange(8), exchange(8), exchange(8), exchange(9, OTHER), exchange(8)]
    exchanges[1].effects = (TOO_LARGE, None)
    answered = [(EPOCH + number * timedelta(microseconds=750_000), each) for number, each in enumerate(exchanges)]
    payload = encode_reads(7, answered, "http://origin")
    assert (payload.count(b"localhost"), payload.count(b"/v1/8"), payload.count(b"/v1/9")) == (1, 3, 1)
    entry = decode(payload)
    assert isinstance(entry, Reads)
    assert (entry.first, entry.chained, [at for at, _ in entry.reads]) == (7, False, [at for at, _ in answered])
    for (_, read), given in zip(entry.reads, exchanges, strict=True):
        assert (read.provider, read.scope["method"], read.scope["path"]) == ("cnaught", "GET", given.path)
        assert (read.scope["query_string"], read.headers.raw, read.origin) == (
            b"a=\xe9",
            given.headers,
            "http://origin",
        )
    assert [read.body for _, read in entry.reads] == [b"\xff", None, *[b"\xff"] * 4]
    assert len({id(read.scope) for _, read in entry.reads}) == 6  # each turn writes into its own


def test_reads_of_format_2_are_read() -> None:
    """There, each has its own request, and headers are stored once."""
    requests = [
        ["cnaught", "GET", f"/v1/{path}", "a=\xe9", 0, body] for path, body in (("orders", ""), ("quotes", None))
    ]
    rows = [[5 + at, *request] for at, request in enumerate(requests)]
    entry = decode(json.dumps(["reads", 3, "http://origin", [[["host", "localhost"]]], rows]).encode())
    assert isinstance(entry, Reads)
    assert (entry.first, entry.chained) == (3, False)
    assert [at for at, _ in entry.reads] == [EPOCH + timedelta(microseconds=5), EPOCH + timedelta(microseconds=6)]
    for (_, read), (provider, method, path, _, _, body) in zip(entry.reads, requests, strict=True):
        assert (read.provider, read.scope["method"], read.scope["path"]) == (provider, method, path)
        assert (read.scope["query_string"], read.headers.raw) == (b"a=\xe9", ((b"host", b"localhost"),))
        assert (read.body, read.origin) == (None if body is None else b"", "http://origin")


def test_reads_of_format_1_are_read() -> None:
    """There, each has its own headers, scheme and origin, and the checksums of the replies are chained."""
    request = ["cnaught", "https", "GET", "/v1/orders", "limit=5", [["host", "localhost"]], "", "http://origin"]
    entry = decode(json.dumps(["reads", 3, [[5, *request], [6, *request]]]).encode())
    assert isinstance(entry, Reads)
    assert (entry.first, entry.chained) == (3, True)
    assert [at for at, _ in entry.reads] == [EPOCH + timedelta(microseconds=5), EPOCH + timedelta(microseconds=6)]
    read = entry.reads[0][1]
    assert isinstance(read, Arrival)
    assert (read.scope["scheme"], read.headers.raw, read.origin) == (
        "https",
        ((b"host", b"localhost"),),
        "http://origin",
    )


def test_a_checksum_of_reads_depends_on_every_reply() -> None:
    """On its body, status, headers and place, whether or not the reply before it is the same."""
    same, other = exchange(1), exchange(2, reply=b"[]")
    refused, named = exchange(3, status=404), exchange(4)
    named.vendor_headers = ((b"x-name", b"value"),)
    lists = [
        [],
        [same],
        [same, same],
        [same, other],
        [other, same],
        [same, same, other],
        [same, refused],
        [same, named],
    ]
    assert len({checks.of_reads(each) for each in lists}) == len(lists)
    assert checks.of_reads([same, exchange(9), other]) == checks.of_reads([same, same, other])
    assert checks.of_chained_reads([same]) == checks.of_exchange(same)
