"""Changes that a vendor may make to its API, each a small typed object that rewrites requests or replies as they pass.

A change of what is accepted rewrites the request, so that the emulator behind it words the refusal as the vendor would.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

from emulator.conformance.in_process import EmulatorTransport
from emulator.evidence import contracts
from emulator.space.commands import ChangeSettings


@dataclass(slots=True)
class Request:
    """A request that a change may rewrite."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    body: Any
    content: bytes


@dataclass(slots=True)
class Reply:
    """A reply that a change may rewrite."""

    status: int
    headers: list[tuple[str, str]]
    body: Any
    content: bytes


class Change:
    """What a vendor changed. Each kind of change overrides one of the methods."""

    def request(self, request: Request) -> None:
        """Rewrite a request."""

    def reply(self, request: Request, reply: Reply) -> None:
        """Rewrite a reply."""


@dataclass(frozen=True)
class Deviation:
    """A change of one operation of a provider, or of all."""

    provider: str
    operation: str
    name: str
    change: Change = field(repr=False)
    settings: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.provider}-{self.operation}-{self.name.replace(' ', '-')}"


class DeviatingTransport(httpx.BaseTransport):
    """An emulator that plays a vendor which has changed its API. ``applied`` counts the messages that it rewrote."""

    def __init__(self, direct: EmulatorTransport, deviation: Deviation) -> None:
        self.direct = direct
        self.deviation = deviation
        self.applied = 0
        if deviation.settings:
            direct.space.run(ChangeSettings(deviation.provider, dict(deviation.settings)))
            self.applied = 1

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(f"/{self.deviation.provider}")
        operation = contracts.operation_of(self.deviation.provider, request.method, path)
        if self.deviation.operation not in ("every operation", operation and operation.id):
            return self.direct.handle_request(request)
        asked = _request(request)
        before = json.dumps([asked.query, asked.body])
        self.deviation.change.request(asked)
        if json.dumps([asked.query, asked.body]) != before:
            self.applied += 1
        answer = self.direct.handle_request(_as_httpx(request, asked))
        reply = _reply(answer)
        before = json.dumps([reply.status, reply.headers, reply.body])
        self.deviation.change.reply(asked, reply)
        if json.dumps([reply.status, reply.headers, reply.body]) == before:
            return answer
        self.applied += 1
        content = reply.content if reply.body is None else json.dumps(reply.body).encode()
        headers = [(name, value) for name, value in reply.headers if name != "content-length"]
        return httpx.Response(reply.status, headers=headers, content=content)


# --- replies ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rename(Change):
    """A member has another name."""

    path: str
    name: str

    def reply(self, request: Request, reply: Reply) -> None:
        for owner, name in _members(reply.body, self.path):
            owner[self.name] = owner.pop(name)


@dataclass(frozen=True)
class Drop(Change):
    """A member is gone; or, with ``null_alone``, where it is null."""

    path: str
    null_alone: bool = False

    def reply(self, request: Request, reply: Reply) -> None:
        for owner, name in _members(reply.body, self.path):
            if owner[name] is None or not self.null_alone:
                del owner[name]


@dataclass(frozen=True)
class Edit(Change):
    """The values of a member are others."""

    path: str
    edited: Callable[[Any], Any]
    on_status: int | None = None

    def reply(self, request: Request, reply: Reply) -> None:
        if self.on_status in (None, reply.status):
            for owner, name in _members(reply.body, self.path):
                owner[name] = self.edited(owner[name])


@dataclass(frozen=True)
class Copy(Change):
    """A member has the value of another one."""

    path: str
    source: str

    def reply(self, request: Request, reply: Reply) -> None:
        for owner, name in _members(reply.body, self.path):
            owner[name] = next(found[last] for found, last in _members(reply.body, self.source))


@dataclass(frozen=True)
class Add(Change):
    """Objects have a member more, beside the one at ``path``."""

    path: str
    name: str
    value: Any

    def reply(self, request: Request, reply: Reply) -> None:
        for owner, _ in _members(reply.body, self.path):
            owner[self.name] = self.value


@dataclass(frozen=True)
class Status(Change):
    """A status is another one."""

    was: int
    now: int

    def reply(self, request: Request, reply: Reply) -> None:
        if reply.status == self.was:
            reply.status = self.now


@dataclass(frozen=True)
class Headers(Change):
    """A header of replies has another value, or None: it is gone."""

    name: str
    value: str | None
    when: str = ""

    def reply(self, request: Request, reply: Reply) -> None:
        kept = [pair for pair in reply.headers if pair[0].lower() != self.name]
        if len(kept) != len(reply.headers) and any(self.when in value for n, value in reply.headers if n == self.name):
            reply.headers[:] = [*kept, *([(self.name, self.value)] if self.value else [])]


# --- requests ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Default(Change):
    """A parameter has another default, in the query or in the body."""

    name: str
    value: Any
    where: str = "query"

    def request(self, request: Request) -> None:
        if self.where == "query":
            if all(name != self.name for name, _ in request.query):
                request.query.append((self.name, str(self.value)))
        elif isinstance(request.body, dict):
            parent, _, name = self.name.rpartition(".")
            owner = request.body.setdefault(parent, {}) if parent else request.body
            if isinstance(owner, dict):
                owner.setdefault(name, self.value)


