"""Carbon Insights' operations: authenticate, read, ask, reply. The order of the lines is the order of its checks."""

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.core.errors import Malformed, Problem
from emulator.core.ids import HEX, nth_text
from emulator.providers.carboninsights import errors
from emulator.providers.carboninsights.backend import CarbonInsights, drafts
from emulator.providers.carboninsights.memory.records import Account
from emulator.providers.carboninsights.wire import incoming, outgoing
from emulator.providers.carboninsights.wire.context import decided_by
from emulator.providers.carboninsights.wire.fast_score import fast_score
from emulator.web.reading import json_body, media_type, read_once
from emulator.web.replies import JSON, reply
from emulator.web.request import Request

M = TypeVar("M", bound=BaseModel)

SCORE_PATH = "/calculateCarbonScore"
VIEWS = {
    "/register": "Register",
    "/token": "Token Obtain Pair",
    "/token/refresh": "Token Refresh",
    SCORE_PATH: "Calculate Carbon Score",
}
"""The name of each path in the reply to OPTIONS."""

ALLOW = {"Allow": "POST, OPTIONS"}


def register(request: Request) -> Response:
    negotiate(request)
    require_json(request)
    draft = read_new(incoming.Registration, request).draft  # it also follows from which usernames are taken
    account = backend(request).accounts.register(draft)
    return respond(request, outgoing.registered(account), 201)


def obtain_token(request: Request) -> Response:
    negotiate(request)
    credentials = read(incoming.Credentials, request).draft
    account = backend(request).accounts.log_in(credentials)
    return respond(request, outgoing.token_pair(backend(request).tokens.issue_pair(account)))


def refresh_token(request: Request) -> Response:
    negotiate(request)
    token = read(incoming.RefreshRequest, request).refresh
    return respond(request, outgoing.access_token(backend(request).tokens.refresh(token)))


def calculate_carbon_score(request: Request) -> Response:
    negotiate(request)
    admit(request)
    score = backend(request).score(read_score(request))
    return respond(request, outgoing.score(score))


def other_method(request: Request) -> Response:
    """Describe the path for OPTIONS, and refuse any other method. The protected path authenticates first."""
    negotiate(request)
    path = request.scope["path"]
    if path == SCORE_PATH:
        admit(request)
    if request.method != "OPTIONS":
        raise HTTPException(405)
    del request.scope["endpoint"]  # the path's operation has no part in the description
    return respond(request, outgoing.view(VIEWS[path]), headers=ALLOW)


# --- context ----------------------------------------------------------------------------------------------------------


backend: Callable[[Request], CarbonInsights] = attrgetter("backend")
"""Returns Carbon Insights in the request's space."""


def authenticate(request: Request) -> Account:
    """Return the account of the access token. Raises Unauthorized, in one of its forms."""
    scheme, *tokens = (request.header(b"authorization") or "").encode("latin-1").split() or [b""]
    if scheme != b"Token":
        raise errors.NotAuthenticated
    if len(tokens) != 1:
        raise errors.BadAuthorizationHeader
    return backend(request).tokens.authenticate(tokens[0])


def admit(request: Request) -> None:
    """Authenticate a request and count it. Raises Unauthorized, Throttled."""
    backend(request).throttle.admit(authenticate(request))


def negotiate(request: Request) -> None:
    """Raise NotAcceptable unless the accepted media types include JSON; their weights do not count."""
    accepted = request.header(b"accept")
    if accepted is not None and not _includes_json(accepted):
        raise errors.NotAcceptable


def require_json(request: Request) -> None:
    """Raise UnsupportedMediaType if the body is not declared as JSON; an empty one need not be."""
    if request.content and media_type(request) != JSON:
        raise errors.UnsupportedMediaType(request.header(b"content-type") or "")


def read(model: type[M], request: Request) -> M:
    """Return the body as a model that equal bodies share. Raises UnsupportedMediaType, Malformed."""
    require_json(request)
    return read_once(request.content, read_new, model, request, decided_by(backend(request)))


def read_new(model: type[M], request: Request) -> M:
    """Return the body as a model; an empty body counts as ``{}``. Raises Malformed."""
    return incoming.read(model, _content(request) if request.content else {}, backend(request))


def read_score(request: Request) -> drafts.ScoreDraft:
    """Return the draft of a score, which equal bodies share. Raises UnsupportedMediaType, Malformed."""
    require_json(request)
    return read_once(request.content, read_new_score, incoming.ScoreRequest, request, decided_by(backend(request)))


def read_new_score(model: type[incoming.ScoreRequest], request: Request) -> drafts.ScoreDraft:
    """Return the draft of a score that is not cached. Raises Malformed."""
    return fast_score(request.content, backend(request)) or read_new(model, request).draft


def respond(request: Request, content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a reply with the ``Request-Id`` that every reply has; without a body to HEAD."""
    number = nth_text(backend(request).ids.seed, "carboninsights.request", request.exchange.number, HEX, 32)
    response = reply(content, status, headers)
    response.raw_headers.append((b"request-id", number.encode()))
    if request.method == "HEAD":
        response.body = b""
    return response


@lru_cache(maxsize=64)
def _includes_json(accepted: str) -> bool:
    ranges = (part.partition(";")[0].strip().lower() for part in accepted.split(","))
    return not {"*/*", "application/*", JSON}.isdisjoint(ranges)


def _content(request: Request) -> Any:
    try:
        return json_body(request)
    except Malformed as malformed:
        reason = _reason(request.content) or malformed.problems[0].message
        raise Malformed(Problem(("body",), "json_invalid", reason)) from None


def _reason(body: bytes) -> str | None:
    """Return the reason of Python's own parser, if it refuses a body."""
    try:
        json.loads(body.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        return None
    except ValueError as error:
        return str(error)
    return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"Out of range float values are not JSON compliant: {name!r}")
