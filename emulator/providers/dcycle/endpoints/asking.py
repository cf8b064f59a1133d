"""Who asks, about which organization, and for what."""

from typing import Any, TypeVar

from pydantic import BaseModel

from emulator.core.errors import Malformed, Problem
from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.memory import Key, Organization, User
from emulator.providers.dcycle.wire.parameters import InOrganization, OrganizationHeader
from emulator.web.reading import bearer_token, json_body, may_be_json, parameters, read
from emulator.web.request import Request

M = TypeVar("M", bound=BaseModel)


def backend(request: Request) -> Dcycle:
    backend: Dcycle = request.backend
    return backend


def who(request: Request) -> Key | User:
    """The key in ``x-api-key``, or else the bearer token (the vendor's pages show both). Raises InvalidApiKey."""
    dcycle, api_key, token = backend(request), request.header(b"x-api-key"), bearer_token(request)
    if api_key is None and token is not None:
        return dcycle.bearer(token)
    return dcycle.key(api_key)


def ask(model: type[M], request: Request) -> tuple[M, Organization]:
    """What is asked, and the organization it is about. Raises InvalidApiKey, then Malformed, then Forbidden."""
    asker = who(request)
    asked = read_whole(model, request)
    header: OrganizationHeader = asked.header  # type: ignore[attr-defined]
    return asked, backend(request).organization(asker, header.organization_id)


def organization_of(request: Request) -> Organization:
    """The organization that a request is about which asks for nothing more. Raises as ``ask`` does."""
    return ask(InOrganization, request)[1]


def read_whole(model: type[M], request: Request) -> M:
    """Path, query, headers and body together, so that one refusal tells everything that is wrong. Raises Malformed."""
    content: dict[str, Any] = {"path": request.path_params, "header": _headers(request)}
    if "query" in model.model_fields:
        content["query"] = _query(model, request)
    if "body" in model.model_fields:
        content["body"] = _body(request)
    return read(model, content)


def _headers(request: Request) -> dict[str, str]:
    """The first value of each header. (Starlette finds no header whose name has a capital beyond ASCII in it.)"""
    return dict(reversed(request.headers.items()))


def _query(model: type[BaseModel], request: Request) -> dict[str, Any]:
    repeated = model.model_fields["query"].annotation.repeated  # type: ignore[union-attr]
    return parameters(request.query_params, repeated)


def _body(request: Request) -> Any:
    """The body: JSON, unless it says that it is something else, which no model takes. Raises Malformed."""
    body = request.exchange.body
    if not body:
        raise Malformed(Problem(("body",), "missing", "Field required"))
    return json_body(request) if may_be_json(request) else body.decode("latin-1")
