"""The entries of a space's history, and the form in which they are stored: JSON arrays that begin with the kind."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

import orjson
from starlette.types import Scope

from emulator.core.documents import document, write
from emulator.core.struct import Struct
from emulator.gateway.turn import TOO_LARGE
from emulator.log.instants import instant
from emulator.log.log import Damaged
from emulator.space.commands import RecordAttempt
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers, RawHeaders


class Arrival(Struct):
    """A request to a vendor. It has its turn at once, unless a fault delays it. A body of None exceeds the limit.

    ``origin`` is the address of the server, to which links lead if the request creates its space.
    """

    provider: str
    scope: Scope
    headers: Headers
    body: bytes | None
    origin: str = ""


class Resumption(Struct):
    """The turn of a request that a fault delayed. ``gone`` says that its client has disconnected before."""

    number: int
    gone: bool


class ControlCommand(Struct):
    """A request to the control API, or to a page below it, that changes the space; ``headers`` as far as it needs them.

    ``prefix`` is the part of its path that names the space, and ``origin`` as in Arrival.
    """

    method: str
    path: str
    query: bytes
    body: bytes
    prefix: str
    headers: RawHeaders
    origin: str


class Attempted(Struct):
    """The outcome of a webhook's attempt, for the space of this generation. ``before`` counts the attempts before it.

    Without ``before``, in older logs, it is recorded in any case.
    """

    generation: int
    command: RecordAttempt
    before: int | None = None


class Settlement(Struct):
    """Time has passed: what vendors have to send by now enters the outbox."""


class Reads(Struct):
    """Requests that changed nothing, each with its time. They were answered before they were stored.

    ``first`` is the number of the first one. ``chained`` is how format 1 has the checksum of the replies. See
    ``encode_reads``.
    """

    first: int
    reads: Sequence[tuple[datetime, Arrival]]
    chained: bool = False


class Lost(Struct):
    """Requests up to this number were answered and not stored: reads, when a server was killed."""

    number: int


Change: TypeAlias = Arrival | Resumption | ControlCommand | Attempted | Settlement | Lost
"""An entry that is stored before it is applied."""

Entry: TypeAlias = Change | Reads


def encode(entry: Change) -> bytes:
    """Return the stored form of an entry. Bytes are written as Latin-1 text, which any bytes are."""
    return orjson.dumps(_content(entry))


def encode_reads(first: int, answered: Sequence[tuple[datetime, Exchange]], origin: str = "") -> bytes:
    """Return the stored form of reads, from their times and exchanges.

    A client that polls repeats its request: a run of equal ones is stored once, with the time of each. Other requests
    repeat headers: those are stored once, too.
    """
    indexes: dict[int, int] = {}
    headers: list[Any] = []
    runs: list[Any] = []
    times: list[datetime] = []
    last: object = None
    for at, read in answered:
        request = read.query, read.path, read.method, read.provider, read.body, read.headers, read.effects
        if request != last:
            last, times = request, []
            index = indexes.setdefault(id(read.headers), len(headers))
            if index == len(headers):
                headers.append(_texts(read.headers))
            body = None if read.effects[0] is TOO_LARGE else read.body.decode("latin-1")
            runs.append((read.provider, read.method, read.path, read.query.decode("latin-1"), index, body, times))
        times.append(at)
    return orjson.dumps(("runs", first, origin, headers, runs))


def _content(entry: Change) -> list[Any]:
    match entry:
        case Arrival():
            return ["request", *_request(entry)]
        case Resumption(held, gone):
            return ["resumption", held, gone]
        case ControlCommand(method, path, query, body, prefix, headers, origin):
            about = [method, path, query.decode("latin-1"), body.decode("latin-1"), prefix]
            return ["command", *about, _texts(headers), origin]
        case Attempted(generation, command, before):
            return ["attempt", generation, write(command), before]
        case Settlement():
            return ["settlement"]
        case Lost(last):
            return ["lost", last]


def decode(payload: bytes) -> Entry:
    """Return the entry of a stored form. Raises Damaged."""
    try:
        return _entry(*orjson.loads(payload))
    except (TypeError, ValueError) as error:
        raise Damaged(f"an entry cannot be read: {error}") from None


def _entry(kind: str, *content: Any) -> Entry:
    match kind:
        case "request":
            return _arrival(*content)
        case "runs":
            return _runs(*content)
        case "reads":
            return _older_reads(*content)
        case "resumption":
            return Resumption(*content)
        case "command":
            method, path, query, body, prefix, headers, origin = content
            about = (query.encode("latin-1"), body.encode("latin-1"), prefix, _raw(headers), origin)
            return ControlCommand(method, path, *about)
        case "attempt":
            return Attempted(content[0], document(RecordAttempt).read(content[1]), *content[2:])
        case "settlement":
            return Settlement()
        case "lost":
            return Lost(*content)
        case _:
            raise ValueError(f"unknown kind {kind!r}")


def _runs(first: int, origin: str, headers: list[list[list[str]]], runs: list[Any]) -> Reads:
    shared = [Headers(_raw(each)) for each in headers]
    reads = []
    for provider, method, path, query, index, body, times in runs:
        for at in times:
            scope = _scope("http", method, path, query.encode("latin-1"), shared[index].raw)
            read = Arrival(provider, scope, shared[index], None if body is None else body.encode("latin-1"), origin)
            reads.append((datetime.fromisoformat(at), read))
    return Reads(first, reads)


def _older_reads(first: int, *content: Any) -> Reads:
    """Return reads of format 2, or of format 1: each has its time in microseconds, and in format 1 its own headers."""
    if len(content) == 1:
        return Reads(first, [(instant(at), _arrival(*request)) for at, *request in content[0]], chained=True)
    origin, headers, rows = content
    return _runs(first, origin, headers, [(*request, [instant(at).isoformat()]) for at, *request in rows])


# --- requests ---------------------------------------------------------------------------------------------------------


def _request(arrival: Arrival) -> list[Any]:
    scope, body = arrival.scope, arrival.body
    return [
        arrival.provider,
        scope["scheme"],
        scope["method"],
        scope["path"],
        scope["query_string"].decode("latin-1"),
        _encoded_headers(arrival.headers),
        None if body is None else body.decode("latin-1"),
        arrival.origin,
    ]


def _arrival(
    provider: str,
    scheme: str,
    method: str,
    path: str,
    query: str,
    headers: list[list[str]],
    body: str | None,
    origin: str,
) -> Arrival:
    raw = _raw(headers)
    scope = _scope(scheme, method, path, query.encode("latin-1"), raw)
    return Arrival(provider, scope, Headers(raw), None if body is None else body.encode("latin-1"), origin)


def _scope(scheme: str, method: str, path: str, query: bytes, raw: RawHeaders) -> Scope:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": raw,
    }


def _texts(raw: RawHeaders) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]


def _raw(headers: list[list[str]]) -> RawHeaders:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


_last_headers: tuple[object, orjson.Fragment] = (None, orjson.Fragment(b"[]"))
"""The headers of the last request, which the gateway shares between requests that have the same, and their JSON."""


def _encoded_headers(headers: Headers) -> orjson.Fragment:
    global _last_headers
    last, encoded = _last_headers
    if last is not headers:
        encoded = orjson.Fragment(orjson.dumps(_texts(headers.raw)))
        _last_headers = headers, encoded
    return encoded
