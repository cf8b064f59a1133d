"""Apply entries to spaces: the same entries in the same order make the same space, and the same replies."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol, TypeAlias

from starlette.responses import Response
from starlette.types import Scope

from emulator.core.clock import LogTime
from emulator.gateway.turn import CLIENT_GONE, TOO_LARGE, open_exchange, plain_answer, run_turn, strike
from emulator.log import checks, image
from emulator.log.entries import (
    Arrival,
    Attempted,
    ControlCommand,
    Entry,
    Lost,
    Reads,
    Resumption,
    Settlement,
)
from emulator.log.instants import instant
from emulator.log.log import Image
from emulator.log.space_copy import Held, SpaceCopy
from emulator.log.stored_spaces import StoredSpaces
from emulator.log.worlds import Worlds
from emulator.space.outbox import UnknownDelivery
from emulator.space.space import Space
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from emulator.web.provider import Provider

log = logging.getLogger("emulator")

Result: TypeAlias = Exchange | Held | Response | None


class Commands(Protocol):
    """The control API, as far as it changes spaces."""

    def apply(self, scope: Scope, body: bytes, space_name: str, prefix: str) -> Response:
        """Return the reply to a command, without waiting."""
        ...

    def on(self, spaces: StoredSpaces) -> "Commands":
        """Return the control API of other spaces."""
        ...


class Application:
    """Applies entries to the spaces of a process, each at its own time, with the fixtures of the node that wrote it."""

    def __init__(self, spaces: StoredSpaces, worlds: Worlds, commands: Commands, time: LogTime) -> None:
        self.spaces = spaces
        self.worlds = worlds
        self.commands = commands
        self.time = time

    def apply(
        self, copy: SpaceCopy, number: int, at: int, entry: Entry, fixtures: str = ""
    ) -> tuple[Result, int | None]:
        """Apply an entry. Return what came of it, and the checksum of its reply; None if the reply was not given again.

        A space that it creates is created from these fixtures. Raises Damaged if they are not known.
        """
        self.spaces.entry_world = self.worlds[fixtures]
        self.time.at = instant(at)
        self.time.reach(self.time.at)
        before = self.spaces.find(copy.name)
        self.spaces.entry_origin = _origin(entry)
        try:
            return self._apply(copy, number, entry)
        finally:
            self.time.at = self.spaces.entry_origin = self.spaces.entry_world = None
            space = self.spaces.find(copy.name)
            if space is not None and space is not before:
                space.generation = copy.id << 32 | number

    def _apply(self, copy: SpaceCopy, number: int, entry: Entry) -> tuple[Result, int | None]:
        match entry:
            case Arrival():
                return _checked(self._arrive(copy, number, entry))
            case Resumption():
                return _checked(self._resume(copy, entry))
            case ControlCommand():
                return self._command(copy, entry)
            case Attempted():
                self._attempt(copy, entry)
            case Settlement():
                self.spaces.get(copy.name).posted()
            case Lost():
                space = self.spaces.get(copy.name)
                space.requests = max(space.requests, entry.number)
            case Reads():
                return None, self._reads(copy, entry)
        return None, 0

    def _arrive(self, copy: SpaceCopy, number: int, entry: Arrival) -> Exchange | Held:
        space, provider = self.spaces.get(copy.name), self.spaces.world.providers[entry.provider]
        request = open_exchange(space, provider, entry.scope, entry.headers, entry.body or b"")
        before, after = None, None
        if entry.body is None:
            before = TOO_LARGE
        elif space.faults.by_id:
            before, after = strike(space, provider, request)
        if before and before.delay_seconds:
            space.held.append(request)
            held = copy.held[number] = Held(number, space, provider, request, before, after, self.time.at)
            return held
        return run_turn(space, provider, request, before, after)

    def _resume(self, copy: SpaceCopy, entry: Resumption) -> Exchange | None:
        held = copy.held.pop(entry.number, None)
        if held is None:
            return None
        held.space.held.remove(held.request)
        before, after = (CLIENT_GONE, None) if entry.gone else (held.before, held.after)
        return run_turn(held.space, held.provider, held.request, before, after)

    def _command(self, copy: SpaceCopy, entry: ControlCommand) -> tuple[Response, int]:
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": entry.method,
            "scheme": "http",
            "path": entry.path,
            "query_string": entry.query,
            "root_path": "",
            "headers": entry.headers,
        }
        try:
            response = self.commands.apply(scope, entry.body, copy.name, entry.prefix)
        except Exception:
            log.exception("a bug of the emulator, at %s %s", entry.method, entry.path)
            response = plain_answer(500, "a bug of the emulator; its log has the traceback")
        return response, checks.of_response(response)

    def _attempt(self, copy: SpaceCopy, entry: Attempted) -> None:
        """Record an attempt, unless the space was reset in the meantime, or the attempt is recorded already."""
        space = self.spaces.find(copy.name)
        if space is None or space.generation != entry.generation:
            return
        try:
            if entry.before in (None, len(space.outbox.get(entry.command.id).attempts)):
                space.run(entry.command)
        except UnknownDelivery:
            log.debug("a delivery is forgotten that was attempted: %s", entry.command.id)

    def _reads(self, copy: SpaceCopy, entry: Reads) -> int | None:
        """Run reads again, except those that the space has already. Return their checksum; None if it has some."""
        space = self.spaces.find(copy.name)
        if space is None:  # they were refused before the space existed: it is as old as the first of them
            self.time.at = entry.reads[0][0]
            space = self.spaces.get(copy.name)
            space.requests = max(space.requests, entry.first - 1)
        if entry.first > space.requests:
            return (checks.of_chained_reads if entry.chained else checks.of_reads)(self._run_reads(space, entry))
        for _ in self._run_reads(space, entry):
            pass
        return None

    def _run_reads(self, space: Space, entry: Reads) -> Iterator[Exchange]:
        for number, (at, read) in enumerate(entry.reads, start=entry.first):
            if number > space.requests:
                self.time.at = at
                yield run_read(space, read)

    def read(
        self, space: Space, provider: Provider, scope: Scope, headers: Headers, body: bytes
    ) -> tuple[datetime, Exchange] | None:
        """Answer a request that changes nothing, and return the time of it too; None if it would change something."""
        if space.faults.by_id:
            return None
        time = self.time
        at = time.at = time.read()
        try:
            if provider.webhooks and _has_call(space, provider):
                return None
            return at, run_turn(space, provider, open_exchange(space, provider, scope, headers, body))
        finally:
            time.at = None

    def read_refused(self, space: Space, arrival: Arrival) -> Exchange:
        """Answer a request in a space that does not exist, and remains so."""
        self.time.at = self.time.read()
        try:
            return run_read(space, arrival)
        finally:
            self.time.at = None

    def restore(self, copy: SpaceCopy, stored: Image) -> None:
        """Create a space from its snapshot. Raises Damaged, BadSnapshot."""
        self.spaces.entry_world = self.worlds[stored.fixtures]
        try:
            copy.at = image.restore(self.spaces.get(copy.name), stored, self.time)
        finally:
            self.spaces.entry_world = None

    def on_new_spaces(self) -> "Application":
        """Return an application that applies entries to other spaces, none of which exist yet."""
        spaces = self.spaces.empty()
        return Application(spaces, self.worlds, self.commands.on(spaces), self.time)


def run_read(space: Space, read: Arrival) -> Exchange:
    """Run the turn of a read, or of another request that changes nothing."""
    provider = space.world.providers[read.provider]
    request = open_exchange(space, provider, read.scope, read.headers, read.body or b"")
    return run_turn(space, provider, request, TOO_LARGE if read.body is None else None)


def _has_call(space: Space, provider: Provider) -> bool:
    """Return whether a vendor has something to report by now, which changes the outbox."""
    assert provider.webhooks
    due = provider.webhooks.next(space.backend(provider.name))
    return due is not None and due <= space.clock.read()


def _origin(entry: Entry) -> str:
    """Return the address of the server to which an entry came."""
    match entry:
        case Arrival(origin=origin) | ControlCommand(origin=origin):
            return origin
        case Reads(reads=[(_, first), *_]):
            return first.origin
        case _:
            return ""


def _checked(result: Exchange | Held | None) -> tuple[Result, int]:
    return result, checks.of_exchange(result) if isinstance(result, Exchange) else 0
