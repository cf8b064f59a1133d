"""Replay a bundle: every reply byte for byte as recorded, or the first difference."""

import base64
from collections import deque
from collections.abc import Callable
from typing import Any

from emulator.bundles.bundle import BadBundle, Bundle, Changed, RawHeaders, Recorded, raw_headers, sealed_reply
from emulator.bundles.seal import MARK, Seal
from emulator.core.errors import CannotHappen
from emulator.core.struct import replace
from emulator.gateway.turn import open_exchange, run_turn
from emulator.space import snapshot
from emulator.space.commands import ChangeSettings, PerformAct
from emulator.space.settings import BadSetting
from emulator.space.space import Space
from emulator.space.world import World
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from emulator.web.model import Model
from emulator.web.request import Request


class Difference(Model):
    """The first difference of a replay: the request, the part of its reply, and both values."""

    number: int
    method: str
    path: str
    part: str
    recorded: Any
    replayed: Any


def replay(bundle: Bundle, world: World, progress: Callable[[], object] = lambda: None) -> Difference | None:
    """Run a bundle again in a fresh space. Return where it first differs, or None. Raises BadBundle."""
    run = _Replay(bundle, replace(world, seed=bundle.seed, links=bundle.links))
    for recorded in bundle.requests:
        if difference := run.compare(recorded):
            return difference
        progress()
    return None


class _Replay:
    """A fresh space that runs a bundle again."""

    def __init__(self, bundle: Bundle, world: World) -> None:
        self.space = Space("replay", world)
        self.space.pages_url = bundle.pages_url or self.space.pages_url
        self.seal = Seal(world)
        self.recorded = {recorded.number: recorded for recorded in bundle.requests}
        self.changes = deque(sorted(bundle.changes, key=lambda change: change.after))
        if bundle.origin is not None:
            try:
                snapshot.restore(self.space, bundle.origin)
            except snapshot.BadSnapshot as error:
                raise BadBundle(f"at origin: {error}") from None

    def compare(self, recorded: Recorded) -> Difference | None:
        """Run one exchange again, and return how its reply differs from the recorded one."""
        while self.changes and self.changes[0].after < recorded.order:
            _repeat(self.changes.popleft(), self.space)
        replayed = self._run(recorded)
        body = sealed_reply(self.seal, replayed)
        parts = [
            ("status", recorded.status, replayed.status),
            ("headers", _headers(recorded.reply_headers, body), _headers(raw_headers(replayed.reply_headers()), body)),
            ("body", recorded.reply_body, body),
        ]
        for part, before, now in parts:
            if before != now:
                about = {"number": recorded.number, "method": recorded.method, "path": recorded.path}
                return Difference(**about, part=part, recorded=before, replayed=now)
        return None

    def _run(self, recorded: Recorded) -> Exchange:
        """Run one exchange at its own instant, under the same faults and held requests, without the delays."""
        space, provider = self.space, self.space.world.providers[recorded.provider]
        space.clock.begin(recorded.at, frozen=True)
        space.held = [self._held(self.recorded[number]) for number in recorded.held]
        request = self._request(recorded)
        return run_turn(space, provider, request, recorded.before, recorded.after)

    def _held(self, recorded: Recorded) -> Request:
        """Return a request that a fault delays, with the operation that it will reach."""
        request = self._request(recorded)
        request.exchange.operation = self.space.world.providers[recorded.provider].operation(request.scope)
        return request

    def _request(self, recorded: Recorded) -> Request:
        """Return a request as it was received, with its secrets or their replacements."""
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


def _repeat(changed: Changed, space: Space) -> None:
    """Apply a recorded command again. Raises BadBundle."""
    space.clock.begin(changed.at, frozen=True)
    try:
        if changed.settings is not None:
            space.run(ChangeSettings(changed.provider, changed.settings))
        if changed.act is not None:
            space.run(PerformAct(changed.provider, changed.act, changed.subject))
    except (BadSetting, CannotHappen) as error:
        raise BadBundle(f"the change after turn {changed.after} cannot be made: {error}") from None


def _headers(headers: RawHeaders, body: str) -> RawHeaders:
    """Return the headers to compare. The length of a body with marks depends on the secrets."""
    return [(name, value) for name, value in headers if name != "content-length" or not MARK.search(body)]
