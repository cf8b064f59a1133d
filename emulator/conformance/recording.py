"""Recordings of a vendor: exchanges without secrets, one JSON document a line.

The first line says what was recorded, each other line is an exchange. Secrets are sealed before anything is written:
a credential becomes ``{{credential:api_key}}``, any other secret ``{{secret:3:12}}``, the same mark wherever it
appears; the last number is its length. Of a JSON Web Token the names of the claims and the times are kept, because they
are no secret.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from emulator.conformance.expression import claims
from emulator.core.secrets import (
    Mask,
    hide_in_header,
    hide_in_query,
    hide_in_text,
    is_secret,
    is_secret_member,
    secret_members,
)

FORMAT = "carbon-emulator recording 1"

LEFT_OUT = frozenset(
    {"host", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "content-length", "content-encoding"}
    | {"accept-encoding", "user-agent", "cookie", "set-cookie", "date", "server", "via", "forwarded", "x-forwarded-for"}
    | {"x-forwarded-host", "x-forwarded-proto", "x-real-ip", "strict-transport-security", "alt-svc", "report-to"}
    | {"nel", "cf-ray", "cf-cache-status"}
)
"""Headers about the connection or the client: a recording has none of them."""

SCHEMES = frozenset({"", "basic", "bearer", "token"})
TIME_CLAIMS = frozenset({"exp", "iat", "nbf", "token_type"})


class BadRecording(ValueError):
    """A file is not a recording. The message names the line."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Header(_Part):
    """The first line of a recording: what was recorded, and when it began."""

    format: str
    provider: str
    upstream: str
    began: datetime


class RecordedReply(_Part):
    """A reply. ``claims`` are those of the tokens in its body, by the place of the token."""

    status: int
    headers: dict[str, str]
    body: Any
    claims: dict[str, dict[str, Any]] = {}


class RecordedExchange(_Part):
    """A request and its reply. ``body`` is JSON if the request's was, and else ``text``."""

    at: datetime
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any = None
    text: str | None = None
    reply: RecordedReply


class Recording(_Part):
    """What one run of ``record`` wrote."""

    header: Header
    exchanges: list[RecordedExchange]


class Sealer:
    """The secrets of a recording, each with its mark. ``credentials`` are those that the user gave by name."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._marks: dict[str, str] = {}
        self._mask = Mask(self._mark)
        for name, value in credentials.items():
            self._learn(value, f"{{{{credential:{name}}}}}")

    def exchange(
        self,
        at: datetime,
        request: tuple[str, str, str, Mapping[str, str], bytes],
        reply: tuple[int, Mapping[str, str], bytes],
    ) -> RecordedExchange:
        """Return an exchange without its secrets. What is secret in one part is sealed in all others."""
        method, path, query, headers, body = request
        status, reply_headers, reply_body = reply
        content, reply_content = _json(body), _json(reply_body)
        for _, secret in (*secret_members(content), *secret_members(reply_content)):
            if isinstance(secret, str) and secret.strip():
                self._mark(secret.strip())
        sealed_headers = self._headers(headers)
        sealed_query = self._text(hide_in_query(query, self._mark))
        text = None if content is not None or not body else self._plain(body)
        return RecordedExchange(
            at=at,
            method=method,
            path=self._text(path),
            query=sealed_query,
            headers=sealed_headers,
            body=self._content(content),
            text=text,
            reply=RecordedReply(
                status=status,
                headers=self._headers(reply_headers),
                body=self._content(reply_content) if reply_content is not None else self._plain(reply_body),
                claims=dict(_claims(reply_content, "")),
            ),
        )

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        lower = {name.lower(): value for name, value in headers.items()}
        return {
            name: self._text(hide_in_header(name.encode("latin-1"), value, self._words))
            for name, value in lower.items()
            if name not in LEFT_OUT
        }

    def _words(self, value: str) -> str:
        """Return the secret of a header as marks, one for each word. The name of a scheme is not secret."""
        return " ".join(word if word.lower() in SCHEMES else self._mark(word) for word in value.split(" "))

    def _content(self, content: Any, secret: bool = False) -> Any:
        """Return JSON content with its secrets sealed. The value of a secret member is secret, with any type."""
        match content:
            case dict():
                return {
                    self._text(name): self._content(value, secret or is_secret(name, value, content))
                    for name, value in content.items()
                }
            case list():
                return [self._content(item, secret) for item in content]
            case str():
                return self._text(content) if not secret else self._sealed(content)
            case int() | float() if secret and not isinstance(content, bool):
                return self._mark(json.dumps(content))
            case _:
                return content

    def _sealed(self, text: str) -> str:
        """Return a secret text as its mark; blanks around it stay."""
        secret = text.strip()
        return text.replace(secret, self._mark(secret)) if secret else text

    def _plain(self, body: bytes) -> str:
        return self._text(hide_in_text(_decoded(body), self._mark))

    def _text(self, text: str) -> str:
        text = self._mask.text(text)
        for secret, mark in self._marks.items():
            if mark.startswith("{{credential:"):  # however short, and whether or not it is a secret
                text = text.replace(secret, mark)
        return text

    def _learn(self, secret: str, mark: str) -> None:
        self._marks[secret] = mark
        self._mask.add(secret)

    def _mark(self, secret: str) -> str:
        if secret.startswith("{{"):
            return secret
        if secret not in self._marks:
            self._learn(secret, f"{{{{secret:{len(self._marks) + 1}:{len(secret)}}}}}")
        return self._marks[secret]


def read(path: Path) -> Recording:
    """Return the recording in a file. Raises BadRecording."""
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRecording(f"cannot read {path}: {error}") from None
    exchanges: list[RecordedExchange] = []
    header: Header | None = None
    for number, line in enumerate(lines, start=1):
        try:
            if header is None:
                header = Header.model_validate_json(line)
            else:
                exchanges.append(RecordedExchange.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise BadRecording(f"{path}, line {number}: {place}: {first['msg']}") from None
    if header is None or header.format != FORMAT:
        raise BadRecording(f"{path} is not a recording: its first line has no format {FORMAT!r}")
    return Recording(header=header, exchanges=exchanges)


def _claims(content: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the claims of each token in a body, with the place of the token. Only times keep their values."""
    if isinstance(content, dict):
        for name, value in content.items():
            below = f"{place}.{name}" if place else name
            found = claims(value) if isinstance(value, str) and is_secret_member(name) else None
            if isinstance(found, dict):
                yield below, {claim: v if claim in TIME_CLAIMS else type(v).__name__ for claim, v in found.items()}
            yield from _claims(value, below)


def token_claims(content: Any) -> dict[str, dict[str, Any]]:
    """Return the claims of the tokens in a body, as a recording has them."""
    return dict(_claims(content, ""))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse) if body else None
    except ValueError:
        return None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "replace")
