"""Expressions in probes: ``${order.id}``, ``${ceil(10.5 * portfolio.price)}``, ``Bearer ${api_key}``.

A text that is one expression becomes its value; inside other text the value is written out. An expression is a small
part of Python: names, members, items, arithmetic, comparisons and the functions below. Numbers are exact decimals.
"""

import ast
import base64
import json
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from emulator.core.struct import Struct

EXPRESSION = re.compile(r"\$\{([^{}]*)\}")

UNKNOWN_UUID = "deadbeef-0000-4000-8000-000000000000"
"""The id of no record."""

_BINARY: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}


class BadExpression(ValueError):
    """An expression is not in the language."""


class Unavailable(Exception):
    """An expression has no value: a probe did not run, or a reply lacks a member."""


class Scope(Struct, frozen=True):
    """What expressions refer to: saved replies and credentials by name, the time, and the name of the run."""

    values: Mapping[str, Any]
    now: datetime
    run: str

    def with_values(self, **values: Any) -> "Scope":
        """Return a scope with further names."""
        return Scope({**self.values, **values}, self.now, self.run)


def fill(content: Any, scope: Scope) -> Any:
    """Return content with its expressions replaced by their values. Raises Unavailable."""
    match content:
        case str() if "${" in content:
            return _fill_text(content, scope)
        case Mapping():
            return {fill(name, scope): fill(value, scope) for name, value in content.items()}
        case list() | tuple():
            return [fill(item, scope) for item in content]
        case _:
            return content


def names_in(content: Any) -> set[str]:
    """Return the names that expressions in content refer to. Raises BadExpression."""
    return {
        node.id
        for text in _texts(content)
        for expression in EXPRESSION.findall(text)
        for node in ast.walk(_parsed(expression))
        if isinstance(node, ast.Name) and node.id not in _FUNCTIONS
    }


def _texts(content: Any) -> Iterator[str]:
    match content:
        case str():
            yield content
        case Mapping():
            for name, value in content.items():
                yield from _texts(name)
                yield from _texts(value)
        case list() | tuple():
            for item in content:
                yield from _texts(item)


def _fill_text(text: str, scope: Scope) -> Any:
    whole = EXPRESSION.fullmatch(text)
    try:
        if whole:
            return _plain(_value(_parsed(whole[1]), scope))
        return EXPRESSION.sub(lambda found: written(_value(_parsed(found[1]), scope)), text)
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        if isinstance(error, BadExpression):
            raise
        raise Unavailable(f"`{text}` cannot be calculated from the reply") from None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise BadExpression(f"not an expression: {text}") from None


def _value(node: ast.expr, scope: Scope) -> Any:
    match node:
        case ast.Constant(value=value):
            return _exact(value)
        case ast.Name(id=name):
            if name not in scope.values:
                raise Unavailable(f"`{name}` is not known")
            return _exact(scope.values[name])
        case ast.Attribute(value=owner, attr=name):
            return _member(_value(owner, scope), name, ast.unparse(node))
        case ast.Subscript(value=owner, slice=position):
            return _item(_value(owner, scope), _value(position, scope), ast.unparse(node))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, scope)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            return _BINARY[type(sign)](_value(left, scope), _value(right, scope))
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in _FUNCTIONS:
            return _FUNCTIONS[name](scope, *(_value(argument, scope) for argument in arguments))
    raise BadExpression(f"not in the language of expressions: {ast.unparse(node)}")


def _member(owner: Any, name: str, what: str) -> Any:
    if isinstance(owner, Mapping) and name in owner:
        return _exact(owner[name])
    raise Unavailable(f"a reply has no `{what}`")


def _item(owner: Any, position: Any, what: str) -> Any:
    if isinstance(position, str):
        return _member(owner, position, what)
    if isinstance(owner, list | str) and -len(owner) <= position < len(owner):
        return _exact(owner[int(position)])
    raise Unavailable(f"a reply has no `{what}`")


def _exact(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, float) else value


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: a number as int where it is whole."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def written(value: Any) -> str:
    """Return a value as text."""
    value = _plain(value)
    return value if isinstance(value, str) else json.dumps(value)


def claims(token: Any) -> Any:
    """Return the claims of a JSON Web Token, or None."""
    try:
        part = str(token).split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return None


def _milliseconds(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _total(_: Scope, items: list[Any], member: str) -> Any:
    return sum((Decimal(str(item[member])) for item in items), Decimal(0))


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "ceil": lambda _, value: math.ceil(value),
    "floor": lambda _, value: math.floor(value),
    "half_up": lambda _, value, digits=0: Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP),
    "length": lambda _, value: len(value),
    "total": _total,
    "number": lambda _, value: Decimal(str(value)),
    "text": lambda _, value: written(value),
    "upper": lambda _, value: value.upper(),
    "lower": lambda _, value: value.lower(),
    "repeat": lambda _, value, times: value * times,
    "quote": lambda _, value: quote(value, safe=""),
    "before": lambda _, value, mark: value.partition(mark)[0],
    "after": lambda _, value, mark: value.partition(mark)[2],
    "groups_of_hex": lambda _, value, size: "-".join(
        value.encode().hex()[start : start + size] for start in range(0, 2 * len(value), size)
    ),
    "claims": lambda _, token: claims(token),
    "unique": lambda scope, name: f"{name}-{scope.run}",
    "unknown_uuid": lambda _: UNKNOWN_UUID,
    "today": lambda scope, days=0: (scope.now + timedelta(days=float(days))).date().isoformat(),
    "now": lambda scope, seconds=0: _milliseconds(scope.now + timedelta(seconds=float(seconds))),
    "json": lambda _, value: json.dumps(value),
}
