"""Take the secrets out of a recorded run, so that anyone may see it, and put stand-ins back to replay it.

A secret becomes a mark: ``{{credential:cnaught:...}}`` for one of the fixtures', ``{{reply:17:access}}`` for one that
the reply to request 17 returned, ``{{secret:1:12}}`` for any other, of which only the length is kept, and
``{{digits:2:8}}`` for one of digits alone, which may stand for a number. Text that looks like a mark and came from a
client gets ``{{literal:}}`` for its opening braces.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from emulator.core import exact_json
from emulator.core.secrets import (
    DIGITS,
    SECRET_MEMBERS,
    Mask,
    as_digits,
    hide_in_header,
    hide_in_json,
    hide_in_query,
    hide_in_text,
    own_secrets,
    secret_members,
)
from emulator.core.struct import Struct
from emulator.space.world import World

MARK = re.compile(r"\{\{((?:credential|reply|secret|digits|literal):[^{}]*)\}\}")
OTHER_MARK = re.compile(r"(secret|digits):([0-9]{1,9}):([0-9]{1,7})")
LITERAL = "{{literal:}}"
OPENING = re.compile(r"\{\{(?=(?:credential|reply|secret|digits|literal):)")


class Seal:
    """The secrets of one run, each with its mark; the same run gives the same marks."""

    def __init__(self, world: World) -> None:
        self._marks: dict[str, str] = {}
        self._secrets: dict[str, str] = {}
        self._mask = Mask(self._mark)
        self._others = 0
        for name, fixture in world.fixtures.items():
            for path, secret in _secret_fields(fixture.catalogue, name):
                self._learn(f"credential:{path}", secret)

    # --- sealing

    def header(self, name: str, value: str) -> str:
        """Return a request header without its secrets; the scheme of a credential stays."""
        return self._mask.text(hide_in_header(name.encode("latin-1"), _escape(value), self._mark))

    def query(self, query: str) -> str:
        """Return a query without its secrets."""
        return self._mask.text(hide_in_query(_escape(query), self._mark))

    def text(self, text: str) -> str:
        """Return a text without the secrets that are known."""
        return self._mask.text(_escape(text))

    def body(self, body: bytes) -> bytes:
        """Return a request's body without its secrets, which may be JSON, a form, or malformed JSON."""
        text, codec = _decoded(body)
        text = _escape(text)
        content = _json(text.encode(codec))
        sealed = hide_in_text(text, self._mark) if content is None else hide_in_json(text, content, self._mark)
        return self._mask.text(sealed).encode(codec)

    def reply(self, number: int, body: bytes, request: str) -> bytes:
        """Return the body of the reply to a request without the secrets that it returns or repeats.

        What it returns is known from then on. ``request`` is the text of the request, which a reply may repeat.
        """
        content = _json(body)
        if isinstance(content, dict):
            for name, value in own_secrets(content).items():
                if name in SECRET_MEMBERS and isinstance(value, str):
                    self._learn(f"reply:{number}:{name}", value)
        if any(True for _ in secret_members(content)) or self._repeats(content, request):
            body = exact_json.dump(self._without(content, request))
        return self._mask.text(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    # --- opening

    def open(self, text: str) -> str:
        """Return a sealed text with secrets in place of its marks: true ones if this run knows them, or stand-ins."""
        return MARK.sub(lambda found: self._opened(found[1]), text)

    def _opened(self, mark: str) -> str:
        if mark == "literal:":
            return "{{"
        if mark not in self._secrets and (other := OTHER_MARK.fullmatch(mark)):
            self._learn(mark, _stand_in(*other.groups()))
        return self._secrets.get(mark) or f"{{{{{mark}}}}}"

    # --- marks

    def _learn(self, mark: str, secret: str) -> None:
        self._marks.setdefault(secret, mark)
        self._secrets[mark] = secret
        self._mask.add(secret)

    def _mark(self, secret: str) -> str:
        if secret not in self._marks:
            self._others += 1
            kind = "digits" if DIGITS.fullmatch(secret) else "secret"
            self._learn(f"{kind}:{self._others}:{len(secret)}", secret)
        return f"{{{{{self._marks[secret]}}}}}"

    def _repeats(self, content: Any, request: str) -> bool:
        """Return whether a reply repeats a part of its request that names a secret."""
        return any(self._repeated(text, request) != text for text in _texts(content))

    def _repeated(self, text: str, request: str) -> str:
        return hide_in_text(text, self._mark) if text in request else text

    # --- JSON

    def _without(self, content: Any, request: str = "") -> Any:
        match content:
            case list():
                return [self._without(item, request) for item in content]
            case dict():
                secret = own_secrets(content)
                return {
                    name: self._hidden(value) if name in secret else self._without(value, request)
                    for name, value in content.items()
                }
            case str():
                return self._repeated(content, request) if request else _escape(content)
            case _:
                return content

    def _hidden(self, value: Any) -> Any:
        """Return the value of a secret member of any type, with marks in place of its texts and numbers."""
        match value:
            case str():
                return self._mark(value) if value.strip() == value != "" else value
            case list():
                return [self._hidden(item) for item in value]
            case dict():
                return {name: self._hidden(member) for name, member in value.items()}
            case bool() | None:
                return value
            case _:
                return orjson.Fragment(self._mark(as_digits(str(value))))


def _escape(text: str) -> str:
    """Return a client's text with the opening braces of everything that looks like a mark replaced by a mark."""
    return OPENING.sub(LITERAL, text)


def _texts(content: Any) -> Iterator[str]:
    below = [content]
    while below:
        match below.pop():
            case str() as text:
                yield text
            case dict() as found:
                below += found.values()
            case list() as found:
                below += found


def _json(body: bytes) -> Any:
    """Return the content of a body as vendors read it; None if it is not JSON."""
    try:
        return exact_json.parse(body)
    except ValueError:
        return None


def _decoded(body: bytes) -> tuple[str, str]:
    """Return a body as text, and the codec that encodes it again."""
    try:
        return body.decode(), "utf-8"
    except UnicodeDecodeError:
        return body.decode("latin-1"), "latin-1"


def _stand_in(kind: str, number: str, length: str) -> str:
    """Return a text of the length of the secret that a mark stands for, and different from any other's."""
    if kind == "digits":
        return f"1{number:>0{int(length) - 1}}"[: int(length)]
    return (f"stand-in-{number}-" * int(length))[-int(length) :]


def _secret_fields(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the path and text of every field of a catalogue that has the name of a secret."""
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            member = getattr(value, name)
            if name in SECRET_MEMBERS and isinstance(member, str):
                yield f"{path}:{name}", member
            else:
                yield from _secret_fields(member, f"{path}:{name}")
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from _secret_fields(member, f"{path}:{key}")
    elif isinstance(value, tuple | list):
        for index, member in enumerate(value):
            yield from _secret_fields(member, f"{path}:{index}")
