"""Build dataclasses from JSON that is known to be valid, without validators.

Creating the validators of a vendor's fixture takes longer than the rest of its first request. The built-in fixtures
need none: the tests read them strictly, and compare the results.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BeforeValidator

T = TypeVar("T")
Build: TypeAlias = Callable[[Any], Any]

COLLECTIONS: Mapping[Any, type[Any]] = {tuple: tuple, list: list, frozenset: frozenset, dict: dict, Mapping: dict}
NUMBERS: Mapping[Any, Build] = {float: float, Decimal: lambda number: Decimal(str(number))}


def construct(kind: type[T], content: Mapping[str, Any]) -> T:
    """Return the dataclass that a valid JSON object describes, as its ``Document`` would read it."""
    built: T = _build(kind, {})(content)
    return built


def _build(kind: Any, known: dict[Any, Build]) -> Build:
    """Return what builds a value of a type from JSON. ``known`` are the types that have been seen."""
    if kind not in known:
        known[kind] = lambda content: known[kind](content)  # for a type that contains itself
        known[kind] = _new_build(kind, known)
    return known[kind]


def _new_build(kind: Any, known: dict[Any, Build]) -> Build:
    origin, parts = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        assert isinstance(kind, type)
        members = _members(kind, known)
        return lambda content: kind(**{name: members[name](value) for name, value in content.items()})
    if origin is Annotated:
        return _build_annotated(_build(parts[0], known), parts[1:])
    if origin in (Union, UnionType):
        (build,) = (_build(part, known) for part in parts if part is not NoneType)
        return lambda content: None if content is None else build(content)
    if origin is tuple and ... not in parts:
        return _build_row(lambda *items: items, [_build(part, known) for part in parts])
    if hasattr(kind, "_make"):  # a NamedTuple
        return _build_row(kind, [*_members(kind, known).values()])
    if origin in COLLECTIONS:
        return _build_collection(COLLECTIONS[origin], [_build(part, known) for part in parts if part is not ...])
    return NUMBERS.get(kind, _unchanged)


def _members(kind: Any, known: dict[Any, Build]) -> Mapping[str, Build]:
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else kind._fields
    hints = get_type_hints(kind, include_extras=True)
    return {name: _build(hints[name], known) for name in names}


def _build_annotated(build: Build, extras: tuple[object, ...]) -> Build:
    """Return what builds a value with the functions that convert it, and without those that only constrain it."""
    before = [extra.func for extra in reversed(extras) if isinstance(extra, BeforeValidator)]
    after = [extra.func for extra in extras if isinstance(extra, AfterValidator)]
    steps: list[Any] = [*before, *([] if build is _unchanged else [build]), *after]
    if not steps:
        return _unchanged

    def convert(content: Any) -> Any:
        for step in steps:
            content = step(content)
        return content

    return convert


def _build_row(kind: Callable[..., object], builds: list[Build]) -> Build:
    """Return what builds a tuple whose items have types of their own from a list; the last ones may be left out."""
    return lambda content: kind(*(build(item) for build, item in zip(builds, content, strict=False)))


def _build_collection(kind: type[Any], builds: list[Build]) -> Build:
    if kind is not dict:
        (build,) = builds
        return lambda content: kind(content) if build is _unchanged else kind([build(item) for item in content])
    key, value = builds
    return lambda content: {key(name): value(member) for name, member in content.items()}


def _unchanged(content: Any) -> Any:
    return content
