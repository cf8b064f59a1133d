"""Find what a JSON value rests on: the ``x-evidence`` and ``x-rules`` of its schema in a contract.

A schema marks a value whose evidence is weaker than its operation's, with ``x-evidence`` (a level) or with ``x-rules``,
a list of the rules that compute it. A rule counts if it governs the operation and, if it is given as
``{rule: ID, if: SCHEMA}``, for the values that match; with ``at: MEMBER`` it is about that member of the value. The
marks of a schema apply to a value as JSON Schema's annotations do: through references, ``allOf``, the alternatives that
match, members and items.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import field

from emulator.core.struct import Struct
from emulator.evidence import contracts
from emulator.evidence.matching import Schema, matches


class Mark(Struct, frozen=True):
    """The evidence of one value: a level, and the rule that has it, if it is a rule."""

    evidence: str
    rule: str | None
    condition: Schema = field(default_factory=dict)
    member: str = ""


class Node(Struct):
    """A schema, reduced to its marks and to the parts through which others are reached.

    ``parts`` apply with the schema, ``choices`` where a value matches their condition.
    """

    marks: list[Mark] = field(default_factory=list)
    parts: list["Node"] = field(default_factory=list)
    choices: list[tuple[Schema, "Node"]] = field(default_factory=list)
    members: dict[str, "Node"] = field(default_factory=dict)
    other_members: "Node | None" = None
    items: "Node | None" = None
    leads_to_marks: bool | None = None

    def children(self) -> Iterator["Node"]:
        """Yield every schema below this one, and those that apply with it."""
        yield from (*self.parts, *(node for _, node in self.choices), *self.members.values())
        yield from (node for node in (self.other_members, self.items) if node)


_EMPTY = Node()
"""The node of a schema without keywords. Callers make a new one of such schemas each time, so they must not be kept."""


class Annotations:
    """The marks of a provider's contract that count for one operation; without one, all.

    A schema is read when it is first needed.
    """

    def __init__(self, provider: str, operation: str | None) -> None:
        self.provider = provider
        self.operation = operation
        self._nodes: dict[int, tuple[Schema, Node]] = {}  # by the identity of the schema, which must be kept

    def of_value(self, schema: Schema, value: Any) -> Iterable[tuple[str, Mark]]:
        """Return the marks of a value and of its members, each with its place: ``data[].price_usd_cents``."""
        found: dict[tuple[str, int], tuple[str, Mark]] = {}
        self._find(self._node(schema), value, "", found)
        return found.values()

    def of_schema(self, schema: Schema) -> Iterator[tuple[str, Mark]]:
        """Yield every mark that some value of a schema may have, each with its place."""
        yield from self._of_schema(self._node(schema), "", ())

    def own_marks(self, schema: Schema) -> Sequence[Mark]:
        """Return the marks of a schema, a parameter or a header by itself."""
        return self._node(schema).marks

    def _read_marks(self, schema: Schema) -> Iterator[Mark]:
        if "x-evidence" in schema:
            yield Mark(schema["x-evidence"], None)
        for entry in schema.get("x-rules", ()):
            given: Mapping[str, Any] = {"rule": entry} if isinstance(entry, str) else entry
            rule = contracts.rule(self.provider, given["rule"])
            assert rule is not None, given
            if self.operation is None or contracts.governs(rule, self.operation):
                yield Mark(rule["evidence"], rule["id"], given.get("if", {}), given.get("at", ""))

    def _find(self, node: Node, value: Any, place: str, found: dict[tuple[str, int], tuple[str, Mark]]) -> None:
        """Add the marks of a value to those found, each once for a place."""
        if not self._leads_to_marks(node):
            return
        for mark in node.marks:
            key = (place, id(mark))
            if key not in found and (not mark.condition or matches(self.provider, mark.condition, value)):
                found[key] = (_below(place, mark.member), mark)
        for part in node.parts:
            self._find(part, value, place, found)
        for condition, part in node.choices:
            if self._leads_to_marks(part) and matches(self.provider, condition, value):
                self._find(part, value, place, found)
        for name, below, member in _members(node, value):
            self._find(below, member, f"{place}[]" if name == "[]" else _below(place, name), found)

    def _of_schema(self, node: Node, place: str, above: tuple[int, ...]) -> Iterator[tuple[str, Mark]]:
        if id(node) in above or not self._leads_to_marks(node):
            return
        above = (*above, id(node))
        yield from ((_below(place, mark.member), mark) for mark in node.marks)
        for part in (*node.parts, *(part for _, part in node.choices)):
            yield from self._of_schema(part, place, above)
        for name, member in node.members.items():
            yield from self._of_schema(member, _below(place, name), above)
        if node.other_members:
            yield from self._of_schema(node.other_members, _below(place, "*"), above)
        if node.items:
            yield from self._of_schema(node.items, f"{place}[]", above)

    def _leads_to_marks(self, node: Node) -> bool:
        if node.leads_to_marks is None:
            reached, waiting = {id(node): node}, [node]
            while waiting:
                new = {id(child): child for child in waiting.pop().children() if id(child) not in reached}
                reached |= new
                waiting += new.values()
            node.leads_to_marks = any(found.marks for found in reached.values())
        return node.leads_to_marks

    def _node(self, schema: Schema | bool) -> Node:
        """Return the node of a schema, one for each: a schema may contain itself."""
        if isinstance(schema, bool) or not schema:
            return _EMPTY
        if id(schema) not in self._nodes:
            node = Node(list(self._read_marks(schema)))
            self._nodes[id(schema)] = (schema, node)
            self._connect(node, schema)
        return self._nodes[id(schema)][1]

    def _connect(self, node: Node, schema: Schema) -> None:
        if "$ref" in schema:
            node.parts.append(self._node(contracts.target(self.provider, schema["$ref"])))
        node.parts += [self._node(part) for part in schema.get("allOf", ())]
        for word in ("anyOf", "oneOf"):
            node.choices += [(part, self._node(part)) for part in schema.get(word, ())]
        if "if" in schema:
            node.choices.append((schema["if"], self._node(schema.get("then", {}))))
            node.choices.append(({"not": schema["if"]}, self._node(schema.get("else", {}))))
        node.members = {name: self._node(part) for name, part in schema.get("properties", {}).items()}
        others = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        node.other_members = next((self._node(part) for part in others if isinstance(part, Mapping)), None)
        if "items" in schema:
            node.items = self._node(schema["items"])


def _members(node: Node, value: Any) -> Iterator[tuple[str, Node, Any]]:
    """Yield the members or items of a value that the schema of a node describes, with their names and schemas."""
    if isinstance(value, dict):
        for name, member in value.items():
            below = node.members.get(name)
            if below:
                yield name, below, member
            elif node.other_members:
                yield "*", node.other_members, member
    elif isinstance(value, list) and node.items:
        yield from (("[]", node.items, item) for item in value)


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place and name else place or name
