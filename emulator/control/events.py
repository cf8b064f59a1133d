"""The events of a space as they happen: its requests, the commands that change it, and resets."""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.responses import Response

from emulator.control.params import QueryParams, read_query
from emulator.control.request import ControlRequest
from emulator.control.requests import summary
from emulator.core.clock import micros
from emulator.core.struct import Struct
from emulator.space.history import Change, Entry
from emulator.space.space import Space
from emulator.space.spaces import Spaces
from emulator.web.event_stream import EventStream, event
from emulator.web.fields import QUERY_DOUBLE

RETRY = b"retry: 1000\n\n"
ALIVE = b": alive\n\n"
ALIVE_SECONDS = 15.0
"""How long a stream is silent at most: a client that hears nothing for longer has lost its connection."""

GATHER_SECONDS = 0.05
"""How long events are gathered before they are sent together. At 500 requests a second, that is 25 in one packet."""

GATHERED_MAX = 1000
POSITION = re.compile(r"([0-9]{1,20})\.([0-9]{1,15})\.([0-9]{1,15})")


class Following(QueryParams):
    """Where to begin without a ``Last-Event-ID``, and after how many real seconds to end; never if absent."""

    replay: Literal["true", "false"] = "false"
    timeout: Annotated[float, Field(ge=0, le=86400), QUERY_DOUBLE] | None = None


class Cursor(Struct):
    """A position in the histories of the spaces that have one name, one after the other."""

    spaces: Spaces
    name: str
    space: Space
    restarts: int
    number: int

    @property
    def id(self) -> str:
        return f"{self.space.generation}.{self.restarts}.{self.number}"

    def resume(self, last_event_id: str) -> bool:
        """Move to where a client has stopped. Return False if that history is gone."""
        found = POSITION.fullmatch(last_event_id)
        if found is None:
            return False
        generation, restarts, number = map(int, found.groups())
        current = self.space.history
        if (generation, restarts) != (self.space.generation, current.restarts) or number > current.added:
            return False
        self.number = number
        return True

    def take(self) -> bytes:
        """Return the next events; empty if nothing has happened."""
        history = self.space.history
        if history.closed or history.restarts != self.restarts:
            self.space = self.spaces.visit(self.name)
            self.restarts, self.number = self.space.history.restarts, 0
            return self.begin(resumed=False)
        skipped = history.first - self.number
        parts = [self._skip(skipped)] if skipped > 0 else []
        return b"".join(parts + [self._event(entry) for entry in history.after(self.number, GATHERED_MAX)])

    def begin(self, resumed: bool) -> bytes:
        """Return the event that begins a stream, and that follows a reset."""
        history = self.space.history
        facts = {"space": self.name, "resumed": resumed, "kept": history.added - history.first}
        return event("begin", self.id, {**facts, "dropped": history.dropped})

    def _skip(self, count: int) -> bytes:
        self.number += count
        return event("skipped", self.id, {"count": count})

    def _event(self, entry: Entry) -> bytes:
        self.number += 1
        if isinstance(entry, Change):
            return event("change", self.id, _change(entry))
        return event("request", self.id, summary(entry))


def follow_events(request: ControlRequest) -> Response:
    following, space = read_query(Following, request), request.space
    history = space.history
    start = 0 if following.replay == "true" else history.added
    cursor = Cursor(request.spaces, request.space_name, space, history.restarts, start)
    resumed = cursor.resume(request.header(b"last-event-id") or "")
    return EventStream(_events(cursor, resumed, following.timeout))


async def _events(cursor: Cursor, resumed: bool, timeout: float | None) -> AsyncGenerator[bytes]:
    """Yield events as they happen, gathered."""
    time = asyncio.get_running_loop().time
    deadline = None if timeout is None else time() + timeout
    yield RETRY + cursor.begin(resumed)
    while True:
        while events := cursor.take():
            yield events
        remaining = ALIVE_SECONDS if deadline is None else min(deadline - time(), ALIVE_SECONDS)
        if remaining <= 0:
            return
        try:
            await cursor.space.history.changed(remaining)
            await asyncio.sleep(GATHER_SECONDS)
        except TimeoutError:
            yield ALIVE


def _change(change: Change) -> dict[str, Any]:
    """Describe a command: its name, and the provider that it concerns if it names one."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(change.command).__name__).lower()
    return {"at": micros(change.at), "command": name, "provider": getattr(change.command, "provider", None)}
