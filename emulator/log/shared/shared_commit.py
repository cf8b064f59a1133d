"""Group commit to a log that other nodes use too: their entries are applied in order among this node's own."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from emulator.core.version import __version__
from emulator.log.application import Result
from emulator.log.checks import unpack
from emulator.log.entries import Change, decode
from emulator.log.group_commit import GroupCommit
from emulator.log.instants import instant
from emulator.log.loading import Stopped
from emulator.log.log import Answer, LogFailure, OutcomeUnknown, Stored
from emulator.log.replica import Waiting
from emulator.log.space_copy import Asker, SpaceCopy
from emulator.web.exchange import Exchange

log = logging.getLogger("emulator")

PROBE_SECONDS = 0.25
"""How often to try whether a database that failed works again."""

EXPIRY_SECONDS = 1.0
"""How often to look for requests that have waited for too long, while the database does not answer."""

UNKNOWN_SECONDS = 10.0
"""How long a client waits to learn whether its request was stored. For much longer, the log does not keep the entry."""

UNKNOWN = "the database did not answer in time: it is not known whether this request was stored"
UNANSWERED = "the database did not answer in time"
STORED_BEFORE = "this request was stored, but this node was paused, and does not know the reply any more"


class SharedCommit(GroupCommit):
    """Appends entries to a shared log. ``behind`` loads a space again, and ``stopped`` is called when one stops."""

    behind: Callable[[SpaceCopy], object]
    stopped: Callable[[SpaceCopy, Stopped], object]

    async def write(self, copy: SpaceCopy, entry: Change) -> Result:
        self._check_works()
        return await super().write(copy, entry)

    def read(self, *_: object) -> Exchange | None:
        """Return None: the number and the journal entry of a read have their place among those of other nodes."""
        return None

    async def catch_up(self, copy: SpaceCopy) -> None:
        """Apply everything that any node has acknowledged by now. Raises LogFailure."""
        self._check_works()
        future: asyncio.Future[None] = self._loop.create_future()
        copy.replica.catch_up(Asker(None, future))
        self.resume(copy)
        await future

    def resume(self, copy: SpaceCopy) -> None:
        """Send what waits at a space."""
        self._dirty[copy] = None
        if not self._flushing and not self._committing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _check_works(self) -> None:
        if self.trouble is not None:
            raise LogFailure(self.trouble)

    # --- answers

    def _take(self, copy: SpaceCopy, answer: Answer) -> None:
        if answer.now:
            self.time.follow(instant(answer.now))
        if answer.entries is None:
            self.behind(copy)
            return
        if answer.id:
            copy.id = self.ids[copy.name] = answer.id
        before = copy.replica.applied
        try:
            for stored, waiting in copy.replica.stored(answer.entries):
                self._apply_in_turn(copy, stored, waiting)
        except Exception as error:
            return self._stop_space(copy, error)
        readers, lost = copy.replica.answered()
        fail([waiting.asker for waiting in lost], STORED_BEFORE)
        for asker in readers:
            if asker.future and not asker.future.done():
                asker.future.set_result(None)
        copy.entries = copy.replica.applied - answer.snapshot
        if copy.replica.applied > before:
            self._stored(copy)

    def _apply_stored(self, copy: SpaceCopy, stored: Stored, waiting: Waiting[Asker] | None) -> None:
        if self.spaces.find(copy.name) is None:
            # what was refused here is not what was refused at the node whose entry creates the space
            self.spaces.forget_refused(copy.name)
        if waiting:
            self._apply(copy, stored, waiting)
        else:
            self._apply_other(copy, stored)

    def _apply_other(self, copy: SpaceCopy, stored: Stored) -> None:
        """Apply an entry of another node, and compare the checksums of replies that came with it."""
        for number, given in unpack(stored.checks):
            if copy.checks.recent.get(number, given) != given:
                raise Stopped(
                    f"space {copy.name!r} is stopped at entry {number}: another node has given another reply than "
                    f"version {__version__}. Run the same version on all nodes"
                )
        entry = decode(stored.payload)
        _, check = self.application.apply(copy, stored.number, stored.at, entry, stored.fixtures)
        copy.checks.add(stored.number, check or 0)
        copy.bytes += len(stored.payload)

    def _stop_space(self, copy: SpaceCopy, error: Exception) -> None:
        if not isinstance(error, Stopped):
            log.error("a bug of the emulator, in space %r", copy.name, exc_info=error)
            error = Stopped(f"space {copy.name!r} is stopped: {error}")
        readers, waiting = copy.replica.give_up()
        fail([*readers, *(each.asker for each in waiting)], str(error))
        self.stopped(copy, error)

    # --- trouble

    def _refuse(self, copies: Sequence[SpaceCopy], error: BaseException) -> None:
        """Refuse what was not stored. What may have been stored is sent again when the database answers."""
        if not isinstance(error, OutcomeUnknown):
            super()._refuse(copies, error)
            for copy in copies:
                readers, _ = copy.replica.give_up(lambda _: False)
                fail(readers, str(error))
            return
        for copy in copies:
            copy.replica.unknown()
            self._dirty[copy] = None
        self.fail(error)

    def _flush(self) -> None:
        if self.trouble is None:
            return super()._flush()
        self._flushing = False

    async def _probe(self) -> None:
        expiring = self._loop.create_task(self._expire_often())
        try:
            while self.trouble is not None:
                await asyncio.sleep(PROBE_SECONDS)
                with suppress(LogFailure):
                    await self.committer.run(self.storage.log.probe)
                    self._expire()
                    self._recovered()
        finally:
            expiring.cancel()
        if self._dirty and not self._committing:
            self._flush()

    async def _expire_often(self) -> None:
        while True:
            await asyncio.sleep(EXPIRY_SECONDS)
            self._expire()

    def _expire(self) -> None:
        """Answer those who have waited for too long, and never send their requests again."""
        latest = self.time.read() - timedelta(seconds=UNKNOWN_SECONDS)
        for copy in self._dirty:
            readers, expired = copy.replica.give_up(lambda waiting: instant(waiting.proposal.at) < latest)
            fail(readers, UNANSWERED)
            fail([waiting.asker for waiting in expired], UNKNOWN)


def fail(askers: Sequence[Asker], reason: str) -> None:
    """Let callers know why they get no result."""
    for asker in askers:
        if asker.future and not asker.future.done():
            asker.future.set_exception(LogFailure(reason))
