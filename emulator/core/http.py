"""Reading requests and writing replies, for every provider alike."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, TypeVar, cast

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ValidationError
from pydantic_core import PydanticCustomError, from_json
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from emulator.core.clock import instant
from emulator.core.errors import Malformed, Problem, Refusal
from emulator.core.request import Request
from emulator.core.routing import Endpoint, FixedPathsFirst, allowed_methods, hint

Say: TypeAlias = Callable[[Request, Refusal], Response]
Plain: TypeAlias = Callable[[int, str | None], Refusal]

M = TypeVar("M", bound=BaseModel)

JSON = "application/json"
JSON_TYPE = (b"content-type", JSON.encode())

REMEMBERED_BYTES_MAX = 256
"""Tests send the same few bodies and queries again and again; to read one costs more than most rules do."""


# --- what was asked ---------------------------------------------------------------------------------------------------


def json_body(request: Request) -> Any:
    """The body as JSON. Raises Malformed, of the kind ``json_invalid``, when it is none.

    Numbers keep their size; ``NaN`` and ``Infinity`` are no JSON; nesting is limited to 200 levels.
    """
    return _json(request.exchange.body)


def _json(body: bytes) -> Any:
    try:
        return from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        raise Malformed(Problem(("body",), "json_invalid", str(error))) from None


def media_type(request: Request) -> str | None:
    """What the body says it is, in lower case and without parameters; None where it says nothing."""
    said = request.header(b"content-type")
    return None if said is None else said.partition(";")[0].strip().lower()


def may_be_json(request: Request) -> bool:
    """Whether the body says that it is JSON; no word about it will do."""
    return media_type(request) in (JSON, None)


def require_json(request: Request) -> None:
    """Raises HTTPException 415 when the body says that it is something other than JSON."""
    if not may_be_json(request):
        raise HTTPException(415)


def bearer_token(request: Request) -> str | None:
    """What stands behind ``Authorization: Bearer``; None under any other scheme, or none."""
    scheme, _, token = (request.header(b"authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def read_body(model: type[M], request: Request) -> M:
    """The JSON body as a model. Raises Malformed.

    One body gives one model, which nobody changes.
    """
    body = request.exchange.body
    read_body = _remembered_body if len(body) <= REMEMBERED_BYTES_MAX else _read_body
    return cast(M, read_body(model, body))


def read_query(model: type[M], request: Request, repeated: tuple[str, ...] | None = ()) -> M:
    """The query as a model, by its ``parameters``. Raises Malformed.

    One query gives one model, which nobody changes.
    """
    query = request.scope["query_string"]
    read_query = _remembered_query if len(query) <= REMEMBERED_BYTES_MAX else _read_query
    return cast(M, read_query(model, query, repeated))


def parameters(query: QueryParams, repeated: tuple[str, ...] | None = ()) -> dict[str, Any]:
    """The parameters by name: the ``repeated`` ones as lists (None: all of them), of any other the last value."""
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


def _json_integer(value: object) -> object:
    if type(value) is int:  # bool is a subclass, and is none
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise PydanticCustomError("int_type", "Input should be a valid integer")


def _query_integer(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,300}", value):
        raise PydanticCustomError("int_parsing", "Input should be a valid integer")
    return int(value)


@lru_cache(maxsize=4096)
def _email(value: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # it takes 40 ms, and many never send an address

    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "{reason}", {"reason": str(error)}) from None
    return value


def _unicode(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("string_null", "Input should not hold the character U+0000")
    return value


JsonInteger = Annotated[int, BeforeValidator(_json_integer)]
"""A JSON number without a fraction (JSON Schema's ``integer``: 5 and 5.0, not true, not "5")."""

QueryInteger = Annotated[int, BeforeValidator(_query_integer)]
"""A whole number in a query: digits, with a minus sign or without."""

Text = Annotated[str, AfterValidator(_unicode)]
"""Text as vendors' databases take it: any characters but U+0000."""

Email = Annotated[str, AfterValidator(_email)]
"""An e-mail address by its syntax alone, kept as it was sent; no name is looked up, and test domains are fine."""

Instant = Annotated[datetime, BeforeValidator(instant)]
"""An instant of the years that a clock may be set to, as ISO 8601 text with its offset; kept in UTC."""


# --- what is answered -------------------------------------------------------------------------------------------------


class Json(Response):
    """A JSON document of our own making: what Starlette's Response would be, at a third of its cost."""

    background = None

    def __init__(self, document: bytes, status: int, content_type: tuple[bytes, bytes]) -> None:
        self.status_code = status
        self.body = document
        self.raw_headers = [_content_length(len(document)), content_type]


@lru_cache(maxsize=4096)
def _content_length(length: int) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % length


def reply(
    content: object,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: tuple[bytes, bytes] = JSON_TYPE,
) -> Response:
    """A JSON reply.

    Its bytes are a copy: orjson's hold 4 KB of memory, however few they are, and a journal keeps them.
    """
    answer = Json(b"".join((orjson.dumps(content), b"")), status, content_type)
    if headers:
        answer.headers.update(headers)
    return answer


class VendorApp:
    """A vendor's routes, and its envelope for all three lanes of errors.

    ``say`` puts a refusal in the vendor's envelope; ``malformed`` and ``plain`` give the vendor's refusal for a request
    that breaks the schema and for a bare HTTP status. It is Starlette's application without what a turn has no use for
    (middleware, lifespan, a channel to send on), which would be a third of the cost of a request.
    """

    def __init__(
        self,
        routes: Sequence[Route],
        say: Say,
        malformed: Callable[[Malformed], Refusal],
        plain: Plain,
        other_method: Endpoint | None = None,
    ) -> None:
        self.router = FixedPathsFirst(routes, other_method)
        self.say = say
        self.malformed = malformed
        self.plain = plain

    def respond(self, request: Request) -> Response:
        """The vendor's reply, be it a refusal or not. No endpoint waits: what happens in a turn happens at once."""
        try:
            response: Response = self.router.reach(request.scope)(request)
            return response
        except Refusal as refusal:
            return self._refuse(request, refusal)
        except Malformed as broken:
            request.exchange.problems = broken.problems
            return self._refuse(request, self.malformed(broken))
        except HTTPException as error:
            return self._reword(request, error)

    def _refuse(self, request: Request, refusal: Refusal) -> Response:
        request.exchange.rule = refusal.rule
        return self.say(request, refusal)

    def _reword(self, request: Request, error: HTTPException) -> Response:
        detail = error.detail if error.status_code == 501 else None
        answer = self._refuse(request, self.plain(error.status_code, detail))
        if error.status_code == 405:
            answer.headers.setdefault("Allow", ", ".join(allowed_methods(self.router, request.scope)))
        if error.status_code in (404, 405, 501):
            answer.headers["X-Emulator-Hint"] = hint(self.router, request, error)
        return answer
