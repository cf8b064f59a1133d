"""Values with typed fields, which fixtures and snapshots can hold."""

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

import msgspec
from msgspec import NODEFAULT
from msgspec.structs import asdict, fields

if TYPE_CHECKING:
    from msgspec import Struct as Struct  # a class in between would be a mutable one, which no frozen one may extend
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema
else:

    class Struct(msgspec.Struct):
        """A value with typed fields. Its class is created in a fortieth of the time that a dataclass takes.

        Pydantic reads it from an object whose members are its fields, and no others, and writes it as one.
        """

        @classmethod
        def __get_pydantic_core_schema__(cls, _, generator):
            return _schema(cls, generator)

        @classmethod
        def __get_pydantic_json_schema__(cls, schema, generator):
            return _json_schema(cls, schema, generator)


S = TypeVar("S", bound=Struct)


def replace(value: S, **changes: Any) -> S:
    """Return a copy of a struct with other values for some fields, checked as a new one is.

    msgspec's own ``replace`` does not call ``__post_init__`` before version 0.21.
    """
    return type(value)(**{**asdict(value), **changes})


# --- pydantic's schemas

_described: ContextVar[set[type] | None] = ContextVar("described", default=None)
"""The structs already defined in the schema under construction: a second use refers to the definition."""


def _schema(struct: type[Struct], generator: "GetCoreSchemaHandler") -> "CoreSchema":
    described, token = _described.get(), None
    if described is None:
        token = _described.set(described := set())
    try:
        return _described_once(struct, described, generator)
    finally:
        if token:
            _described.reset(token)


def _described_once(struct: type[Struct], described: set[type], generator: "GetCoreSchemaHandler") -> "CoreSchema":
    from pydantic_core import core_schema

    ref = f"{struct.__module__}.{struct.__qualname__}:{id(struct)}"
    if struct in described:
        return core_schema.definition_reference_schema(ref)
    described.add(struct)
    hints = get_type_hints(struct, include_extras=True)
    members = {}
    for field in fields(struct):
        schema = generator.generate_schema(hints[field.name])
        if field.default is not NODEFAULT:
            schema = core_schema.with_default_schema(schema, default=field.default)
        elif field.default_factory is not NODEFAULT:
            schema = core_schema.with_default_schema(schema, default_factory=field.default_factory)
        members[field.name] = core_schema.typed_dict_field(schema, required=field.required)
    whole = core_schema.typed_dict_schema(members, cls_name=struct.__name__, extra_behavior="forbid")
    return core_schema.no_info_after_validator_function(
        lambda values: struct(**values),
        whole,
        ref=ref,
        serialization=core_schema.plain_serializer_function_ser_schema(asdict, return_schema=whole),
    )


def _json_schema(struct: type[Struct], schema: "CoreSchema", generator: "GetJsonSchemaHandler") -> Any:
    from inspect import cleandoc

    about = {"description": cleandoc(struct.__doc__)} if struct.__doc__ else {}
    closed = {"additionalProperties": False}  # pydantic leaves it out before version 2.12
    return {**generator.resolve_ref_schema(generator(schema)), **closed, **about}
