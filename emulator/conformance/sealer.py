"""Take the secrets out of an exchange with a vendor, wherever they are, before anything is written.

A secret is known by its place: a header, a cookie, a parameter, a member of JSON, also of JSON within a JSON string, a
field of a form or of multipart data, a password of basic authentication, or the form of a well-known kind of key. From
then on it is known by its value, and sealed in every other place. The texts that open such a mark in the traffic itself
get ``{{literal:}}`` for their braces, so that no client can forge a mark.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote, unquote_plus

import httpx

from emulator.conformance.decoded_exchange import DecodedExchange, read_json
from emulator.conformance.recording import (
    LEFT_OUT,
    LITERAL,
    MARK,
    RecordedExchange,
    RecordedReply,
    token_claims,
)
from emulator.core.secrets import (
    Mask,
    hide_in_header,
    hide_in_query,
    hide_in_text,
    is_secret_member,
    own_secrets,
)
from emulator.web.forms import content_type, parameter, part_header

SCHEMES = frozenset({"", "basic", "bearer", "token"})
COOKIES = frozenset({"cookie", "set-cookie"})
OPENING = re.compile(r"\{\{(?=(?:credential|secret|literal):)")
KNOWN_KEY = re.compile(
    r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\b(?:[spr]k|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}"
    r"|(?i:(?<=bearer ))(?=[^\s\d]*\d)[\w.~+/=-]{8,}"
)
"""A JSON Web Token, a key of a well-known form, or what follows ``Bearer`` in a text."""

MENTIONED = re.compile(r"=|[\"']\s*:")
"""A text of a JSON document that may name secrets: a URL, a form, or a quotation of JSON."""


class Sealer:
    """The secrets of a recording, each with its mark. ``credentials`` are those that the user gave by name."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        named = {_escape(value): f"{{{{credential:{name}}}}}" for name, value in credentials.items()}
        self._marks: dict[str, str] = {}
        self._mask = Mask(self._mark)
        self._named = tuple((_pattern(secret), mark) for secret, mark in named.items())
        for secret, mark in named.items():
            self._learn(secret, mark)

    def exchange(self, at: datetime, target: str, request: httpx.Request, reply: httpx.Response) -> RecordedExchange:
        """Return an exchange without its secrets. ``target`` is path and query as on the wire. Raises NotReadable."""
        found = DecodedExchange(at, target, request, reply)
        self._sealed_exchange(found)  # the first time, each part shows its secrets; the second time, all are known
        return self._sealed_exchange(found)

    def _sealed_exchange(self, found: DecodedExchange) -> RecordedExchange:
        text = found.text
        return RecordedExchange(
            at=found.at,
            method=found.request.method,
            path=self._by_value(_escape(found.path)),
            query=self._by_value(hide_in_query(_escape(found.query), self._mark_encoded)),
            headers=self._headers(found.request.headers),
            body=self._content(found.body),
            text=None if text is None else self._text(text, found.request.headers.get("content-type", "")),
            reply=RecordedReply(
                status=found.reply.status_code,
                headers=self._headers(found.reply.headers),
                body=self._text(found.reply_text, found.reply.headers.get("content-type", ""))
                if found.reply_body is None
                else self._content(found.reply_body),
                claims=self._claims(found.reply_body),
            ),
        )

    def _claims(self, content: Any) -> dict[str, dict[str, Any]]:
        return {place: self._content(found) for place, found in token_claims(content).items()}

    # --- headers

    def _headers(self, headers: httpx.Headers) -> dict[str, str]:
        """Return the headers that a recording has, repeated ones in one line."""
        sealed: dict[str, list[str]] = {}
        for name, value in headers.multi_items():
            lower, value = name.lower(), _escape(value)
            self._learn_from_header(lower, value)
            if lower not in LEFT_OUT:
                hidden = hide_in_header(lower.encode("latin-1"), value, self._words)
                sealed.setdefault(lower, []).append(self._prose(value) if hidden == value else self._by_value(hidden))
        return {name: ", ".join(values) for name, values in sealed.items()}

    def _learn_from_header(self, name: str, value: str) -> None:
        """Learn the values of cookies, and the password of basic authentication."""
        if name in COOKIES:
            pairs = value.split(";")[: 1 if name == "set-cookie" else None]
            for _, secret in (pair.strip().split("=", 1) for pair in pairs if "=" in pair):
                self._mark(secret.strip('"')) if secret.strip('"') else None
        scheme, _, credentials = value.partition(" ")
        if scheme.lower() == "basic":
            password = _decoded_base64(credentials.strip()).partition(":")[2]
            self._mark(password) if password else None

    def _words(self, value: str) -> str:
        """Return the secret of a header as marks, one for each word. The name of a scheme is not secret."""
        return " ".join(word if word.lower() in SCHEMES else self._mark(word) for word in value.split(" "))

    # --- bodies

    def _content(self, content: Any, secret: bool = False) -> Any:
        """Return JSON content with its secrets sealed. The value of a secret member is secret, with any type."""
        match content:
            case dict():
                for name, value in getattr(content, "overwritten", ()):
                    self._content(value, is_secret_member(name))
                return self._members(content, secret)
            case list():
                return [self._content(item, secret) for item in content]
            case str():
                return self._prose(_escape(content)) if not secret else self._sealed(_escape(content))
            case int() | float() | Decimal() if secret and not isinstance(content, bool):
                return self._mark(str(content))
            case _:
                return content

    def _members(self, content: dict[str, Any], secret: bool) -> dict[str, Any]:
        secrets = own_secrets(content)
        return {
            self._by_value(_escape(name)): self._content(value, secret or name in secrets)
            for name, value in content.items()
        }

    def _sealed(self, text: str) -> str:
        """Return a secret text as its mark; blanks around it stay."""
        secret = text.strip()
        return text.replace(secret, self._mark(secret)) if secret else text

    def _prose(self, text: str) -> str:
        """Return a text of a JSON document or a header without the secrets that it names."""
        if text[:1] in ("{", "[") and (content := read_json(text.encode("utf-8", "surrogatepass"))) is not None:
            sealed = self._content(content)
            spaced = ", ", ": "
            return text if sealed == content else json.dumps(sealed, separators=spaced if ": " in text else (",", ":"))
        return self._by_value(hide_in_text(text, self._mark) if MENTIONED.search(text) else text)

    def _text(self, text: str, media_type: str) -> str:
        """Return a body that is not JSON without its secrets."""
        text, kind = _escape(text), content_type(media_type)
        if kind.get_content_type() == "application/x-www-form-urlencoded":
            return self._by_value(hide_in_query(text, self._mark_encoded))
        boundary = parameter(kind, "boundary", "content-type")
        if kind.get_content_maintype() == "multipart" and boundary:
            return f"--{boundary}".join(self._part(part) for part in text.split(f"--{boundary}"))
        return self._by_value(hide_in_text(text, self._mark))

    def _part(self, part: str) -> str:
        """Return a part of multipart data without its secrets."""
        head, blank, value = part.partition("\r\n\r\n")
        name = parameter(part_header(head), "name") or ""
        secret = value.removesuffix("\r\n")
        if is_secret_member(name) and secret.strip():
            return self._by_value(head) + blank + self._sealed(secret) + value[len(secret) :]
        return self._by_value(head) + blank + self._prose(value)

    # --- texts

    def _mark_encoded(self, value: str) -> str:
        """Return the mark of a secret of a query or a form."""
        return self._mark(unquote_plus(value))

    def _by_value(self, text: str) -> str:
        """Return a text with the secrets sealed that are known by their value or their form. Marks in it stay."""
        parts = MARK.split(text)
        marks = [found[0] for found in MARK.finditer(text)]
        hidden = [self._known(part) for part in parts[:: MARK.groups + 1]]
        return "".join(text for pair in zip(hidden, [*marks, ""], strict=True) for text in pair)

    def _known(self, text: str) -> str:
        for found in KNOWN_KEY.finditer(text):
            self._mark(found[0])
        parts = [self._mask.text(text)]
        for pattern, mark in self._named:  # however short, and whether or not it is a secret
            parts = list(_replaced(parts, pattern, mark))
        return "".join(parts)

    def _learn(self, secret: str, mark: str) -> None:
        self._marks[secret] = mark
        self._mask.add(secret)

    def _mark(self, secret: str) -> str:
        """Return the mark of a secret; of a part of a URL, also as the mark of what it encodes."""
        if secret not in self._marks:
            mark = f"{{{{secret:{len(self._marks) + 1}:{len(secret)}}}}}"
            for form in {secret, unquote(secret)} - self._marks.keys():
                self._learn(form, mark)
        return self._marks[secret]


def _pattern(secret: str) -> re.Pattern[str]:
    """Return a pattern of a secret as it is, and as a part of a URL."""
    forms = sorted({secret, quote(secret, safe="")}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, forms)))


def _replaced(parts: Iterable[str], secret: re.Pattern[str], mark: str) -> Iterator[str]:
    """Yield parts of a text with a short secret replaced in those that are no marks."""
    for part in parts:
        if not secret.search(part):
            yield part
            continue
        position = 0
        for found in MARK.finditer(part):
            yield secret.sub(lambda _: mark, part[position : found.start()])
            yield found[0]
            position = found.end()
        yield secret.sub(lambda _: mark, part[position:])


def _escape(text: str) -> str:
    """Return a text with the opening braces of everything that looks like a mark replaced."""
    return OPENING.sub(LITERAL, text)


def _decoded_base64(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
    except ValueError:
        return ""
