"""The context of a request: the backend, the client, the organization, and what was sent."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeVar, cast, overload

from emulator.core.errors import Malformed, Problem
from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.memory.catalogue import Key, Organization, User
from emulator.providers.dcycle.wire.incoming.parts import Body, Form, Header, OrganizationHeader, Part, Path, Place
from emulator.web.forms import form_fields
from emulator.web.reading import Drafting, bearer_token, may_be_json, read, read_draft, read_query_draft
from emulator.web.request import Request

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


backend: Callable[[Request], Dcycle] = attrgetter("backend")
"""Returns Dcycle in the request's space."""


def authenticate(request: Request) -> Key | User:
    """Return the key in ``x-api-key``, or else the key or user of the bearer token. Raises InvalidApiKey."""
    dcycle, api_key, token = backend(request), request.header(b"x-api-key"), bearer_token(request)
    if api_key is None and token is not None:
        return dcycle.bearer(token)
    return dcycle.key(api_key)


def author(request: Request) -> str | None:
    """Return the id of the user to whom the changes of an authorized request count; None if its key has none."""
    client: Key | User = request.user
    return client.id if isinstance(client, User) else client.user_id


@overload
def authorize(request: Request) -> Organization: ...
@overload
def authorize(request: Request, first: type[Drafting[A]], /) -> tuple[Organization, A]: ...
@overload
def authorize(
    request: Request, first: type[Drafting[A]], second: type[Drafting[B]], /
) -> tuple[Organization, A, B]: ...
@overload
def authorize(
    request: Request, first: type[Drafting[A]], second: type[Drafting[B]], third: type[Drafting[C]], /
) -> tuple[Organization, A, B, C]: ...
def authorize(request: Request, *models: Any) -> object:
    """Return the organization of a request, and the drafts that its parts become.

    Dcycle checks the key (InvalidApiKey), then every part at once (Malformed), then the organization (Forbidden).
    """
    client = request.scope["user"] = authenticate(request)
    drafts = read_parts(request, *models, OrganizationHeader)
    header: OrganizationHeader = drafts.pop()
    organization = backend(request).organization(client, header.organization_id)
    return (organization, *drafts) if models else organization


def read_parts(request: Request, *models: type[Part]) -> list[Any]:
    """Return the drafts of parts of a request; one refusal lists the problems of all of them. Raises Malformed."""
    try:
        return [_READERS[model.place](model, request) for model in models]
    except Malformed:
        raise Malformed(*_problems(request, models)) from None


def _problems(request: Request, models: tuple[type[Part], ...]) -> Iterator[Problem]:
    """Yield the problems of the parts of a request, in the order in which Dcycle lists them."""
    for model in _in_order(models):
        try:
            _READERS[model.place](model, request)
        except Malformed as malformed:
            yield from malformed.problems


@lru_cache(maxsize=1024)
def _in_order(models: tuple[type[Part], ...]) -> list[type[Part]]:
    """Return the models in the order in which Dcycle lists problems."""
    return sorted(models, key=lambda model: [*_READERS].index(model.place))


def read_part(model: type[Drafting[A]], request: Request) -> A:
    """Return the draft of one part of a request. Raises Malformed."""
    [draft] = read_parts(request, cast(type[Part], model))
    return cast(A, draft)


def _read_path(model: type[Path], request: Request) -> Path:
    return read(model, request.path_params, model.place)


def _read_header(model: type[Header], request: Request) -> Header:
    return _header(model, request.header(model.name.encode()))


@lru_cache(maxsize=1024)
def _header(model: type[Header], value: str | None) -> Header:
    return read(model, {} if value is None else {model.name: value}, model.place)


def _read_body(model: type[Body | Form], request: Request) -> Any:
    """Return the draft of the body. One not declared as JSON is read as text, which no model of JSON accepts."""
    if issubclass(model, Form):
        return read(model, form_fields(request), model.place).draft
    if not request.exchange.body:
        raise Malformed(Problem((model.place,), "missing", "Field required"))
    if not may_be_json(request):
        return read(model, request.exchange.body.decode("latin-1"), model.place).draft
    return read_draft(model, request)


_READERS: Mapping[Place, Callable[[Any, Request], Any]] = {
    "path": _read_path,
    "query": read_query_draft,
    "header": _read_header,
    "body": _read_body,
}
"""The reader of each part, in the order in which Dcycle lists problems."""
