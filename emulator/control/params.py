"""Read the control API's bodies and queries, and word what is wrong with them."""

from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from emulator.core.errors import Malformed, Place, Problem
from emulator.core.mistakes import sentence
from emulator.core.struct import replace
from emulator.web import reading
from emulator.web.model import Model, Query
from emulator.web.reading import json_body
from emulator.web.request import WholeRequest

M = TypeVar("M", bound=BaseModel)
Q = TypeVar("Q", bound=Query)


class Params(Model):
    """A body or a query of the control API. An unknown member is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class QueryParams(Params, Query):
    """A query of the control API."""


class Page(QueryParams):
    """Which part of each collection to return: ``limit`` items after the first ``offset``."""

    offset: Annotated[int, Field(ge=0, le=10**9)] = 0
    limit: Annotated[int, Field(ge=0, le=1000)] = 100


def json_object(request: WholeRequest) -> dict[str, Any]:
    """Return the JSON body, which must be an object. Raises Malformed."""
    try:
        content = json_body(request)
    except Malformed as malformed:
        raise _worded(malformed, Params) from None
    if not isinstance(content, dict):
        raise Malformed(Problem(("body",), "dict_type", "must be an object"))
    return content


def read_body(model: type[M], request: WholeRequest) -> M:
    """Return the JSON body as a model. Raises Malformed, in the emulator's words."""
    try:
        return reading.read_body(model, request)
    except Malformed as malformed:
        raise _worded(malformed, model) from None


def read_query(model: type[Q], request: WholeRequest) -> Q:
    """Return the query as a model. Raises Malformed, in the emulator's words."""
    try:
        return reading.read_query(model, request)
    except Malformed as malformed:
        raise _worded(malformed, model) from None


def _worded(malformed: Malformed, model: type[BaseModel]) -> Malformed:
    return Malformed(*(replace(each, message=_sentence(each, model)) for each in malformed.problems))


def _sentence(problem: Problem, model: type[BaseModel]) -> str:
    where, *inner = problem.place
    text = sentence(problem, _names(model, tuple(inner[:-1])))
    return text.replace("unknown member", "unknown parameter", 1) if where == "query" else text


def _names(model: type[BaseModel], place: Place) -> Iterable[str]:
    """Return the names of the members that an object at a place below a model may have."""
    for step in place:
        field = model.model_fields.get(str(step))
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return ()
        model = field.annotation
    return model.model_fields
