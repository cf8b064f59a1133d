"""The three kinds of errors of a provider; there is no fourth.

* Refusal          the vendor rejects the request; one subclass for each refusal
* Malformed        the request breaks the schema; a list of problems, which the provider puts in its vendor's words
* HTTPException    Starlette's own: no such route, wrong method, too large

Anything else that is raised is a bug of the emulator.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from http import HTTPStatus
from typing import Any, TypeAlias

from msgspec import field
from pydantic import ValidationError

from emulator.core.struct import Struct

Place: TypeAlias = tuple[str | int, ...]

NOT_AN_OBJECT = "Input should be a valid dictionary or object to extract fields from"
"""What pydantic says of content that is no object if it may also read attributes, as FastAPI lets it."""


class Refusal(Exception):
    """The vendor rejects the request.

    A subclass states its ``status``, the ``rule`` of ``contracts/<provider>/rules.yaml`` that decided, any ``headers``
    that belong to it, and words its JSON in ``body()``. A ``hint`` explains to the developer what the vendor's words do
    not: it comes in the header ``X-Emulator-Hint``.
    """

    status: int
    rule: str | None = None
    headers: Mapping[str, str] = {}
    hint: str | None = None

    def body(self) -> object:
        """Return the JSON document that the vendor would send."""
        raise NotImplementedError


class BadData(Exception):
    """A data directory cannot be used; the message gives the reason. The directory has not changed."""


class CannotHappen(Exception):
    """An act is impossible in the present state; the message gives the reason. Nothing has changed."""


class UnknownAct(CannotHappen):
    """The vendor has no act of this name; the message has the nearest ones."""


class Problem(Struct, frozen=True):
    """One problem of a request.

    ``place`` says where (``("body", "amount_kg")``), ``kind`` which rule it breaks, in pydantic's terms
    (``missing``, ``greater_than``), ``limits`` the numbers of that rule, ``sent`` what was sent there, and
    ``message`` says it in plain English.
    """

    place: Place
    kind: str
    message: str
    limits: Mapping[str, object] = field(default_factory=dict)
    sent: object = None

    @property
    def field(self) -> str:
        """The place below the body or the query, dotted: ``notification_config.url``."""
        return ".".join(str(part) for part in self.place[1:])

    def worded(self, words: Mapping[str, str]) -> str:
        """Return the vendor's words for this kind of problem, with its limits filled in (``at most {le}``)."""
        return words[self.kind].format(**self.limits) if self.kind in words else self.message


class Malformed(Exception):
    """A request breaks the schema; ``problems`` holds all of its problems, in order."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = problems

    @classmethod
    def found(cls, where: str | None, error: ValidationError, content: object = None) -> "Malformed":
        """Return what pydantic found in the body, query or headers, or in several of these without a ``where``.

        ``content`` is what was sent there: pydantic shows what its members were turned into.
        """
        above = () if where is None else (where,)
        return cls(*(_problem(above, found, content) for found in error.errors(include_url=False)))


def _problem(above: Place, found: Any, content: object) -> Problem:
    """Return one of pydantic's problems without any Python in its words: it writes bounds with ``repr``."""
    limits: Mapping[str, object] = found.get("ctx", {})
    message: str = found["msg"]
    if isinstance(limits.get("error"), Exception):
        message, limits = str(limits["error"]), {}
    elif found["type"] == "model_type":  # pydantic names the model
        message, limits = NOT_AN_OBJECT, {}
    elif "Decimal" in message:
        limits = {name: _plain(limit) for name, limit in limits.items()}
        message = _DECIMAL.sub(r"\1", message)
    sent = _member(content, found["loc"], otherwise=found["input"])
    return Problem((*above, *found["loc"]), found["type"], message, limits, sent)


def _member(content: Any, place: Place, otherwise: object) -> object:
    """Return what is at a place of an object; ``otherwise`` if there is no object, or no such place."""
    if content is None:
        return otherwise
    for part in place:
        found = isinstance(content, Mapping) and part in content
        if not found and not (isinstance(content, list) and isinstance(part, int) and part < len(content)):
            return otherwise
        content = content[part]
    return content


def _plain(limit: object) -> object:
    """Return a bound as a number of JSON."""
    written = _DECIMAL.fullmatch(limit) if isinstance(limit, str) else None
    if not written:
        return limit
    number = Decimal(written[1])
    return int(number) if number == number.to_integral_value() else number


_DECIMAL = re.compile(r"Decimal\('([^']*)'\)")


@lru_cache(maxsize=1024)
def phrase(status: int) -> str:
    """Return the name of a status in RFC 9110. Those of the standard library change with its version, and lack 599."""
    try:
        return _RENAMED.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


_RENAMED = {413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}
