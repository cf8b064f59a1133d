"""The stage on which a scenario's script plays: a space, its clock, and clients of the vendors in it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import orjson

from emulator.core.clock import instant, within_calendar
from emulator.gateway.turn import open_exchange, run_turn
from emulator.space import snapshot
from emulator.space.commands import AdvanceClock, ChangeSettings, MoveClock, PauseWebhooks, PerformAct
from emulator.space.space import Space
from emulator.web.headers import Headers

T = TypeVar("T")
Progress = Callable[[float], object]


class ScenarioFailed(Exception):
    """A request of a scenario was not answered as its script expects; the message has both."""


class Client:
    """A client of one vendor. Its requests are answered at once, and are in the space's journal like any others."""

    def __init__(self, space: Space, provider: str, headers: Mapping[str, str], scenario: str) -> None:
        self.space = space
        self.provider = space.world.providers[provider]
        self.headers = {"host": "127.0.0.1", "user-agent": f"carbon-emulator scenario {scenario}", **headers}

    def get(self, path: str, *, status: int = 200, query: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of a reply. Raises ScenarioFailed for another status."""
        return self.request("GET", path, status=status, query=query)

    def post(self, path: str, body: object = None, *, status: int = 0, headers: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of a reply. Raises ScenarioFailed for another status; by default any of success will do."""
        return self.request("POST", path, body, status=status, headers=headers)

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        status: int = 0,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        content = b"" if body is None else orjson.dumps(body)
        sent = {**self.headers, "content-length": str(len(content)), **(headers or {})}
        if body is not None:
            sent = {"content-type": "application/json", **sent}
        raw = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": urlencode(query or {}).encode(),
            "root_path": "",
            "headers": raw,
        }
        request = open_exchange(self.space, self.provider, scope, Headers(raw), content)
        exchange = run_turn(self.space, self.provider, request)
        if exchange.status != status and (status or not 200 <= exchange.status < 300):
            reply = exchange.reply_body.decode(errors="replace")
            raise ScenarioFailed(f"{method} {path} of {self.provider.name} answered {exchange.status}: {reply}")
        return orjson.loads(exchange.reply_body) if exchange.reply_body else None


class Stage:
    """A space, and what a script does to it. Numbers and choices follow from the seed, the scenario and the round."""

    def __init__(self, space: Space, scenario: str, round_number: int = 0, progress: Progress = lambda _: None) -> None:
        self.space = space
        self.scenario = scenario
        self.progress = progress
        self.facts: dict[str, str] = {}
        self._drawn = 0
        self._source = f"{space.ids.seed}/{scenario}/{round_number}"

    # --- vendors

    def client(self, provider: str, **headers: str) -> Client:
        """Return a client of a vendor that sends these headers: ``x_api_key`` becomes ``x-api-key``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client(self.space, provider, named, self.scenario)

    def credentials(self, provider: str) -> Mapping[str, str]:
        """Return the credentials with which a user of a vendor starts."""
        return self.space.world.providers[provider].credentials(self.space.world.fixtures[provider].catalogue)

    def act(self, provider: str, act: str, subject: str) -> Any:
        """Perform an act at a vendor, and return what became of it."""
        return self.space.run(PerformAct(provider, act, subject))

    def settings(self, provider: str, **changes: object) -> None:
        """Change settings of a vendor."""
        self.space.run(ChangeSettings(provider, changes))

    def pause_webhooks(self) -> None:
        """Keep webhooks from being sent in the background: those of the story wait until its reader sends them."""
        self.space.run(PauseWebhooks(paused=True))

    # --- time

    @property
    def now(self) -> datetime:
        """What the clock of the space read last."""
        return self.space.clock.now

    def at(self, time: str) -> None:
        """Move the clock to an instant, and freeze it there."""
        self.space.run(MoveClock(instant(time), frozen=True))

    def advance(self, **span: float) -> None:
        """Let time pass: ``advance(days=1, hours=2)``."""
        by = timedelta(**span)
        try:
            within_calendar(self.space.clock.read() + by)
        except ValueError as error:
            raise ScenarioFailed(str(error)) from None
        self.space.run(AdvanceClock(by))

    def begin_journal(self) -> None:
        """Begin the history here: what came before is the past, and the journal shows what follows."""
        self.space.history.restart(snapshot.take(self.space))

    # --- chance that follows from the seed

    def number(self, low: int, high: int) -> int:
        """Return a number from ``low`` to ``high``."""
        digest = blake2b(f"{self._source}/{self._drawn}".encode(), digest_size=8).digest()
        self._drawn += 1
        return low + int.from_bytes(digest) % (high - low + 1)

    def choice(self, options: Sequence[T]) -> T:
        """Return one of some options."""
        return options[self.number(0, len(options) - 1)]

    # --- the story

    def remember(self, **facts: object) -> None:
        """Keep facts for the story, whose texts and links name them in braces."""
        self.facts.update({name: str(value) for name, value in facts.items()})
