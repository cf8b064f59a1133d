"""A recorded run as one JSON document, without its secrets, and its replay: the same bytes, or where they differ."""

import base64
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field, ValidationError

from emulator.core.errors import CannotHappen
from emulator.core.version import __version__
from emulator.gateway.turn import act, close_exchange, open_exchange
from emulator.recording.sealing import Seal
from emulator.space import snapshot
from emulator.space.acts import perform
from emulator.space.settings import BadSetting, change_settings
from emulator.space.space import Recording, Space
from emulator.space.world import World
from emulator.web.effect import Effect
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from emulator.web.model import Model
from emulator.web.request import Request

FORMAT = 1

RawHeaders = list[tuple[str, str]]


class BadBundle(Exception):
    """A bundle cannot be made or replayed; the message says why."""


class Recorded(Model):
    """One exchange: what came and went, and what decided it. Bodies are text, or base64 where they are no UTF-8."""

    number: int
    order: int
    at: AwareDatetime
    provider: str
    method: str
    path: str
    query: str
    headers: RawHeaders
    body: str
    encoding: Literal["utf-8", "base64"] = "utf-8"
    before: Effect | None = None
    after: Effect | None = None
    held: tuple[int, ...] = ()
    status: int
    reply_headers: RawHeaders
    reply_body: str


class Changed(Model):
    """What a test changed between turns: a provider's settings, or by an act."""

    after: int
    at: AwareDatetime
    provider: str
    settings: dict[str, Any] | None
    act: str | None
    subject: str

    def again(self, space: Space) -> None:
        """Make the same change. Raises BadBundle."""
        space.clock.begin(self.at, frozen=True)
        try:
            if self.settings is not None:
                change_settings(space, self.provider, self.settings)
            if self.act is not None:
                perform(space, self.provider, self.act, self.subject)
        except (BadSetting, CannotHappen) as error:
            raise BadBundle(f"the change after turn {self.after} cannot be made: {error}") from None


class Bundle(Model):
    """The document. ``origin`` is the snapshot that the run began with; None stands for a space as it is born."""

    model_config = ConfigDict(extra="forbid")

    format: Annotated[int, Field(ge=1, le=FORMAT)]
    emulator: str
    seed: int
    fixtures: str
    origin: dict[str, Any] | None
    changes: list[Changed]
    requests: list[Recorded]


class Difference(Model):
    """Where a replay first differs: at which request, in which part of the reply, and how."""

    number: int
    method: str
    path: str
    part: str
    recorded: Any
    replayed: Any


# --- recording --------------------------------------------------------------------------------------------------------


def begin(space: Space) -> None:
    """Let the recording begin here: with what the space remembers now, and an empty journal."""
    space.recording = Recording(snapshot.take(space))
    space.journal.clear()


def take(space: Space) -> dict[str, Any]:
    """The run since the recording began. Raises BadBundle when the journal has had to drop a part of it."""
    if space.journal.dropped:
        dropped = space.journal.dropped
        raise BadBundle(f"the journal has dropped {dropped} requests; raise --journal-max, or clear it before the run")
    seal = Seal(space.world)
    exchanges = sorted((exchange for exchange in space.journal if exchange.order), key=lambda exchange: exchange.order)
    bundle = Bundle(
        format=FORMAT,
        emulator=__version__,
        seed=space.ids.seed,
        fixtures=space.world.fixtures.digest,
        origin=space.recording.origin,
        changes=[Changed(**asdict(change)) for change in space.recording.changes],
        requests=[_recorded(exchange, seal) for exchange in exchanges],
    )
    return bundle.model_dump(mode="json")


def _recorded(exchange: Exchange, seal: Seal) -> Recorded:
    body, encoding = _text(seal.body(exchange.body))
    before, after = exchange.effects
    return Recorded(
        number=exchange.number,
        order=exchange.order,
        at=exchange.at,
        provider=exchange.provider,
        method=exchange.method,
        path=seal.text(exchange.path),
        query=seal.query(exchange.query.decode("latin-1")),
        headers=[(name, seal.header(name, value)) for name, value in _named(exchange.headers)],
        body=body,
        encoding=encoding,
        before=before,
        after=after,
        held=exchange.held,
        status=exchange.status,
        reply_headers=_named(exchange.reply_headers()),
        reply_body=seal.reply(exchange.number, exchange.reply_body).decode("utf-8", "backslashreplace"),
    )


