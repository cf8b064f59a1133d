"""Taking the secrets out of a recorded run, so that anybody may see it, and putting stand-ins back to replay it.

A secret becomes a mark: ``{{credential:cnaught:...}}`` for one of the fixtures', ``{{reply:17:access}}`` for one that
the reply to request 17 gave out, ``{{secret:1:12}}`` for any other, of which only the length is kept.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import orjson

from emulator.core.secrets import SECRET_HEADERS, SECRET_MEMBERS
from emulator.space import World

MARK = re.compile(r"\{\{((?:credential|reply|secret):[^{}]*)\}\}")


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
        if name.encode("latin-1") not in SECRET_HEADERS:
            return value
        scheme, blank, secret = value.rpartition(" ")
        return f"{scheme}{blank}{self._mark(secret)}" if secret else value

    def body(self, body: bytes) -> bytes:
        """A request's body; of one that is no JSON, only what is known to be secret goes."""
        content = _json(body)
        if _holds_secrets(content):
            return orjson.dumps(self._without(content))
        for secret, mark in self._marks.items():
            body = body.replace(secret.encode(), f"{{{{{mark}}}}}".encode())
        return body

    def reply(self, number: int, body: bytes) -> bytes:
        """The body of the reply to a request; what it gives out is known from then on."""
        content = _json(body)
        if not _holds_secrets(content):
            return body
        for member in SECRET_MEMBERS & content.keys():
            if isinstance(content[member], str):
                self._learn(f"reply:{number}:{member}", content[member])
        return orjson.dumps(self._without(content))

    def open(self, text: str) -> str:
        """A sealed text with secrets in place of its marks: the true one where this run knows it, else a stand-in."""
        return MARK.sub(lambda found: self._secrets.get(found[1]) or _stand_in(found[1]), text)

    def _learn(self, mark: str, secret: str) -> None:
        self._marks.setdefault(secret, mark)
        self._secrets[mark] = secret

    def _mark(self, secret: str) -> str:
        if secret not in self._marks:
            self._others += 1
            self._marks[secret] = f"secret:{self._others}:{len(secret)}"
        return f"{{{{{self._marks[secret]}}}}}"

    def _without(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self._without(item) for item in content]
        if not isinstance(content, dict):
            return content
        return {
            name: self._mark(value) if _is_secret(name, value, content) else self._without(value)
            for name, value in content.items()
        }


def _is_secret(name: str, value: Any, among: Mapping[str, Any]) -> bool:
    """Whether a member is secret. A blank text is none, nor is one that another member shows anyway."""
    shown = [other for member, other in among.items() if member not in SECRET_MEMBERS]
    return name in SECRET_MEMBERS and isinstance(value, str) and value.strip() == value != "" and value not in shown


def _holds_secrets(content: Any) -> bool:
    return isinstance(content, dict) and not SECRET_MEMBERS.isdisjoint(content)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _stand_in(mark: str) -> str:
    """A text of the length of the secret that it stands for, and unlike any other's."""
    _, number, length = mark.split(":")
    return (f"stand-in-{number}-" * int(length))[-int(length) :]


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
