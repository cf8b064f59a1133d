"""Taking the secrets out of a recorded run, so that anybody may see it, and putting stand-ins back to replay it.

A secret becomes a mark: ``{{credential:cnaught:...}}`` for one of the fixtures', ``{{reply:17:access}}`` for one that
the reply to request 17 gave out, ``{{secret:1:12}}`` for any other, of which only the length is kept, and
``{{digits:2:8}}`` for one of digits alone, which may stand for a number.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any
from urllib.parse import unquote_plus

import orjson

from emulator.core import exact_json
from emulator.core.secrets import SECRET_MEMBERS, SECRET_TEXT, hide_in_header
from emulator.space.world import World

MARK = re.compile(r"\{\{((?:credential|reply|secret|digits):[^{}]*)\}\}")
DIGITS = re.compile(r"[1-9][0-9]*")
OTHER_MARK = re.compile(r"(secret|digits):([0-9]{1,9}):([0-9]{1,7})")

TELLING_CHARACTERS_MIN = 8
"""A secret as long as this is one wherever it stands; a shorter text may stand elsewhere and mean something else."""


class Seal:
    """The secrets of one run, each with its mark; the same run gives the same marks."""

    def __init__(self, world: World) -> None:
        self._marks: dict[str, str] = {}
        self._secrets: dict[str, str] = {}
        self._others = 0
        for name, fixture in world.fixtures.items():
            for place, secret in _secret_fields(fixture.catalogue, name):
                self._learn(f"credential:{place}", secret)

    def header(self, name: str, value: str) -> str:
        """A request header; of a secret one, only the scheme stays."""
        return hide_in_header(name.encode("latin-1"), value, self._mark)

    def query(self, query: str) -> str:
        """A query without the values of its secret parameters."""
        return "&".join(map(self._parameter, query.split("&")))

    def body(self, body: bytes) -> bytes:
        """A request's body: of JSON, the secret members go at any depth; of anything else, what looks like them."""
        content = _json(body)
        if _holds_secrets(content):
            try:
                return exact_json.dump(self._without(content))
            except TypeError:
                content = None  # a number that our writer does not take
        text, codec = _decoded(body)
        return self.text(SECRET_TEXT.sub(self._in_text, text) if content is None else text).encode(codec)

    def text(self, text: str) -> str:
        """A text from which only goes what is known to be secret."""
        for secret, mark in self._marks.items():
            if len(secret) >= TELLING_CHARACTERS_MIN:
                text = text.replace(secret, f"{{{{{mark}}}}}")
        return text

    def reply(self, number: int, body: bytes) -> bytes:
        """The body of the reply to a request; what it gives out is known from then on."""
        content = _json(body)
        if not isinstance(content, dict) or SECRET_MEMBERS.isdisjoint(content):
            return body
        for member in SECRET_MEMBERS & content.keys():
            if isinstance(content[member], str):
                self._learn(f"reply:{number}:{member}", content[member])
        return exact_json.dump(self._without(content))

    def open(self, text: str) -> str:
        """A sealed text with secrets in place of its marks: the true one where this run knows it, else a stand-in."""
        return MARK.sub(lambda found: self._secrets.get(found[1]) or _stand_in(found[1]), text)

    def _learn(self, mark: str, secret: str) -> None:
        self._marks.setdefault(secret, mark)
        self._secrets[mark] = secret

    def _mark(self, secret: str) -> str:
        if secret not in self._marks:
            self._others += 1
            kind = "digits" if DIGITS.fullmatch(secret) else "secret"
            self._marks[secret] = f"{kind}:{self._others}:{len(secret)}"
        return f"{{{{{self._marks[secret]}}}}}"

    def _parameter(self, parameter: str) -> str:
        name, _, value = parameter.partition("=")
        secret = value and unquote_plus(name) in SECRET_MEMBERS
        return f"{name}={self._mark(value)}" if secret else self.text(parameter)

    def _in_text(self, found: re.Match[str]) -> str:
        """A secret member in a text that is no JSON, without its value; quotation marks stay."""
        secret = found[2].strip('"')
        return f"{found[1]}{found[2].replace(secret, self._mark(secret))}" if secret else found[0]

    def _without(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self._without(item) for item in content]
        if not isinstance(content, dict):
            return content
        return {
            name: self._hidden(value) if _is_secret(name, value, content) else self._without(value)
            for name, value in content.items()
        }

    def _hidden(self, value: Any) -> Any:
        """The value of a secret member, whatever it is."""
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
                number = str(value)
                digits = number if DIGITS.fullmatch(number) else "1" + "".join(filter(str.isdigit, number))
                return orjson.Fragment(self._mark(digits))


def _is_secret(name: str, value: Any, among: Mapping[str, Any]) -> bool:
    """Whether a member is secret. One that another member shows anyway is not."""
    shown = (other for member, other in among.items() if member not in SECRET_MEMBERS)
    return name in SECRET_MEMBERS and value not in shown


def _holds_secrets(content: Any) -> bool:
    """Whether there is a secret member at any depth."""
    below = [content]
    while below:
        found = below.pop()
        if isinstance(found, dict):
            if not SECRET_MEMBERS.isdisjoint(found):
                return True
            below += found.values()
        elif isinstance(found, list):
            below += found
    return False


def _json(body: bytes) -> Any:
    """What a body says, as vendors read it; None when it is no JSON."""
    try:
        return exact_json.parse(body)
    except ValueError:
        return None


def _decoded(body: bytes) -> tuple[str, str]:
    """A body as text, and the codec that gives it back."""
    try:
        return body.decode(), "utf-8"
    except UnicodeDecodeError:
        return body.decode("latin-1"), "latin-1"


def _stand_in(mark: str) -> str:
    """A text of the length of the secret that it stands for, and unlike any other's; what is no mark of ours stays."""
    found = OTHER_MARK.fullmatch(mark)
    if not found:
        return f"{{{{{mark}}}}}"
    kind, number, length = found[1], found[2], int(found[3])
    if kind == "digits":
        return f"1{number:>0{length - 1}}"[:length]
    return (f"stand-in-{number}-" * length)[-length:]


def _secret_fields(thing: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text in a catalogue that stands in a field with the name of a secret."""
    if is_dataclass(thing):
        for field in fields(thing):
            value = getattr(thing, field.name)
            if field.name in SECRET_MEMBERS and isinstance(value, str):
                yield f"{place}:{field.name}", value
            else:
                yield from _secret_fields(value, f"{place}:{field.name}")
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from _secret_fields(value, f"{place}:{key}")
    elif isinstance(thing, tuple | list):
        for index, value in enumerate(thing):
            yield from _secret_fields(value, f"{place}:{index}")