def _text(body: bytes) -> tuple[str, Literal["utf-8", "base64"]]:
    try:
        return body.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"


def _named(headers: Any) -> RawHeaders:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


# --- replaying --------------------------------------------------------------------------------------------------------


def read(document: Mapping[str, Any], world: World) -> Bundle:
    """A bundle that this world can replay. Raises BadBundle."""
    try:
        bundle = Bundle.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadBundle(f"at {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    if bundle.emulator != __version__:
        raise BadBundle(f"the bundle was recorded by version {bundle.emulator}, and this is {__version__}")
    if bundle.fixtures != world.fixtures.digest:
        raise BadBundle("the bundle was recorded with other fixtures than these")
    named = {request.provider for request in bundle.requests} | {change.provider for change in bundle.changes}
    if strangers := named - world.providers.keys():
        raise BadBundle(f"no provider is called {min(strangers)!r}")
    return bundle


def replay(bundle: Bundle, world: World, progress: Callable[[], object] = lambda: None) -> Difference | None:
    """Run a bundle again in a fresh space. Answers where it first differs; None when nothing does. Raises BadBundle."""
    run = _Replay(bundle, replace(world, seed=bundle.seed))
    for recorded in bundle.requests:
        if difference := run.compare(recorded):
            return difference
        progress()
    return None


class _Replay:
    """A fresh space in which a bundle runs again."""

    def __init__(self, bundle: Bundle, world: World) -> None:
        self.space = Space("replay", world)
        self.seal = Seal(world)
        self.recorded = {recorded.number: recorded for recorded in bundle.requests}
        self.changes = deque(sorted(bundle.changes, key=lambda change: change.after))
        if bundle.origin is not None:
            try:
                snapshot.restore(self.space, bundle.origin)
            except snapshot.BadSnapshot as error:
                raise BadBundle(f"at origin: {error}") from None

    def compare(self, recorded: Recorded) -> Difference | None:
        """Run one exchange, and say how its reply differs from the recorded one."""
        while self.changes and self.changes[0].after < recorded.order:
            self.changes.popleft().again(self.space)
        replayed = self._run(recorded)
        body = self.seal.reply(recorded.number, replayed.reply_body).decode("utf-8", "backslashreplace")
        parts = [
            ("status", recorded.status, replayed.status),
            ("headers", recorded.reply_headers, _named(replayed.reply_headers())),
            ("body", recorded.reply_body, body),
        ]
        for part, before, now in parts:
            if before != now:
                about = {"number": recorded.number, "method": recorded.method, "path": recorded.path}
                return Difference(**about, part=part, recorded=before, replayed=now)
        return None

    def _run(self, recorded: Recorded) -> Exchange:
        """At its own instant, struck by the same faults, while the same others are held up; without the delays."""
        space, provider = self.space, self.space.world.providers[recorded.provider]
        space.clock.begin(recorded.at, frozen=True)
        space.held = [self._request(self.recorded[number]) for number in recorded.held]
        request = self._request(recorded)
        act(space, provider, request, recorded.before, recorded.after)
        return close_exchange(space, request)

    def _request(self, recorded: Recorded) -> Request:
        """A request as it came, with its secrets or their stand-ins."""
        provider = self.space.world.providers[recorded.provider]
        headers = [
            (name.encode("latin-1"), self.seal.open(value).encode("latin-1")) for name, value in recorded.headers
        ]
        path = self.seal.open(recorded.path)
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": recorded.method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": self.seal.open(recorded.query).encode("latin-1"),
            "root_path": "",
            "headers": headers,
        }
        self.space.requests = recorded.number - 1
        return open_exchange(self.space, provider, scope, Headers(headers), self._body(recorded))

    def _body(self, recorded: Recorded) -> bytes:
        if recorded.encoding == "utf-8":
            return self.seal.open(recorded.body).encode()
        text = base64.b64decode(recorded.body).decode("latin-1")
        return self.seal.open(text).encode("latin-1", "replace")
