"""An exchange with a vendor, with its bodies decoded."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx

CODINGS = ("gzip", "deflate", "identity")
"""The codings of a body that every installation can read."""


class NotReadable(ValueError):
    """A body has a coding that cannot be read, so its secrets cannot be sealed."""


class Members(dict[str, Any]):
    """A JSON object, and the members that others of the same name have overwritten."""

    overwritten: list[tuple[str, Any]]


class DecodedExchange:
    """An exchange, with its bodies as JSON, or as text where they are not."""

    def __init__(self, at: datetime, target: str, request: httpx.Request, reply: httpx.Response) -> None:
        self.at, self.request, self.reply = at, request, reply
        self.path, _, self.query = target.partition("?")
        sent = httpx.Response(200, headers=request.headers, content=request.content)  # it decodes
        for message in (sent, reply):
            _check_coding(message.headers)
        self.body = read_json(sent.content, exact=True)
        self.text = sent.text if self.body is None and sent.content else None
        self.reply_body = read_json(reply.content)
        self.reply_text = reply.text


def _check_coding(headers: httpx.Headers) -> None:
    """Raise NotReadable for a body in a coding that was not decoded."""
    for coding in headers.get("content-encoding", "").lower().split(","):
        if coding.strip() and coding.strip() not in CODINGS:
            raise NotReadable(f"its content encoding {coding.strip()} cannot be read")


def read_json(body: bytes, exact: bool = False) -> Any:
    """Return JSON content; None for anything else. With ``exact``, also if a float could not hold its numbers."""
    try:
        return json.loads(
            body,
            parse_constant=_refuse,
            parse_float=_exact_float if exact else _float,
            object_pairs_hook=_members,
        )
    except (ValueError, RecursionError):
        return None


def _members(pairs: list[tuple[str, Any]]) -> Members:
    members = Members(pairs)
    members.overwritten = [(name, value) for name, value in pairs if members[name] is not value]
    return members


def _float(text: str) -> float:
    number = float(text)
    return number if abs(number) != float("inf") else _refuse(text)


def _exact_float(text: str) -> float:
    number = _float(text)
    return number if Decimal(repr(number)) == Decimal(text) else _refuse(text)


def _refuse(number: str) -> Any:
    raise ValueError(number)