@dataclass(frozen=True)
class Parameter(Change):
    """Values of a parameter of the query are read as others."""

    name: str
    read: Callable[[str], str]

    def request(self, request: Request) -> None:
        request.query[:] = [(n, self.read(v) if n == self.name else v) for n, v in request.query]


@dataclass(frozen=True)
class Ignore(Change):
    """A parameter of the query is ignored."""

    name: str

    def request(self, request: Request) -> None:
        request.query[:] = [pair for pair in request.query if pair[0] != self.name]


@dataclass(frozen=True)
class Member(Change):
    """Values of a member of the body are read as others."""

    path: str
    read: Callable[[Any], Any]

    def request(self, request: Request) -> None:
        for owner, name in _members(request.body, self.path):
            owner[name] = self.read(owner[name])


@dataclass(frozen=True)
class RequireMember(Change):
    """A member of the body that was optional must be there: without it, ``refused`` is sent in its place."""

    name: str
    refused: Any = None

    def request(self, request: Request) -> None:
        if isinstance(request.body, dict):
            request.body.setdefault(self.name, self.refused)


# --- values -----------------------------------------------------------------------------------------------------------


def above(limit: float, refused: Any) -> Callable[[Any], Any]:
    """Read numbers above a limit as one that is refused."""
    return lambda value: refused if _number(value) is not None and _number(value) > limit else value


def under(limit: float, refused: Any) -> Callable[[Any], Any]:
    """Read numbers under a limit as one that is refused."""
    return lambda value: refused if _number(value) is not None and _number(value) < limit else value


def longer(limit: int, refused: Any) -> Callable[[Any], Any]:
    """Read texts that are longer than a limit as one that is refused."""
    return lambda value: refused if isinstance(value, str) and len(value) > limit else value


def shorter(limit: int, refused: Any) -> Callable[[Any], Any]:
    """Read texts that are shorter than a limit as one that is refused."""
    return lambda value: refused if isinstance(value, str) and len(value) < limit else value


def days(number: int) -> Callable[[str], str]:
    """Read a date as another day."""

    def read(value: str) -> str:
        try:
            return (date.fromisoformat(value) + timedelta(number)).isoformat()
        except ValueError:
            return value

    return read


def seconds(number: float) -> Callable[[Any], Any]:
    """Show a time as another one, in the same form."""

    def shown(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        moved = datetime.fromisoformat(value) + timedelta(seconds=number)
        digits = len(value.rpartition(".")[2].rstrip("Z")) if "." in value else 0
        kind = {0: "seconds", 3: "milliseconds", 6: "microseconds"}[digits]
        return moved.astimezone(UTC).isoformat(timespec=kind).replace("+00:00", "Z")

    return shown


def without_milliseconds(value: Any) -> Any:
    return re.sub(r"\.\d+Z$", "Z", value) if isinstance(value, str) else value


def rounded(digits: int) -> Callable[[Any], Any]:
    return lambda value: round(value, digits) if isinstance(value, float) else value


def reverse(items: Any) -> Any:
    return items[::-1] if isinstance(items, list) else items


def rounded_down(value: Any) -> Any:
    return math.floor(value) if isinstance(value, float) else value


def as_number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def plus(number: float) -> Callable[[Any], Any]:
    return lambda value: value + number if _number(value) is not None else value


def _number(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


# --- messages ---------------------------------------------------------------------------------------------------------


def _members(content: Any, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the owner and the name of each member at a path such as ``data[].id``, ``[].id`` or ``*.id``."""
    first, _, rest = path.partition(".")
    name = first.removesuffix("[]")
    if name == "*" and isinstance(content, dict):
        for member in content.values():
            yield from _members(member, rest)
    elif name == "" and isinstance(content, list):
        for item in content:
            yield from _members(item, rest)
    elif isinstance(content, dict) and name in content:
        if not rest and not first.endswith("[]"):
            yield content, name
        elif first.endswith("[]") and isinstance(content[name], list):
            for item in content[name]:
                yield from _members(item, rest)
        elif rest:
            yield from _members(content[name], rest)


def _request(request: httpx.Request) -> Request:
    content = request.read()
    query = parse_qsl(request.url.query.decode(), keep_blank_values=True)
    return Request(request.method, request.url.path, query, list(request.headers.items()), _json(content), content)


def _as_httpx(original: httpx.Request, changed: Request) -> httpx.Request:
    content = changed.content
    if changed.body is not None and changed.body != _json(changed.content):
        content = json.dumps(changed.body).encode()
    if changed.query == parse_qsl(original.url.query.decode(), keep_blank_values=True):
        url = original.url
    else:
        url = original.url.copy_with(query=urlencode(changed.query).encode())
    headers = [(name, value) for name, value in changed.headers if name != "content-length"]
    return httpx.Request(changed.method, url, headers=headers, content=content)


def _reply(answer: httpx.Response) -> Reply:
    return Reply(answer.status_code, list(answer.headers.multi_items()), _json(answer.content), answer.content)


def _json(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None
