"""The journal: the exchanges of a space, filtered, awaited, and shown without their secrets."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import AfterValidator, Field
from starlette.responses import Response

from emulator.control.params import Params
from emulator.control.request import ControlRequest
from emulator.core import exact_json
from emulator.core.clock import micros
from emulator.core.secrets import REDACTED, SECRET_MEMBERS, SECRET_TEXT, hide_in_header
from emulator.evidence import explanation
from emulator.evidence.unread import unread
from emulator.space import snapshot
from emulator.space.space import Space
from emulator.web.exchange import Exchange
from emulator.web.fields import Instant, QueryDouble
from emulator.web.headers import RawHeaders
from emulator.web.reading import read_query
from emulator.web.replies import reply

MISSES_MAX = 5
INTEGER_BITS_MAX = 63
"""Larger integers are shown as text: the JSON writer rejects them."""


class Filter(Params):
    """The exchanges that match every given value."""

    provider: str | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: Annotated[int, Field(ge=100, le=599)] | None = None
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

    def of(self, space: Space) -> list[Exchange]:
        """Return the matching exchanges of a space, oldest first."""
        return [exchange for exchange in space.history.exchanges() if not self.differences(exchange)]

    def _wanted(self) -> dict[str, object]:
        names = ("provider", "operation", "path", "status", "id")
        return {**{name: getattr(self, name) for name in names}, "method": self.method and self.method.upper()}


class Wait(Filter):
    """How many such exchanges to wait for, and for how many real seconds."""

    count: Annotated[int, Field(ge=1, le=10**9)] = 1
    timeout: Annotated[QueryDouble, Field(ge=0, le=300), AfterValidator(float)] = 5.0


def list_requests(request: ControlRequest) -> Response:
    return _listed(request.space, read_query(Filter, request).of(request.space))


def delete_requests(request: ControlRequest) -> Response:
    request.space.history.restart(snapshot.take(request.space))
    return _listed(request.space, [])


async def wait_for_requests(request: ControlRequest) -> Response:
    space, wait = request.space, read_query(Wait, request)
    time = asyncio.get_running_loop().time
    deadline = time() + wait.timeout
    while len(found := wait.of(space)) < wait.count:
        try:
            await space.history.changed(deadline - time())
        except TimeoutError:
            return _timed_out(space, wait, len(found))
    return _listed(space, found)


def _listed(space: Space, exchanges: list[Exchange]) -> Response:
    return reply({"requests": [entry(exchange) for exchange in exchanges], "dropped": space.history.dropped})


def _timed_out(space: Space, wait: Wait, found: int) -> Response:
    """Return 408 with the exchanges that came nearest, and how they differ."""
    differing = [(exchange, wait.differences(exchange)) for exchange in space.history.exchanges()]
    nearest = sorted((pair for pair in differing if pair[1]), key=lambda pair: len(pair[1]))[:MISSES_MAX]
    misses = [
        {"id": exchange.number, "method": exchange.method, "path": exchange.path, "differs": differs}
        for exchange, differs in nearest
    ]
    error = f"{found} of {wait.count} matching requests arrived within {wait.timeout:g} seconds"
    return reply({"error": error, "found": found, "nearest_misses": misses}, 408)


def entry(exchange: Exchange) -> dict[str, Any]:
    """Return an exchange in readable form, explained, and without its secrets."""
    explained = explanation.explain(exchange)
    return {
        "id": exchange.number,
        "at": micros(exchange.at),
        "provider": exchange.provider,
        "operation": exchange.operation,
        "method": exchange.method,
        "path": exchange.path,
        "query": _query(exchange.query),
        "headers": _headers(exchange.headers),
        "body": _body(exchange.body),
        "unread": unread(exchange),
        "status": exchange.status,
        "reply": {"headers": _headers(exchange.reply_headers()), "body": _body(exchange.reply_body)},
        "evidence": explained.evidence,
        "evidence_fields": [part.document() for part in explained.fields],
        "rule": explained.rule,
        "fault": exchange.fault,
    }


def _headers(raw: RawHeaders) -> dict[str, str]:
    return {
        name.decode("latin-1"): hide_in_header(name, value.decode("latin-1"), lambda _: REDACTED) for name, value in raw
    }


def _query(raw: bytes) -> list[tuple[str, str]]:
    parameters = parse_qsl(raw.decode("latin-1"), keep_blank_values=True)
    return [(name, REDACTED if name in SECRET_MEMBERS else value) for name, value in parameters]


def _body(raw: bytes) -> Any:
    """Return a body as JSON if it is JSON, as text otherwise."""
    if not raw:
        return None
    try:
        return _without_secrets(exact_json.parse(raw))
    except ValueError:
        return SECRET_TEXT.sub(rf"\1{REDACTED}", raw.decode("utf-8", "backslashreplace"))


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: REDACTED if k in SECRET_MEMBERS else _without_secrets(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if isinstance(value, int) and value.bit_length() > INTEGER_BITS_MAX:
        return str(value)
    return value
