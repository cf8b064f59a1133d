"""The journal: the exchanges of a space, filtered, awaited, and shown without their secrets."""

import asyncio
from collections.abc import Iterable
from itertools import islice
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote_plus
from weakref import WeakKeyDictionary

import orjson
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.filters import check_request_filter
from emulator.control.params import QueryParams, read_query
from emulator.control.request import ControlRequest
from emulator.core import exact_json
from emulator.core.clock import micros
from emulator.core.plural import plural
from emulator.core.secrets import (
    REDACTED,
    Mask,
    hide_in_header,
    hide_in_query,
    hide_in_text,
    is_secret_member,
    may_hold_secret,
    secret_members,
)
from emulator.evidence import explanation
from emulator.evidence.unread import unread
from emulator.space import snapshot
from emulator.space.space import Space
from emulator.web.exchange import Exchange
from emulator.web.fields import QUERY_DOUBLE, Instant
from emulator.web.headers import RawHeaders
from emulator.web.reading import pairs
from emulator.web.replies import reply

MISSES_MAX = 5
LISTED_BYTES_MAX = 16 * 1024
"""Up to which size an entry of a list is kept."""

INTEGER_BITS_MAX = 63
"""Larger integers are shown as text, which every reader of the journal keeps exactly."""


class Filter(QueryParams):
    """The exchanges that match every given value."""

    provider: str | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    since: Instant | None = None
    id: Annotated[int, Field(ge=1, lt=2**53)] | None = None

    def differences(self, exchange: Exchange) -> dict[str, dict[str, object]]:
        """Return the values in which an exchange differs from this filter."""
        wanted = {name: value for name, value in self._wanted().items() if value is not None}
        found = {name: getattr(exchange, "number" if name == "id" else name, None) for name in wanted}
        differs = {name: {"asked": wanted[name], "was": found[name]} for name in wanted if wanted[name] != found[name]}
        if self.since is not None and exchange.at < self.since:
            differs["since"] = {"asked": micros(self.since), "was": micros(exchange.at)}
        return differs

    def of(self, space: Space, count_max: int | None = None) -> list[Exchange]:
        """Return the matching exchanges of a space, oldest first; at most ``count_max``, the latest ones."""
        newest_first = reversed(space.history.exchanges())
        found = [*islice((exchange for exchange in newest_first if not self.differences(exchange)), count_max)]
        return found[::-1]

    def _wanted(self) -> dict[str, object]:
        names = ("provider", "operation", "path", "status", "id")
        return {**{name: getattr(self, name) for name in names}, "method": self.method and self.method.upper()}


F = TypeVar("F", bound=Filter)


class Listing(Filter):
    """How many of such exchanges to list: the latest ones. Without a limit, all of them."""

    limit: Annotated[int, Field(ge=1, le=10**9)] | None = None


class Wait(Filter):
    """How many such exchanges to wait for, and for how many real seconds."""

    count: Annotated[int, Field(ge=1, le=10**9)] = 1
    timeout: Annotated[float, Field(ge=0, le=300), QUERY_DOUBLE] = 5.0


def list_requests(request: ControlRequest) -> Response:
    listing = _checked(read_query(Listing, request), request)
    return _listed(request.space, listing.of(request.space, listing.limit))


def delete_requests(request: ControlRequest) -> Response:
    request.space.history.restart(snapshot.take(request.space))
    return _listed(request.space, [])


async def wait_for_requests(request: ControlRequest) -> Response:
    wait = _checked(read_query(Wait, request), request)
    return await request.while_connected(_waited(request.space, wait))


async def replay_request(request: ControlRequest) -> Response:
    """Send a recorded request again, with its secrets, as a new one: faults can fire on it."""
    space, number = request.space, request.path_params["id"]
    found = [exchange for exchange in space.history.exchanges() if str(exchange.number) == number]
    if not found:
        raise HTTPException(404, f"unknown request {number!r}; the journal may have dropped it")
    exchange = await request.send_again(found[0])
    return reply(entry(exchange), 201)


async def _waited(space: Space, wait: Wait) -> Response:
    time = asyncio.get_running_loop().time
    deadline = time() + wait.timeout
    while len(found := wait.of(space)) < wait.count:
        try:
            await space.history.changed(deadline - time())
        except TimeoutError:
            return _timed_out(space, wait, len(found))
    return _listed(space, found)


def _listed(space: Space, exchanges: list[Exchange]) -> Response:
    content = {"requests": [_listed_entry(exchange) for exchange in exchanges], "dropped": space.history.dropped}
    return reply(content, headers={"X-Emulator-Generation": str(space.generation)})


def _listed_entry(exchange: Exchange) -> orjson.Fragment:
    """Return an entry as JSON. It never changes, so it is kept with its exchange: tests read a journal again and again.

    Explaining an exchange takes most of the time.
    """
    listed = _listed_entries.get(exchange)
    if listed is None:
        document = exact_json.dump(entry(exchange))
        listed = orjson.Fragment(document)
        if len(document) <= LISTED_BYTES_MAX:
            _listed_entries[exchange] = listed
    return listed


