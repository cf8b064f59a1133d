"""Replay a recording on the emulator of this process, and find where their replies differ.

Ids and times are compared by their role: an id in a recorded reply stands for the id that the emulator returns in the
same place, from then on and in both directions; a time may be a few seconds off.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import orjson
from msgspec import field
from pydantic import BaseModel

from emulator.conformance.connection import Reply
from emulator.conformance.in_process import ADDRESS, EmulatorTransport, SpacePace
from emulator.conformance.recording import LITERAL, MARK, RecordedExchange, Recording, token_claims
from emulator.conformance.values import instant, is_number, same, shown
from emulator.core.plural import plural
from emulator.core.struct import Struct
from emulator.evidence import contracts
from emulator.evidence.parts import parts
from emulator.providers import ALL
from emulator.space.commands import ChangeSettings
from emulator.space.settings import BadSetting
from emulator.space.space import Space

CLOCK_SECONDS = 5.0
"""How far a time of a reply may be from the emulator's."""

CALENDAR = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")
IDENTITY = re.compile(
    r"(^|_)(id|ids|number|cursor|jti|key|token|url|serial|access|refresh|identifier)s?$|Request-Id", re.I
)
"""How members are called that hold an id, or something made from one."""

PAGES = re.compile(r"https?://[^\s\"/]+(?:/~[\w.-]+)?/_emulator/pages")
"""Where links of another emulator lead."""

TRANSLATED_CHARACTERS_MIN = 4


class Divergence(BaseModel):
    """A difference: its ``name`` is the same for all replies of an operation, so that it can be accepted."""

    name: str
    exchange: int
    request: str
    place: str
    recorded: str
    replayed: str


class Comparison(Struct):
    """What a comparison found: differences, those that were accepted, and accepted names that no longer occur."""

    provider: str
    exchanges: int
    divergences: list[Divergence] = field(default_factory=list)
    accepted: list[Divergence] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)


def compare(
    recording: Recording, credentials: Mapping[str, str], accepted: Iterable[str] = (), fixtures: Path | None = None
) -> Comparison:
    """Replay a recording, and return where the replies differ. ``credentials`` are those of the emulator, by name."""
    replay = _Replay(recording, credentials, fixtures)
    found = Comparison(recording.header.provider, len(recording.exchanges))
    names = set(accepted)
    for number, exchange in enumerate(recording.exchanges, start=1):
        for divergence in replay.divergences(number, exchange):
            (found.accepted if divergence.name in names else found.divergences).append(divergence)
    found.stale = sorted(names - {divergence.name for divergence in found.accepted})
    return found


def parts_shown(recording: Recording, number: int, credentials: Mapping[str, str]) -> Iterator[str]:
    """Yield what an exchange of a recording shows, part by part, each with the evidence that it has in the contract."""
    replay = _Replay(recording, credentials, None)
    for position, exchange in enumerate(recording.exchanges[:number], start=1):
        list(replay.divergences(position, exchange))
    last = replay.space.history.exchanges()[-1]
    operation = contracts.operation(last.provider, last.operation)
    if operation is None:
        return
    yield f"operation {operation.id} ({operation.evidence})"
    for part in dict.fromkeys(parts(last, operation)):
        rule = f", {part.rule}" if part.rule else ""
        yield f"{' '.join(filter(None, (part.place, part.field)))} ({part.evidence}{rule})"


