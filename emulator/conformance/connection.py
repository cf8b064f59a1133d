"""Send the requests of probes, and nothing that is not allowed.

The class of a probe says what may be at stake:

* ``read``: requests that change nothing: GET, HEAD, OPTIONS, and the operations that the probes file lists
* ``refusal``: requests that every version of the vendor must refuse. They must do no harm if they are accepted all the
  same: see ``harmless``
* ``sandbox``: requests that create, change or remove; only with ``write``
* ``never``: nothing is sent
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx
from msgspec import field

from emulator.conformance.expression import UNKNOWN_UUID, Scope, Unavailable, fill
from emulator.conformance.matcher import mismatches
from emulator.conformance.outgoing import Outgoing, outgoing
from emulator.conformance.pace import Pace
from emulator.conformance.probe_file import Call, Class, ProbeFile
from emulator.conformance.promise import is_acceptable
from emulator.conformance.values import ABSENT
from emulator.core.secrets import REDACTED, Mask, hide_in_text, secret_members
from emulator.core.struct import Struct

RETRIES_MAX = 3
RETRY_SECONDS_MAX = 120.0
UNAVAILABLE = frozenset({429, 502, 503, 504})
"""Statuses of a server, or of one before it, that does not answer now: they show nothing about its rules."""

UNKNOWN_IDS = ("unknown", UNKNOWN_UUID)
"""How ids in paths begin that name no record."""

SHORT_SECRET_CHARACTERS = 4

CHARGES = frozenset({"charge_id", "payment_intent", "payment_intent_id", "receipt_url", "amount_charged"})
"""The names of members that only a reply about a payment has."""


class NotAllowed(Exception):
    """The class of a probe does not permit a request. Nothing was sent."""


class Stopped(Exception):
    """Nothing more is sent: a reply shows a charge, or the server does not answer."""


class Reply(Struct, frozen=True):
    """A reply: ``body`` is its JSON, or its text."""

    status: int
    headers: Mapping[str, str]
    body: Any
    is_json: bool
    pairs: tuple[tuple[str, str], ...] = ()
    content: bytes = b""

    def header(self, name: str) -> Any:
        """Return the value of a header, or ABSENT."""
        return self.headers.get(name.lower(), ABSENT)


class Connection(Struct):
    """A server under test. ``write`` permits the class ``sandbox``; ``sent`` counts the requests."""

    http: httpx.Client
    provider: str
    file: ProbeFile
    credentials: Mapping[str, str]
    pace: Pace
    write: bool = False
    sent: int = 0
    stopped: str = ""
    secrets: set[str] = field(default_factory=set)
    _mask: Mask = field(default_factory=lambda: Mask(lambda _: REDACTED))

    def __post_init__(self) -> None:
        for name, value in self.credentials.items():
            if name not in self.file.credentials or self.file.credentials[name].secret:
                self.learn(value)

    def learn(self, secret: str) -> None:
        """Mask a secret from now on, wherever its value appears."""
        if len(secret) >= SHORT_SECRET_CHARACTERS:
            self.secrets.add(secret)
            self._mask.add(secret)

    def masked(self, text: str) -> str:
        """Return a text without the secrets that are known."""
        text = self._mask.text(text)
        for secret in self.secrets:
            text = text.replace(secret, REDACTED)
        return hide_in_text(text, lambda _: REDACTED)

    def request(self, call: Call, scope: Scope) -> Outgoing:
        """Return the request of a step, with the credentials that it does not replace."""
        replaced = {name.lower() for name in call.headers}
        headers: dict[str, Any] = {}
        for name, value in self.file.authorization.items():
            if name.lower() not in replaced:
                with suppress(Unavailable):  # a token that no step has obtained yet
                    headers[name] = fill(value, scope)
        headers |= fill(call.headers, scope)
        values: Mapping[str, Any] = {
            "path": fill(call.path, scope),
            "query": fill(call.query, scope),
            "headers": headers,
            "body": fill(call.body, scope),
            "text": fill(call.text, scope),
        }
        return outgoing(self.provider, call.send, values)

    def send(self, request: Outgoing, kind: Class, expected: tuple[int, ...] = ()) -> Reply:
        """Send a request, and return the reply. Raises NotAllowed and Stopped, without sending it."""
        self.check(request, kind)
        for attempt in range(RETRIES_MAX + 1):
            reply = self._exchange(request)
            seconds = _retry_seconds(reply, self.pace.reading())
            if seconds is None or reply.status in expected or attempt == RETRIES_MAX:
                break
            self.pace.wait(seconds)
        if reply.status in UNAVAILABLE and reply.status not in expected:
            self._stop_unavailable(request, reply)
        self._watch(request, kind, reply)
        return reply

    def check(self, request: Outgoing, kind: Class) -> None:
        """Raise NotAllowed or Stopped if a request of a class must not be sent."""
        if self.stopped:
            raise Stopped(self.stopped)
        if problem := self.objection(request, kind):
            raise NotAllowed(problem)

    def objection(self, request: Outgoing, kind: Class) -> str | None:
        """Return why a request of a class must not be sent, or None."""
        if kind == "never":
            return "probes of the class never are not sent"
        if kind == "sandbox" and not self.write:
            return "needs --write"
        if self._only_reads(request):
            return None
        if kind == "sandbox":
            live = any(key in str(request.headers) for key in self._live_keys())
            return f"{request.method} {request.path} has a live credential" if live else None
        if kind == "read":
            return f"{request.method} {request.path} may change something"
        return None if self.harmless(request) else f"{request.method} {request.path} could be accepted"

    def harmless(self, request: Outgoing) -> bool:
        """Return whether a request that should be refused does no harm if it is accepted.

        It has no valid credential; or reaches no operation; or its body has not the form that the operation accepts,
        bounds left aside; or it names a record that does not exist.
        """
        sent = f"{request.headers} {request.target} {request.content.decode('utf-8', 'replace')}"
        keys = {value for name, value in self.credentials.items() if self._is_key(name)}
        if not any(key in sent for key in keys | self.secrets):
            return True
        if request.operation is None or any(value.startswith(UNKNOWN_IDS) for value in request.path_values):
            return True
        return not is_acceptable(self.provider, request.operation, request.body())

    def _only_reads(self, request: Outgoing) -> bool:
        return self.file.changes_nothing(request.operation, request.method)

    def _live_keys(self) -> list[str]:
        return [
            key
            for name, key in self.credentials.items()
            if name in self.file.credentials and self.file.credentials[name].live
        ]

    def _is_key(self, name: str) -> bool:
        return name not in self.file.credentials or self.file.credentials[name].secret

    def _exchange(self, request: Outgoing) -> Reply:
        self.pace.before_request()
        self.sent += 1
        url = f"{str(self.http.base_url).rstrip('/')}{request.target}"
        try:
            reply = self.http.request(
                request.method, url, headers=dict(request.headers), content=request.content, follow_redirects=False
            )
        except httpx.HTTPError as error:
            self.stop(f"no reply to {request.method} {request.path}: {str(error) or type(error).__name__}")
        return self._read(reply)

    def _read(self, reply: httpx.Response) -> Reply:
        try:
            body, is_json = json.loads(reply.content), True
        except ValueError:
            body, is_json = reply.text, False
        for _, secret in secret_members(body):
            if isinstance(secret, str):
                self.learn(secret)
        pairs = tuple((name.lower(), value) for name, value in reply.headers.multi_items())
        return Reply(reply.status_code, dict(pairs), body, is_json, pairs, reply.content)

    def stop(self, reason: str) -> NoReturn:
        """Send nothing more. Raises Stopped."""
        self.stopped = self.masked(reason)
        raise Stopped(self.stopped)

    def _stop_unavailable(self, request: Outgoing, reply: Reply) -> NoReturn:
        """Stop, and say why. An emulator says why in a header."""
        hint = reply.headers.get("x-emulator-hint")
        if hint is None and reply.status == 429:
            hint = "it limits requests; use a larger --pace"
        self.stop(f"{request.method} {request.path} returned {reply.status}{f': {hint}' if hint else ''}")

    def _watch(self, request: Outgoing, kind: Class, reply: Reply) -> None:
        """Stop at the first sign of billing, or when a write that should be refused was accepted."""
        if sign := self._charge(reply):
            self.stopped = f"the reply to {request.method} {request.path} shows a charge: {sign}"
        elif kind == "refusal" and reply.status < 300 and not self.write and not self._only_reads(request):
            self.stopped = f"{request.method} {request.path} was accepted, although it must be refused"

    def _charge(self, reply: Reply) -> str | None:
        if reply.status == 402:
            return "status 402"
        found = next((name for name in _names(reply.body) if name in CHARGES), None)
        if found:
            return f"member {found}"
        now = self.pace.reading()
        shows = any(not any(mismatches(matcher, reply.body, now)) for matcher in self.file.billing)
        return "a reply that the probes file lists under billing" if shows else None


def _retry_seconds(reply: Reply, now: datetime) -> float | None:
    """Return how long a reply asks to wait before another attempt, in seconds or until a date, or None."""
    if reply.status not in (429, 503):
        return None
    wanted = reply.headers.get("retry-after", "")
    if re.fullmatch(r"\d{1,6}", wanted):
        return min(float(wanted), RETRY_SECONDS_MAX)
    try:
        until = parsedate_to_datetime(wanted)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), RETRY_SECONDS_MAX)


def _names(body: Any) -> Iterator[str]:
    waiting = [body]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield from found
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
