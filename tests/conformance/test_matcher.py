"""The language of probes: matchers, expressions, and what the contract promises of a reply."""

from datetime import datetime
from typing import Any

import pytest

from emulator.conformance.expression import BadExpression, Scope, Unavailable, fill, names_in
from emulator.conformance.matcher import BadMatcher, check_matcher, mismatches
from emulator.conformance.promise import broken_promises, violations

NOW = datetime.fromisoformat("2026-01-15T10:00:00Z")
ORDERS = [{"id": "b", "at": "2026-01-15T09:00:00Z"}, {"id": "a", "at": "2026-01-15T08:00:00Z"}]
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3Njg0NzE1MDB9.x"


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (1, 1.0),
        ({"a": 1}, {"a": 1, "b": 2}),
        ([{"a": 1}], [{"a": 1, "b": 2}]),
        ({"a": {"$absent": True}}, {}),
        ({"$keys": ["a"]}, {"a": None}),
        ({"$type": "integer"}, 5.0),
        ({"$type": "null"}, None),
        ({"$matches": "[ab]+"}, "abba"),
        ({"$least": 1}, 1),
        ({"$most": "2026"}, "2025-12-31"),
        ({"$above": 1}, 2),
        ({"$below": 1}, 0.5),
        ({"$about": [0.3, 1e-9]}, 0.1 + 0.2),
        ({"$one_of": [1, "a"]}, "a"),
        ({"$not": 1}, True),
        ({"$all": [{"$least": 1}, {"$most": 2}]}, 1),
        ({"$each": {"$type": "text"}}, []),
        ({"$some": {"id": "a"}}, ORDERS),
        ({"$none": {"id": "c"}}, ORDERS),
        ({"$length": {"$least": 2}}, ORDERS),
        ({"$sorted": {"by": "at", "descending": True}}, ORDERS),
        ({"$sorted": {"by": "n", "numbers": True}}, [{"n": "9"}, {"n": "10"}]),
        ({"$distinct": "id"}, ORDERS),
        ({"$total": {"of": "n", "is": 0.3}}, [{"n": 0.1}, {"n": 0.2}]),
        ({"$number": {"$above": 9}}, "10"),
        ({"$decimals": 2}, 0.25),
        ({"$claims": {"exp": {"$seconds_from_now": [299, 301]}}}, TOKEN),
        ({"$seconds_from_now": [-1, 1]}, "2026-01-15T11:00:00+01:00"),
    ],
)
def test_a_matcher_accepts(expected: Any, found: Any) -> None:
    """A value that satisfies a matcher has no mismatches."""
    check_matcher(expected)
    assert list(mismatches(expected, found, NOW)) == []


@pytest.mark.parametrize(
    ("expected", "found", "place"),
    [
        (1, True, ""),
        (1, "1", ""),
        (None, False, ""),
        ({"a": {"b": 1}}, {"a": {}}, "a.b"),
        ({"a": 1}, [], ""),
        ([1], [1, 2], ""),
        ([1, 2], [1, 3], "1"),
        ({"a": {"$absent": True}}, {"a": None}, "a"),
        ({"a": {"$any": True}}, {}, "a"),
        ({"$keys": ["a"]}, {"a": 1, "b": 2}, ""),
        ({"$type": "integer"}, True, ""),
        ({"$type": "text"}, 1, ""),
        ({"$matches": "a"}, "ab", ""),
        ({"$least": 1}, "2", ""),
        ({"$least": 1}, None, ""),
        ({"$one_of": [1]}, True, ""),
        ({"$not": {"$least": 1}}, 2, ""),
        ({"$each": {"id": "a"}}, ORDERS, "0.id"),
        ({"$each": 1}, {}, ""),
        ({"$some": {"id": "c"}}, ORDERS, ""),
        ({"$none": {"id": "a"}}, ORDERS, ""),
        ({"$length": 1}, ORDERS, "length"),
        ({"$sorted": {"by": "at"}}, ORDERS, ""),
        ({"$sorted": {"by": "when"}}, ORDERS, "when"),
        ({"$distinct": "id"}, [*ORDERS, ORDERS[0]], ""),
        ({"$total": {"of": "n", "is": 1}}, [{"n": 1}, {"n": 1}], "total of n"),
        ({"$number": 10}, 10, ""),
        ({"$seconds_from_now": [0, 1]}, "2026-01-15T10:00:02Z", ""),
        ({"$seconds_from_now": [0, 1]}, "soon", ""),
    ],
)
def test_a_matcher_finds_a_mismatch(expected: Any, found: Any, place: str) -> None:
    """A value that does not satisfy a matcher has a mismatch that names the place."""
    assert [mismatch.place for mismatch in mismatches(expected, found, NOW)] == [place]


