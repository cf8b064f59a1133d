"""Carbon Insights' operations: read, ask, reply. The order of the lines is the order in which it checks things."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.core.errors import Malformed, Problem
from emulator.core.ids import HEX, nth_text
from emulator.providers.carboninsights import errors
from emulator.providers.carboninsights.backend import CarbonInsights
from emulator.providers.carboninsights.wire import incoming, outgoing
from emulator.web.reading import json_body, media_type
from emulator.web.replies import reply
from emulator.web.request import Request

M = TypeVar("M", bound=BaseModel)

VIEWS = {
    "register": "Register",
    "obtain_token": "Token Obtain Pair",
    "refresh_token": "Token Refresh",
    "calculate_carbon_score": "Calculate Carbon Score",
}
"""What the paths are called in the answer to OPTIONS."""


# --- accounts ---------------------------------------------------------------------------------------------------------


def register(request: Request) -> Response:
    negotiate(request)
    account = backend(request).register(read(incoming.Registration, request).draft())
    return answer(request, outgoing.registered(account), 201)


def obtain_token(request: Request) -> Response:
    negotiate(request)
    sent = read(incoming.Credentials, request)
    return answer(request, outgoing.token_pair(backend(request).log_in(sent.username, sent.password)))


def refresh_token(request: Request) -> Response:
    negotiate(request)
    access = backend(request).refresh(read(incoming.RefreshRequest, request).refresh)
    return answer(request, outgoing.access_token(access))


# --- scores -----------------------------------------------------------------------------------------------------------


def calculate_carbon_score(request: Request) -> Response:
    negotiate(request)
    admit(request)
    asked = read(incoming.ScoreRequest, request)
    options = asked.chosen()
    score = backend(request).score(asked.purchases(), asked.profile(), options)
    return answer(request, outgoing.score(score, options))


# --- any other method -------------------------------------------------------------------------------------------------


def other_method(request: Request) -> Response:
    """OPTIONS describes the path, and any other method is wrong; a path that asks for a token asks for it first."""
    negotiate(request)
    endpoint = request.scope["endpoint"]
    if endpoint is calculate_carbon_score:
        admit(request)
    if request.method != "OPTIONS":
        raise HTTPException(405)
    return answer(request, outgoing.view(VIEWS[endpoint.__name__]))


# --- who asks ---------------------------------------------------------------------------------------------------------


def backend(request: Request) -> CarbonInsights:
    backend: CarbonInsights = request.backend
    return backend


def admit(request: Request) -> None:
    """Let in whom the access token names. Raises Unauthorized, in one of its forms, and Throttled."""
    word, *tokens = (request.header(b"authorization") or "").encode("latin-1").split() or [b""]
    if word != b"Token":
        raise errors.NotAuthenticated
    if len(tokens) != 1:
        raise errors.BadAuthorizationHeader
    backend(request).admit(backend(request).account(tokens[0]))


# --- what is asked ----------------------------------------------------------------------------------------------------


def negotiate(request: Request) -> None:
    """Raises NotAcceptable when no media type that is accepted is JSON; the weights do not count."""
    accepted = request.header(b"accept")
    parts = ["*/*"] if accepted is None else accepted.split(",")
    ranges = (part.partition(";")[0].strip().lower() for part in parts)
    if not {"*/*", "application/*", "application/json"}.intersection(ranges):
        raise errors.NotAcceptable


def read(model: type[M], request: Request) -> M:
    """The body as a model; an empty one counts as ``{}``. Raises UnsupportedMediaType, Malformed."""
    content = _content(request) if request.exchange.body else {}
    return incoming.read(model, content, backend(request))


def _content(request: Request) -> Any:
    if media_type(request) != "application/json":
        raise errors.UnsupportedMediaType(request.header(b"content-type") or "")
    try:
        return json_body(request)
    except Malformed as broken:
        reason = _reason(request.exchange.body) or broken.problems[0].message
        raise Malformed(Problem(("body",), "json_invalid", reason)) from None


def _reason(body: bytes) -> str | None:
    """What Python's own parser has against a body, if anything."""
    try:
        json.loads(body.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        return None
    except ValueError as error:
        return str(error)
    return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"Out of range float values are not JSON compliant: {name!r}")


# --- what is answered -------------------------------------------------------------------------------------------------


def answer(request: Request, content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A reply, under the id that every reply has; to HEAD, without its body."""
    response = reply(content, status, headers)
    number = request.exchange.number
    response.headers["Request-Id"] = nth_text(backend(request).ids.seed, "carboninsights.request", number, HEX, 32)
    if request.method == "HEAD":
        response.body = b""
    return response
