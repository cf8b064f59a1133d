"""The journal: what was asked and answered, found by filters, waited for, and shown without its secrets."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from emulator.control.reading import Asked, read_query, space_of
from emulator.core import exact_json
from emulator.core.clock import micros
from emulator.core.secrets import REDACTED, SECRET_MEMBERS, SECRET_TEXT, hide_in_header
from emulator.evidence import explanation
from emulator.evidence.unread import unread
from emulator.recording import bundle
from emulator.space.space import Space
from emulator.web.exchange import Exchange
from emulator.web.fields import Instant, QueryDouble
from emulator.web.headers import RawHeaders
from emulator.web.replies import reply

MISSES_MAX = 5
INTEGER_BITS_MAX = 63
"""What our JSON writer takes; a whole number beyond it is shown as text."""


class Filter(Asked):
    """Which requests: those for which everything given holds."""

    provider: str | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    since: Instant | None = None
    id: Annotated[int, Field(ge=1, lt=2**53)] | None = None

    def differences(self, exchange: Exchange) -> dict[str, dict[str, object]]:
        """In what an exchange is not what was asked for."""
        wanted = {name: value for name, value in self._wanted().items() if value is not None}
        found = {name: getattr(exchange, "number" if name == "id" else name, None) for name in wanted}
        differs = {name: {"asked": wanted[name], "was": found[name]} for name in wanted if wanted[name] != found[name]}
        if self.since is not None and exchange.at < self.since:
            differs["since"] = {"asked": micros(self.since), "was": micros(exchange.at)}
        return differs

    def _wanted(self) -> dict[str, object]:
        names = ("provider", "operation", "path", "status", "id")
        return {**{name: getattr(self, name) for name in names}, "method": self.method and self.method.upper()}


class Wait(Filter):
    """How many such requests to wait for, and how long in real seconds."""

    count: Annotated[int, Field(ge=1, le=10**9)] = 1
    timeout: Annotated[QueryDouble, Field(ge=0, le=300), AfterValidator(float)] = 5.0


async def list_requests(request: Request) -> Response:
    journal, asked = space_of(request).journal, read_query(Filter, request)
    found = [entry(exchange) for exchange in journal if not asked.differences(exchange)]
    return reply({"requests": found, "dropped": journal.dropped})


async def delete_requests(request: Request) -> Response:
    bundle.begin(space_of(request))
    return reply({"requests": [], "dropped": 0})


async def wait_for_requests(request: Request) -> Response:
    space, asked = space_of(request), read_query(Wait, request)
    deadline = asyncio.get_running_loop().time() + asked.timeout
    while True:
        found = [exchange for exchange in space.journal if not asked.differences(exchange)]
        if len(found) >= asked.count:
            return reply({"requests": [entry(exchange) for exchange in found], "dropped": space.journal.dropped})
        try:
            await space.journal.changed(deadline - asyncio.get_running_loop().time())
        except TimeoutError:
            return _missed(space, asked, len(found))


def _missed(space: Space, asked: Wait, found: int) -> Response:
    """Why so few: the requests that came nearest, and how they differ."""
    near = sorted(space.journal, key=lambda exchange: len(asked.differences(exchange)))
    misses = [
        {
            "id": exchange.number,
            "method": exchange.method,
            "path": exchange.path,
            "differs": asked.differences(exchange),
        }
        for exchange in near
        if asked.differences(exchange)
    ]
    error = f"{found} of {asked.count} such requests came within {asked.timeout:g} seconds"
    return reply({"error": error, "found": found, "nearest_misses": misses[:MISSES_MAX]}, 408)


def entry(exchange: Exchange) -> dict[str, Any]:
    """An exchange as it is shown: readable, explained, and without secrets."""
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
    """A body as JSON where it is some, as text otherwise."""
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
