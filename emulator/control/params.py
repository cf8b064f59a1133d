"""What the control API's bodies and queries share."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from emulator.core.errors import Malformed, Problem
from emulator.web.model import Model
from emulator.web.reading import json_body
from emulator.web.request import WholeRequest


class Params(Model):
    """A body or a query of the control API. An unknown member is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Params):
    """Which part of each collection to return: ``limit`` items after the first ``offset``."""

    offset: Annotated[int, Field(ge=0, le=10**9)] = 0
    limit: Annotated[int, Field(ge=0, le=1000)] = 100


def json_object(request: WholeRequest) -> dict[str, Any]:
    """Return the JSON body, which must be an object. Raises Malformed."""
    content = json_body(request)
    if not isinstance(content, dict):
        raise Malformed(Problem(("body",), "dict_type", "Input should be an object"))
    return content
