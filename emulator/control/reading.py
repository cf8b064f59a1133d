"""What the control API's endpoints share: the space they act on, and how they read and answer."""

from typing import Any, TypeVar, cast

from pydantic import ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import Request

from emulator.core import exact_json
from emulator.core.errors import Malformed, Problem
from emulator.space.space import Space
from emulator.space.spaces import Spaces
from emulator.web.model import Model
from emulator.web.provider import Provider
from emulator.web.reading import read


class Asked(Model):
    """A body or a query of the control API. A member that it does not know is a mistake, and is told."""

    model_config = ConfigDict(extra="forbid")


M = TypeVar("M", bound=Asked)


def space_of(request: Request) -> Space:
    """The space that the request's prefix names."""
    return cast(Space, request.scope["space"])


def spaces_of(request: Request) -> Spaces:
    """All spaces of this server."""
    return cast(Spaces, request.scope["spaces"])


def provider_of(request: Request) -> Provider:
    """The provider that the path names. Raises HTTPException 404."""
    name, known = request.path_params["provider"], spaces_of(request).world.providers
    if name not in known:
        raise HTTPException(404, f"no provider is called {name!r}; there are: {', '.join(known)}")
    return known[name]


def base_url(request: Request) -> str:
    """The address of this server as the client wrote it, with the space's prefix."""
    host = request.headers.get("host", "127.0.0.1")
    return f"{request.scope['scheme']}://{host}{request.scope['prefix']}"


async def read_body(model: type[M], request: Request) -> M:
    """The JSON body as a model. Raises Malformed."""
    return read(model, await json_of(request), "body")


async def json_of(request: Request) -> Any:
    """Return the JSON body, its numbers with all their digits. Raise Malformed."""
    try:
        return exact_json.parse(await request.body())
    except ValueError as error:
        raise Malformed(Problem(("body",), "json_invalid", f"Input should be JSON: {error}")) from None


async def object_of(request: Request) -> dict[str, Any]:
    """The JSON body, which must be an object. Raises Malformed."""
    content = await json_of(request)
    if not isinstance(content, dict):
        raise Malformed(Problem(("body",), "dict_type", "Input should be an object"))
    return content


def read_query(model: type[M], request: Request) -> M:
    """The query as a model. Raises Malformed."""
    return read(model, dict(request.query_params), "query")