_listed_entries: WeakKeyDictionary[Exchange, orjson.Fragment] = WeakKeyDictionary()


def _checked(wanted: F, request: ControlRequest) -> F:
    """Return a filter whose names exist. Raises HTTPException 400."""
    check_request_filter(
        request.spaces.world.providers,
        wanted.provider,
        wanted.operation,
        wanted.method and wanted.method.upper(),
        wanted.path,
    )
    return wanted


def _timed_out(space: Space, wait: Wait, found: int) -> Response:
    """Return 408 with the exchanges that came nearest, and how they differ."""
    differing = [(exchange, wait.differences(exchange)) for exchange in space.history.exchanges()]
    nearest = sorted((pair for pair in differing if pair[1]), key=lambda pair: len(pair[1]))[:MISSES_MAX]
    misses = [
        {"id": exchange.number, "method": exchange.method, "path": exchange.path, "differs": differs}
        for exchange, differs in nearest
    ]
    error = f"{plural(found, 'matching request')} arrived within {plural(wait.timeout, 'second')}; wanted {wait.count}"
    return reply({"error": error, "found": found, "nearest_misses": misses}, 408)


def entry(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange in readable form, explained, and without its secrets."""
    explained = explanation.explain(exchange)
    body, reply_body = _parsed(exchange.body), _parsed(exchange.reply_body)
    request = exchange.body.decode("utf-8", "backslashreplace")
    mask = Mask(lambda _: REDACTED, _secrets(exchange, (body, reply_body)))
    return {
        **_request_line(exchange, mask),
        "query": _query(exchange.query, mask),
        "headers": _headers(exchange.headers, mask),
        "body": _masked(body, mask, request),
        "unread": [mask.text(name) for name in unread(exchange)],
        "status": exchange.status,
        "reply": {"headers": _headers(exchange.reply_headers(), mask), "body": _masked(reply_body, mask, request)},
        "evidence": explained.evidence,
        "evidence_fields": [part.document() for part in explained.fields],
        "rule": explained.rule,
        "fault": exchange.fault,
    }


def summary(exchange: Exchange) -> dict[str, Any]:
    """Return what a list shows of an exchange: neither headers nor bodies, and no explanation."""
    contents = [_parsed(raw) for raw in (exchange.body, exchange.reply_body) if may_hold_secret(raw)]
    return {
        **_request_line(exchange, Mask(lambda _: REDACTED, _secrets(exchange, contents))),
        "status": exchange.status,
        "rule": exchange.rule,
        "fault": exchange.fault,
        "connection": exchange.connection,
    }


def _request_line(exchange: Exchange, mask: Mask) -> dict[str, Any]:
    """Return what identifies a request."""
    return {
        "id": exchange.number,
        "at": micros(exchange.at),
        "provider": exchange.provider,
        "operation": exchange.operation,
        "method": exchange.method,
        "path": mask.text(exchange.path),
    }


def _secrets(exchange: Exchange, contents: Iterable[Any]) -> set[str]:
    """Return every value that is secret by its name, anywhere in an exchange."""
    found: set[str] = set()

    def collect(secret: str) -> str:
        found.add(secret)
        return REDACTED

    for name, value in exchange.headers:
        hide_in_header(name, value.decode("latin-1"), collect)
    hide_in_query(exchange.query.decode("latin-1"), lambda value: collect(unquote_plus(value)))
    for content in contents:
        if isinstance(content, str):
            hide_in_text(content, collect)
        found.update(str(value) for _, value in secret_members(content) if isinstance(value, str | int))
    return found


def _headers(raw: RawHeaders, mask: Mask) -> dict[str, str]:
    texts = ((name, value.decode("latin-1")) for name, value in raw)
    return {name.decode("latin-1"): mask.text(hide_in_header(name, value, lambda _: REDACTED)) for name, value in texts}


def _query(raw: bytes, mask: Mask) -> list[tuple[str, str]]:
    sent = pairs(raw.decode("latin-1"))
    return [(name, REDACTED if is_secret_member(name) else mask.text(value)) for name, value in sent]


def _parsed(raw: bytes) -> Any:
    """Return a body as JSON if it is JSON, as text otherwise; None if it is empty."""
    if not raw:
        return None
    try:
        return exact_json.parse(raw)
    except ValueError:
        return raw.decode("utf-8", "backslashreplace")


def _masked(value: Any, mask: Mask, request: str) -> Any:
    """Return JSON without its secrets. A text that the request holds as well may name one."""
    match value:
        case dict():
            return {
                mask.text(name): REDACTED if is_secret_member(name) else _masked(member, mask, request)
                for name, member in value.items()
            }
        case list():
            return [_masked(item, mask, request) for item in value]
        case str():
            return mask.text(hide_in_text(value, lambda _: REDACTED) if value in request else value)
        case int() if value.bit_length() > INTEGER_BITS_MAX:
            return str(value)
        case _:
            return value
