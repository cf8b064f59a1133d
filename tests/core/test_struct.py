"""Structs: changed copies, and their form as documents."""

from typing import Annotated

import pytest
from msgspec import field
from pydantic import Field, PlainSerializer

from emulator.core.documents import BadDocument, Document
from emulator.core.struct import Struct, replace


class Period(Struct, frozen=True):
    """Days from the first to the last."""

    first: int
    last: int = 31

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("it ends before it begins")


class Tree(Struct):
    """A part of a company,
    with its parts.
    """

    name: str
    grams: Annotated[int, Field(ge=0), PlainSerializer(str)]
    period: Period
    parts: "tuple[Tree, ...]" = ()
    others: dict[str, Period] = field(default_factory=dict)


def test_a_changed_copy_is_checked() -> None:
    """Other fields stay, the original does not change, and a copy that cannot be is refused."""
    period = Period(5, 9)
    assert (replace(period, first=6), period) == (Period(6, 9), Period(5, 9))
    with pytest.raises(ValueError, match="ends before"):
        replace(period, first=10)


def test_a_tree_is_read_and_written() -> None:
    """A struct may contain its own kind, and the same kind in several places; what is left out has its default."""
    document = Document(Tree)
    content = {
        "name": "a",
        "grams": 1,
        "period": {"first": 2},
        "parts": [{"name": "b", "grams": 3, "period": {"first": 4}}],
    }
    tree = document.read(content)
    assert tree == Tree("a", 1, Period(2), (Tree("b", 3, Period(4)),))
    assert document.write(tree) == {
        "name": "a",
        "grams": "1",
        "period": {"first": 2, "last": 31},
        "parts": [{"name": "b", "grams": "3", "period": {"first": 4, "last": 31}, "parts": [], "others": {}}],
        "others": {},
    }
    assert document.read_own(document.write_json(tree)) == tree


def test_every_mistake_is_named() -> None:
    """What is missing, unknown, out of bounds or inconsistent, at any depth; own texts are refused without a place."""
    content = {"grams": -1, "period": {"first": 2, "lats": 3}, "parts": [{"name": 1}], "others": {"a": {"first": 32}}}
    with pytest.raises(BadDocument) as refusal:
        Document(Tree).read(content)
    places = {mistake.place: mistake.fault for mistake in refusal.value.mistakes}
    assert places == {
        "name": "missing, but required",
        "grams": "must be at least 0, not -1",
        "period.lats": "unknown member; nearest: last",
        "parts.0.name": "must be a string, not 1",
        "parts.0.grams": "missing, but required",
        "parts.0.period": "missing, but required",
        "others.a": "it ends before it begins",
    }
    with pytest.raises(BadDocument, match="grams"):
        Document(Tree).read_own(b'{"name": "a", "grams": [], "period": {"first": 2}}')


def test_a_schema_has_the_documentation_of_structs() -> None:
    """Editors show it. A tree refers to itself."""
    schemas = Document(Tree).schema()["$defs"]
    assert schemas["Tree"]["description"] == "A part of a company,\nwith its parts."
    assert schemas["Tree"]["properties"]["parts"]["items"] == {"$ref": "#/$defs/Tree"}
    assert schemas["Period"] == {
        "description": "Days from the first to the last.",
        "type": "object",
        "properties": {
            "first": {"title": "First", "type": "integer"},
            "last": {"title": "Last", "type": "integer", "default": 31},
        },
        "required": ["first"],
        "additionalProperties": False,
    }
