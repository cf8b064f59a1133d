"""Notices: the events that webhooks must still report."""

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping
from datetime import datetime
from operator import attrgetter

from emulator.core.clock import Clock
from emulator.core.ids import HEX, Ids, nth_uuid
from emulator.core.struct import replace
from emulator.providers.oneclickimpact.backend.history import History
from emulator.providers.oneclickimpact.memory.catalogue import Environment
from emulator.providers.oneclickimpact.memory.fixture import Memory
from emulator.providers.oneclickimpact.memory.records import EventType, Impact, Notice, millisecond
from emulator.providers.oneclickimpact.memory.settings import WebhookEndpoint

FAILED_EVENTS_MAX = 5
"""So many events in a row that do not reach an endpoint disable it."""


class Notices:
    """The notices of one space."""

    def __init__(self, memory: Memory, histories: Mapping[str, History], clock: Clock, ids: Ids) -> None:
        self.memory = memory
        self._histories = histories
        self._clock = clock
        self._ids = ids

    def report(self, type: EventType, impact: Impact) -> None:
        """Report an event of now, if anyone listens."""
        if self.memory.settings.webhook_endpoints:
            self.plan(type, impact, millisecond(self._clock.now))

    def plan(self, type: EventType, impact: Impact, at: datetime) -> None:
        """Report an event at an instant."""
        insort(self.memory.notices, Notice(at, type, impact.account_id, impact.made_on), key=attrgetter("at"))

    def withdraw(self, type: EventType, impact: Impact) -> None:
        """Stop reporting an event of an impact."""
        event = (type, impact.account_id, impact.made_on)
        others = [each for each in self.memory.notices if (each.type, each.account_id, each.made_on) != event]
        self.memory.notices[:] = others

    def take(self) -> Iterator[tuple[Notice, Impact]]:
        """Yield the events that must be reported by now, each once, in order."""
        notices = self.memory.notices
        if not notices:
            return
        due = notices[: bisect_right(notices, self._clock.now, key=attrgetter("at"))]
        del notices[: len(due)]
        for notice in due:
            impact = self._histories[notice.account_id].made_at(notice.made_on)
            assert impact
            yield notice, impact

    def listening(self, type: EventType, environment: Environment) -> list[WebhookEndpoint]:
        """Return the endpoints that want to know of an event in an environment."""
        return [
            endpoint
            for endpoint in self.memory.settings.webhook_endpoints
            if endpoint.enabled and endpoint.environment == environment and type in endpoint.events
        ]

    def end(self, endpoint_id: str, *, accepted: bool, gone: bool) -> None:
        """Count an event that has reached an endpoint or failed to. Disable one that is gone, or fails in a row."""
        failed = self.memory.failed_events.pop(endpoint_id, 0)
        if gone or (not accepted and failed + 1 >= FAILED_EVENTS_MAX):
            self._disable(endpoint_id)
        elif not accepted:
            self.memory.failed_events[endpoint_id] = failed + 1

    def _disable(self, endpoint_id: str) -> None:
        settings = self.memory.settings
        endpoints = (
            replace(each, enabled=False) if each.id == endpoint_id else each for each in settings.webhook_endpoints
        )
        self.memory.settings = replace(settings, webhook_endpoints=tuple(endpoints))

    def new_event_id(self) -> str:
        return f"evt_{self._ids.text('oneclickimpact.event', HEX, 24)}"

    def delivery_id(self, delivery: str, attempt: int) -> str:
        """Return the id of an attempt to deliver: distinct for each, in any order of attempts."""
        return nth_uuid(self._ids.seed, f"oneclickimpact.delivery.{delivery}", attempt)
