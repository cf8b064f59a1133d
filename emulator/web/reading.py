"""Read the body, query and headers of a request."""

import re
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from emulator.core import exact_json
from emulator.core.bounded_cache import RepeatedCache
from emulator.core.errors import Malformed, Problem
from emulator.web.fast_draft import fast_readers
from emulator.web.model import Query
from emulator.web.replies import JSON
from emulator.web.request import WholeRequest

M = TypeVar("M", bound=BaseModel)
Q = TypeVar("Q", bound=Query)
K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D", covariant=True)

REMEMBERED_MAX, REMEMBERED_BYTES_MAX = 512, 256
"""How many bodies and queries are remembered, and how long each may be."""


class Drafting(Protocol[D]):
    """A model that becomes a draft."""

    @property
    def draft(self) -> D: ...


def json_body(request: WholeRequest) -> Any:
    """Return the body as JSON, its numbers with all their digits. Raises Malformed (``json_invalid``)."""
    if request.parsed is None:
        try:
            request.parsed = exact_json.parse(request.content)
        except ValueError as error:
            raise Malformed(Problem(("body",), "json_invalid", str(error))) from None
    return request.parsed


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
    """Return the JSON body as a model. Raises Malformed. Equal bodies share one, which is frozen."""
    return read_once(request.content, _body, model, request)


def read_draft(model: type[Drafting[D]], request: WholeRequest) -> D:
    """Return the draft that the JSON body becomes. Raises Malformed. Equal bodies share one, which is frozen."""
    draft: D = read_once(request.content, _draft_of_body, model, request)
    return draft


def read_query(model: type[Q], request: WholeRequest) -> Q:
    """Return the query as a model. Raises Malformed. Equal queries share one, which is frozen."""
    return read_once(request.scope["query_string"], _query, model, request)


def read_query_draft(model: type[Drafting[D]], request: WholeRequest) -> D:
    """Return the draft that the query becomes. Raises Malformed. Equal queries share one, which is frozen."""
    draft: D = read_once(request.scope["query_string"], _draft_of_query, model, request)
    return draft


def read_once(
    content: bytes, read_new: Callable[[K, Any], V], model: K, request: WholeRequest, decided_by: Hashable = None
) -> V:
    """Return ``read_new(model, request)``. Equal short contents that repeat share one result, which must be frozen.

    ``content`` and ``decided_by`` are everything that the result follows from besides the model.
    """
    known: V | None = _known.get(key := (read_new, model, content, decided_by))
    if known is None:
        known = read_new(model, request)
        if len(content) <= REMEMBERED_BYTES_MAX and _known.repeats(key):
            _known.put(key, known)
    return known


_known = RepeatedCache[tuple[Hashable, ...], Any](REMEMBERED_MAX)


def _body(model: type[M], request: WholeRequest) -> M:
    return read(model, json_body(request), "body")


def _draft_of_body(model: Any, request: WholeRequest) -> Any:
    fast = fast_readers.get(model)
    draft = fast(request.content) if fast else None
    return _body(model, request).draft if draft is None else draft


def _query(model: type[Q], request: WholeRequest) -> Q:
    return read(model, _parameters(request.scope["query_string"].decode("latin-1"), model.repeated), "query")


def _draft_of_query(model: Any, request: WholeRequest) -> Any:
    fast = fast_readers.get(model)
    draft = fast(request.scope["query_string"]) if fast else None
    return _query(model, request).draft if draft is None else draft


def _parameters(query: str, repeated: tuple[str, ...] | None) -> dict[str, Any]:
    sent = pairs(query)
    found: dict[str, Any] = dict(sent)
    if repeated is not None and (not repeated or found.keys().isdisjoint(repeated)):
        return found
    lists: dict[str, list[str]] = {}
    for name, value in sent:
        if repeated is None or name in repeated:
            lists.setdefault(name, []).append(value)
    return found | lists


def pairs(query: str) -> Sequence[tuple[str, str]]:
    """Return the parameters of a query, as ``parse_qsl`` does: most have nothing to decode, which takes a tenth."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    return _PAIRS.findall(query)


_PAIRS = re.compile("(?:^|&)(?=[^&])([^&=]*)=?([^&]*)")


def read(model: type[M], content: object, where: str | None = None) -> M:
    """Return content that came in ``where`` (body, query, header) as a model; without it, these are its members.

    Raises Malformed. It calls the model's validator: through ``model_validate``, that would take half as long again.
    """
    try:
        found: M = model.__pydantic_validator__.validate_python(content)
    except ValidationError as error:
        raise Malformed.found(where, error, content) from None
    return found
