"""Read the body, query and headers of a request."""

from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from emulator.core import exact_json
from emulator.core.errors import Malformed, Problem
from emulator.web.replies import JSON
from emulator.web.request import WholeRequest

M = TypeVar("M", bound=BaseModel)

REMEMBERED_BYTES_MAX = 256
"""Tests repeat few bodies and queries, and reading one costs more than most rules."""


def json_body(request: WholeRequest) -> Any:
    """Return the body as JSON, its numbers with all their digits. Raise Malformed (``json_invalid``)."""
    return _json(request.content)


def _json(body: bytes) -> Any:
    try:
        return exact_json.parse(body)
    except ValueError as error:
        raise Malformed(Problem(("body",), "json_invalid", str(error))) from None


def media_type(request: WholeRequest) -> str | None:
    """Return the media type of Content-Type, in lower case and without parameters; None without the header."""
    value = request.header(b"content-type")
    return None if value is None else _media_type(value)


@lru_cache(maxsize=256)
def _media_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def may_be_json(request: WholeRequest) -> bool:
    """Return whether Content-Type is JSON or absent."""
    value = request.header(b"content-type")
    return value is None or value == JSON or _media_type(value) == JSON


def require_json(request: WholeRequest) -> None:
    """Raise HTTPException 415 if Content-Type is present and not JSON."""
    if not may_be_json(request):
        raise HTTPException(415)


def bearer_token(request: WholeRequest) -> str | None:
    """Return the token of ``Authorization: Bearer``, None without one."""
    scheme, _, token = (request.header(b"authorization") or "").partition(" ")
    return token.strip(" ") if scheme.lower() == "bearer" else None


def read_body(model: type[M], request: WholeRequest) -> M:
    """Return the JSON body as a model. Raises Malformed. Equal bodies share one model, which is frozen."""
    body = request.content
    read_body = _remembered_body if len(body) <= REMEMBERED_BYTES_MAX else _read_body
    return cast(M, read_body(model, body))


def read_query(model: type[M], request: WholeRequest, repeated: tuple[str, ...] | None = ()) -> M:
    """Return the query as a model. Raises Malformed.

    Equal queries share one model, which is frozen.
    """
    query = request.scope["query_string"]
    read_query = _remembered_query if len(query) <= REMEMBERED_BYTES_MAX else _read_query
    return cast(M, read_query(model, query, repeated))


def parameters(query: QueryParams, repeated: tuple[str, ...] | None = ()) -> dict[str, Any]:
    """Return the parameters by name: the ``repeated`` ones as lists (None: all of them), or else the last value."""
    lists = {name: query.getlist(name) for name in (query if repeated is None else repeated) if name in query}
    return {**query, **lists}


def _read_body(model: type[M], body: bytes) -> M:
    return read(model, _json(body), "body")


def _read_query(model: type[M], raw: bytes, repeated: tuple[str, ...] | None) -> M:
    return read(model, parameters(QueryParams(raw), repeated), "query")


_remembered_body = lru_cache(maxsize=1024)(_read_body)
_remembered_query = lru_cache(maxsize=1024)(_read_query)


def read(model: type[M], content: object, where: str | None = None) -> M:
    """Content that came in ``where`` (body, query, header) as a model; without it, the content has these as members.

    Raises Malformed. It asks the model's validator, which ``model_validate`` would do at half as much again.
    """
    try:
        return cast(M, model.__pydantic_validator__.validate_python(content))
    except ValidationError as error:
        raise Malformed.found(where, error) from None