class _Replay:
    """One replay: an emulator, and which of its values stand for those of the recording."""

    def __init__(self, recording: Recording, credentials: Mapping[str, str], fixtures: Path | None) -> None:
        self.provider = recording.header.provider
        transport = EmulatorTransport(fixtures=fixtures)
        self.pace = SpacePace(transport.space)
        self.http = httpx.Client(transport=transport, base_url=f"{ADDRESS}/{self.provider}", trust_env=False)
        known = {**transport.credentials(self.provider), **credentials}
        self.roles: dict[str, str] = {f"{{{{credential:{name}}}}}": value for name, value in known.items()}
        self.origins: dict[str, str] = {}
        self.main_key = known.get("api_key", "")
        self.space = transport.space
        self.space.clock.begin(recording.header.began, frozen=True)
        self._let_links_lead_there(self.space, recording)

    def _let_links_lead_there(self, space: Space, recording: Recording) -> None:
        """Let links in replies lead to the vendor; or, if another emulator was recorded, to that emulator."""
        upstream, text = recording.header.upstream.rstrip("/"), recording.model_dump_json()
        pages = PAGES.search(text)
        if pages:
            space.pages_url = pages[0]
        if httpx.URL(upstream).host not in ALL[self.provider].hosts and (pages or f'"{upstream}/' in text):
            self.roles[upstream] = f"{ADDRESS}/{self.provider}"
            return
        with suppress(BadSetting):  # a vendor without links
            space.run(ChangeSettings(self.provider, {"links": "vendor"}))

    def divergences(self, number: int, exchange: RecordedExchange) -> Iterator[Divergence]:
        """Send a recorded request to the emulator, and yield how its reply differs from the recorded one."""
        if exchange.at > self.pace.reading():
            self.pace.move(exchange.at)
        self._identify(exchange)
        reply = self._send(exchange)
        operation = contracts.operation_of(self.provider, exchange.method, exchange.path)
        request = f"{exchange.method} {exchange.path}"
        about = operation.id if operation else request
        for place, recorded, replayed in self._differences(exchange, reply, operation):
            name = f"{about} {exchange.reply.status} {re.sub(r'[.]?[0-9]+(?=[.]|$)', '[]', place)}"
            yield Divergence(
                name=name, exchange=number, request=request, place=place, recorded=recorded, replayed=replayed
            )

    def _identify(self, exchange: RecordedExchange) -> None:
        """Let an unnamed secret in the headers of a request that was accepted stand for the emulator's API key."""
        if exchange.reply.status == 401 or not self.main_key:
            return
        for value in exchange.headers.values():
            mark = MARK.search(value)
            if mark and mark[1] == "secret" and mark[0] not in self.roles:
                self.roles[mark[0]] = self.main_key

    def _send(self, exchange: RecordedExchange) -> Reply:
        headers = {name: self._translated(value) for name, value in exchange.headers.items()}
        form = exchange.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        content = self._translated(exchange.text or "", in_url=form).encode()
        if exchange.body is not None:
            content = self._translated(json.dumps(exchange.body, ensure_ascii=False)).encode("utf-8", "surrogatepass")
        query = self._translated(exchange.query, in_url=True)
        target = self._translated(exchange.path, in_url=True) + (f"?{query}" if query else "")
        url = f"{ADDRESS}/{self.provider}{target}"
        answer = self.http.request(exchange.method, url, headers=headers, content=content)
        try:
            body, is_json = orjson.loads(answer.content), True
        except orjson.JSONDecodeError:
            body, is_json = answer.text, False
        return Reply(answer.status_code, {n.lower(): v for n, v in answer.headers.items()}, body, is_json)

    def _translated(self, text: str, in_url: bool = False) -> str:
        """Return a text of a request with the values of the recording replaced by the emulator's."""
        if "%7B%7B" in text:
            text = re.sub(r"%7B%7B(?:credential|secret)(?:%3A\w+)+%7D%7D", lambda found: unquote(found[0]), text)
        for mark in MARK.finditer(text):
            self.roles.setdefault(mark[0], _stand_in(mark[0]))
        for recorded, value in self.roles.items():
            if recorded in text:
                text = text.replace(recorded, quote(value, safe="") if in_url else value)
            elif in_url and quote(recorded, safe="") in text:
                text = text.replace(quote(recorded, safe=""), quote(value, safe=""))
        return text.replace(LITERAL, "{{")

    # --- differences

    def _differences(
        self, exchange: RecordedExchange, reply: Reply, operation: contracts.Operation | None
    ) -> Iterator[tuple[str, str, str]]:
        recorded = exchange.reply
        if recorded.status != reply.status:
            yield "status", f"{recorded.status} {shown(recorded.body)}", f"{reply.status} {shown(reply.body)}"
            return
        for name in ("content-type", *self._promised_headers(operation, recorded.status)):
            before, now = recorded.headers.get(name), reply.headers.get(name)
            if name == "content-type":
                before, now = (value and value.partition(";")[0].strip() for value in (before, now))
            if (before is None) != (now is None) or (before and now and not self._is_same(name, before, now)):
                yield f"header {name}", str(before), str(now)
        if recorded.body != "" or reply.body != "":
            yield from self._values("", "", recorded.body, reply.body)
        yield from self._tokens(recorded.claims, reply.body)

    def _promised_headers(self, operation: contracts.Operation | None, status: int) -> Iterator[str]:
        responses = operation.description["responses"] if operation else {}
        promised = contracts.resolve(self.provider, responses.get(str(status), {}))
        return (name.lower() for name in promised.get("headers", {}))

    def _values(self, place: str, name: str, recorded: Any, replayed: Any) -> Iterator[tuple[str, str, str]]:
        if isinstance(recorded, dict) and isinstance(replayed, dict):
            for member in (*recorded, *(extra for extra in replayed if extra not in recorded)):
                below = f"{place}.{member}" if place else member
                if member not in replayed:
                    yield below, shown(recorded[member]), "nothing"
                elif member not in recorded:
                    yield below, "nothing", shown(replayed[member])
                else:
                    yield from self._values(below, member, recorded[member], replayed[member])
        elif isinstance(recorded, list) and isinstance(replayed, list):
            if len(recorded) != len(replayed):
                yield place, plural(len(recorded), "item"), plural(len(replayed), "item")
            for position, (before, now) in enumerate(zip(recorded, replayed, strict=False)):
                yield from self._values(f"{place}.{position}" if place else str(position), name, before, now)
        elif not self._is_same(name, recorded, replayed):
            yield place, shown(recorded), shown(replayed)

    def _is_same(self, name: str, recorded: Any, replayed: Any) -> bool:
        """Return whether two scalars are the same, or stand for each other; from now on they do."""
        if not isinstance(recorded, str) or not isinstance(replayed, str):
            return same(recorded, replayed)
        known = self.roles.get(recorded)
        if known is not None or replayed in self.origins:
            return (known or recorded) == replayed or self._translated(recorded) == replayed
        if MARK.fullmatch(recorded) or (IDENTITY.search(name) and _shape(recorded) == _shape(replayed)):
            return self._translated(recorded) == replayed or self._bind(recorded, replayed)
        if recorded.replace(LITERAL, "{{") == replayed:
            return True
        if CALENDAR.fullmatch(recorded):
            return _is_near(recorded, replayed) and self._bind(recorded, replayed)
        return _without_times(self._translated(recorded)) == _without_times(replayed)

    def _bind(self, recorded: str, replayed: str) -> bool:
        if len(recorded) >= TRANSLATED_CHARACTERS_MIN:
            self.roles[recorded] = replayed
            self.origins[replayed] = recorded
        return True

    def _tokens(self, recorded: Mapping[str, Mapping[str, Any]], body: Any) -> Iterator[tuple[str, str, str]]:
        replayed = token_claims(body)
        for place, before in recorded.items():
            now = replayed.get(place, {})
            for claim in sorted(before.keys() | now.keys()):
                was, is_now = before.get(claim), now.get(claim)
                near = (
                    is_number(was) and is_number(is_now) and abs(float(was or 0) - float(is_now or 0)) <= CLOCK_SECONDS
                )
                if was != is_now and not near:
                    yield f"{place}.claims.{claim}", shown(was), shown(is_now)


def _is_near(recorded: str, replayed: str) -> bool:
    """Return whether two texts are times of the same form, a few seconds apart."""
    if _shape(recorded) != _shape(replayed):
        return False
    before, now = instant(recorded), instant(replayed)
    return before is not None and now is not None and abs(before - now) <= timedelta(seconds=CLOCK_SECONDS)


def _stand_in(mark: str) -> str:
    """Return a text of the length of the secret that a mark stands for, and different from others."""
    number, _, length = mark.strip("{}").partition(":")[2].partition(":")
    return f"{number}-stand-in-{number}".ljust(int(length), "x")[: int(length)] if length.isdigit() else mark


def _without_times(text: str) -> str:
    """Return a text without the readings of its times: only how many digits their seconds have is left."""
    return TIME.sub(lambda found: f"TIME{len(found[1] or '')}", text)


def _shape(text: str) -> str:
    """Return the form of a text: letters and digits as one character, runs of them by their length."""
    if MARK.fullmatch(text):
        return text
    return (
        re.sub(r"[0-9a-fA-F]", "0", text) if re.fullmatch(r"[0-9a-fA-F-]+", text) else re.sub(r"[A-Za-z0-9]", "x", text)
    )