def test_an_unknown_matcher_is_an_error() -> None:
    """A word that is no matcher, and two words in one object, are errors."""
    for wrong in ({"$around": 1}, {"a": [{"$least": 1, "$most": 2}]}):
        with pytest.raises(BadMatcher):
            check_matcher(wrong)


SCOPE = Scope({"order": {"id": "x1", "price": 2.5, "data": [{"n": 1}, {"n": 2}]}, "it": "a b"}, NOW, "run")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${order.id}", "x1"),
        ("order ${order.id} of ${order.price}", "order x1 of 2.5"),
        ("${order.data[-1].n}", 2),
        ("${order['price'] * 3}", 7.5),
        ("${ceil(order.price)}", 3),
        ("${floor(order.price)}", 2),
        ("${half_up(order.price)}", 3),
        ("${total(order.data, 'n') + 1}", 4),
        ("${quote(it)}", "a%20b"),
        ("${repeat('k', 3)}", "kkk"),
        ("${unique('key')}", "key-run"),
        ("${today(-1)}", "2026-01-14"),
        ("${now(60)}", "2026-01-15T10:01:00.000Z"),
        ("${groups_of_hex('abc', 5)}", "61626-3"),
        ("${claims('" + TOKEN + "').exp}", 1768471500),
    ],
)
def test_an_expression_is_calculated(text: str, value: Any) -> None:
    """An expression is calculated exactly; inside other text its value is written out."""
    assert fill(text, SCOPE) == value


@pytest.mark.parametrize(
    "text", ["${order.name}", "${order.data[2]}", "${other}", "${order.id * order.id}", "${1 / 0}"]
)
def test_an_expression_without_a_value(text: str) -> None:
    """A name, member or item that is not there, and values that cannot be calculated with, are unavailable."""
    with pytest.raises(Unavailable):
        fill(text, SCOPE)


@pytest.mark.parametrize("text", ["${__import__('os')}", "${order.id for order in it}", "${[1][0]}", "${(}"])
def test_an_expression_outside_the_language(text: str) -> None:
    """Nothing of Python but the language of expressions is calculated."""
    with pytest.raises(BadExpression):
        fill(text, SCOPE)


def test_the_names_of_expressions() -> None:
    """The names in content are found at any depth; functions are none."""
    assert names_in({"a": ["${order.id}", {"${it}": "${ceil(price)}"}]}) == {"order", "it", "price"}


@pytest.mark.parametrize(
    ("schema", "value", "place"),
    [
        ({"type": "object", "required": ["a"]}, {}, "a"),
        ({"properties": {"a": {"type": "integer"}}}, {"a": "1"}, "a"),
        ({"properties": {}, "additionalProperties": False}, {"b": 1}, "b"),
        ({"items": {"minimum": 1}}, [1, 0], "1"),
        ({"oneOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]}, {}, "a"),
        ({"allOf": [{"type": "string"}, {"maxLength": 1}]}, "ab", ""),
        ({"not": {"const": 1}}, 1, ""),
        ({"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"minimum": 2}}, "a", ""),
        ({"format": "date-time"}, "yesterday", ""),
        ({"patternProperties": {"^[0-9]+$": {"type": "number"}}}, {"0": "x"}, "0"),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, "name ab"),
        ({"uniqueItems": True}, [1, 1], ""),
        ({"minProperties": 1}, {}, ""),
    ],
)
def test_a_violation_of_a_schema_names_the_place(schema: Any, value: Any, place: str) -> None:
    """What violates a schema is found in its place, and nothing else."""
    found = [violation.place for violation in violations("cnaught", schema, value)]
    assert len(found) == 1
    assert found[0] == place


def test_a_reply_that_the_contract_does_not_promise() -> None:
    """Another status, another media type and another body are each found."""
    good: dict[str, Any] = {"enabled": True, "url": "https://impact.cnaught.com/acme", "enabled_equivalents": []}
    as_json = {"content-type": "application/json"}

    def broken(status: int, headers: dict[str, str], body: Any) -> list[str]:
        found = broken_promises("cnaught", "get_hosted_page_config", status, headers, body, True)
        return [mismatch.place for mismatch in found]

    assert broken(200, as_json, good) == []
    assert broken(299, as_json, good) == ["status"]
    assert broken(200, {"content-type": "text/html"}, good) == ["content-type"]
    assert broken(200, as_json, {**good, "enabled": "yes", "more": 1}) == ["enabled", "more"]
