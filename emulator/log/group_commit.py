"""Group commit: what changes spaces is stored in one transaction for all that wait, then applied, then answered."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

from starlette.types import Scope

from emulator.core.clock import LogTime
from emulator.core.ids import secret
from emulator.log import checks
from emulator.log.application import Application, Result
from emulator.log.committer import Committer
from emulator.log.entries import Change, decode, encode, encode_reads
from emulator.log.instants import microseconds
from emulator.log.log import Answer, LogFailure, Proposal, Stored
from emulator.log.numbers import GONE
from emulator.log.replica import Waiting
from emulator.log.space_copy import Asker, SpaceCopy
from emulator.log.storage import Storage
from emulator.log.stored_spaces import StoredSpaces
from emulator.space.space import Space
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers
from emulator.web.provider import Provider

log = logging.getLogger("emulator")

READS = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods of requests that change nothing but the journal."""

READS_SECONDS = 0.02
"""How long a read that was answered waits to be stored."""

READS_MAX = 10_000
"""How many reads of a space may wait while the log cannot store them."""

RETRY_SECONDS = 1.0
"""How often to try whether a log that failed can store again."""


class GroupCommit:
    """Appends entries to a log, and applies them once they are stored.

    ``trouble`` is why the log cannot store at present, as a sentence; None if it can. ``ids`` are those of the spaces
    in the log. ``committed`` is called with each space that has new entries.
    """

    def __init__(
        self,
        storage: Storage,
        application: Application,
        committer: Committer,
        ids: dict[str, int],
        committed: Callable[[SpaceCopy], object],
    ) -> None:
        self.storage = storage
        self.application = application
        self.committer = committer
        self.spaces: StoredSpaces = application.spaces
        self.time: LogTime = application.time
        self.ids = ids
        self.trouble: str | None = None
        self._stored = committed
        self._fixtures = self.spaces.world.fixtures.digest
        self._loop = asyncio.get_running_loop()
        self._dirty: dict[SpaceCopy, None] = {}
        self._with_reads: dict[SpaceCopy, None] = {}
        self._committing = False
        self._flushing = False
        self._reads_timer: asyncio.TimerHandle | None = None
        self._probing: asyncio.Task[None] | None = None
        self._node = secret()[:8]
        self._counter = count(1)

    # --- changes

    async def write(self, copy: SpaceCopy, entry: Change) -> Result:
        """Append an entry, and return what came of it once it is stored and applied. Raises LogFailure."""
        future: asyncio.Future[Result] = self._loop.create_future()
        self.append(copy, entry, future)
        return await future

    def append(self, copy: SpaceCopy, entry: Change, future: "asyncio.Future[Any] | None" = None) -> None:
        """Append an entry, after the reads before it."""
        if copy.reads:
            self.append_reads(copy)
        elif refused := self.spaces.find(copy.name) is None and self.spaces.refused(copy.name):
            self._append_refused(copy, refused)
        self._propose(copy, Waiting(self._proposal(copy, encode(entry)), Asker(entry, future)))

    def _append_refused(self, copy: SpaceCopy, space: Space) -> None:
        """Append the requests that were refused before the space existed, whose journal has them."""
        answered = [(exchange.at, exchange) for exchange in space.history.exchanges()]
        payload = encode_reads(answered[0][1].number, answered, space.address)
        asker = Asker(decode(payload), check=checks.of_reads(exchange for _, exchange in answered))
        self._propose(copy, Waiting(self._proposal(copy, payload), asker))

    def append_reads(self, copy: SpaceCopy) -> None:
        """Append the reads of a space that were answered."""
        answered, copy.reads = copy.reads, []
        payload = encode_reads(answered[0][1].number, answered)
        asker = Asker(None, check=checks.of_reads(exchange for _, exchange in answered))
        self._propose(copy, Waiting(self._proposal(copy, payload), asker, applied=True))

    def _proposal(self, copy: SpaceCopy, payload: bytes) -> Proposal:
        id = f"{self._node}{next(self._counter)}"
        return Proposal(id, microseconds(self.time.read()), payload, copy.checks.take(), self._fixtures)

    def _propose(self, copy: SpaceCopy, waiting: Waiting[Asker]) -> None:
        copy.replica.propose(waiting)
        self._dirty[copy] = None
        if not self._flushing and not self._committing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        """Store everything that waits in one transaction."""
        self._flushing = False
        if self._committing:
            return
        copies = [copy for copy in self._dirty if copy.replica.has_work]
        self._dirty.clear()
        appends = [append for copy in copies if (append := copy.replica.append())]
        if appends:
            self._committing = True
            self.committer.append(appends, partial(self._committed, copies))

    def _committed(self, copies: Sequence[SpaceCopy], answers: Any, error: BaseException | None) -> None:
        """Apply what was stored, and answer; or refuse what was not."""
        self._committing = False
        if error is not None:
            return self._refuse(copies, error)
        self._recovered()
        for copy, answer in zip(copies, answers, strict=True):
            self._take(copy, answer)
            if copy.replica.has_work:
                self._dirty[copy] = None
        if self._dirty:
            self._flush()

    def _take(self, copy: SpaceCopy, answer: Answer) -> None:
        """Apply the entries of a space."""
        copy.id = self.ids[copy.name] = answer.id
        assert answer.entries is not None
        for stored, waiting in copy.replica.stored(answer.entries):
            self._apply_in_turn(copy, stored, waiting)
        copy.replica.answered()
        self._stored(copy)

    def _apply_in_turn(self, copy: SpaceCopy, stored: Stored, waiting: Waiting[Asker] | None) -> None:
        """Apply an entry at the clock's reading after the one before it.

        Reads that are no entries may have moved the clock while the entry was on its way, and a later load knows
        nothing of them.
        """
        space, reading = self.spaces.find(copy.name), copy.reading
        if space and reading and reading[0] is space.clock:
            space.clock.now = reading[1]
        self._apply_stored(copy, stored, waiting)
        copy.at = stored.at
        copy.note_reading(self.spaces.find(copy.name))

    def _apply_stored(self, copy: SpaceCopy, stored: Stored, waiting: Waiting[Asker] | None) -> None:
        """Apply an entry of any node."""
        assert waiting  # no other process appends to a data directory
        self._apply(copy, stored, waiting)

    def _apply(self, copy: SpaceCopy, stored: Stored, waiting: Waiting[Asker]) -> None:
        """Apply an entry of this node, and answer."""
        asker = waiting.asker
        copy.entries += 1
        copy.bytes += len(stored.payload)
        if waiting.applied:
            return copy.checks.add(stored.number, asker.check)
        assert asker.entry is not None
        result, check = self.application.apply(copy, stored.number, stored.at, asker.entry, stored.fixtures)
        copy.checks.add(stored.number, asker.check if check is None else check)
        space = self.spaces.find(copy.name)
        self.storage.numbers.set(copy.id, GONE if space is None else space.requests, stored.number)
        if asker.future and not asker.future.done():
            asker.future.set_result(result)

    def _refuse(self, copies: Sequence[SpaceCopy], error: BaseException) -> None:
        """Refuse what was not stored. Reads wait for the log to store again."""
        if not isinstance(error, LogFailure):
            log.error("a bug of the emulator, in its log", exc_info=error)
        self.fail(error)
        for copy in copies:
            for waiting in copy.replica.refused():
                future = waiting.asker.future
                if future and not future.done():
                    future.set_exception(LogFailure(str(error)))
            if copy.replica.has_work:
                self._dirty[copy] = None

    # --- reads

    def read(
        self, copy: SpaceCopy, provider: Provider, scope: Scope, headers: Headers, body: bytes | None
    ) -> Exchange | None:
        """Answer a request that changes nothing at once, and store it later.

        Return None if it may change something, a change waits that it must see, or too many reads wait.
        """
        if scope["method"] not in READS or body is None:
            return None
        space = self.spaces.find(copy.name)
        if space is None or copy.replica.changes or len(copy.reads) >= READS_MAX:
            return None
        answered = self.application.read(space, provider, scope, headers, body)
        if answered is None:
            return None
        exchange = answered[1]
        self.storage.numbers.set(copy.id, exchange.number, copy.replica.applied)
        if not copy.reads:
            self._with_reads[copy] = None
            copy.used_at = self._loop.time()
            if self._reads_timer is None:
                self._reads_timer = self._loop.call_later(READS_SECONDS, self._flush_reads)
        copy.reads.append(answered)
        return exchange

    def _flush_reads(self) -> None:
        self._reads_timer = None
        for copy in self._with_reads:
            if copy.reads and self.trouble is None:
                self.append_reads(copy)
        self._with_reads.clear()

    # --- trouble

    def fail(self, error: BaseException) -> None:
        if self.trouble is None:
            self.trouble = f"cannot store to {self.storage.location}: {error}; it is tried again every second"
            log.error("%s", self.trouble)
            self._probing = self._loop.create_task(self._probe())

    def _recovered(self) -> None:
        if self.trouble is not None:
            self.trouble = None
            log.warning("the log at %s stores again", self.storage.location)

    async def _probe(self) -> None:
        """Try to store until it succeeds."""
        while self.trouble is not None:
            await asyncio.sleep(RETRY_SECONDS)
            with suppress(LogFailure):
                await self.committer.run(self.storage.log.probe)
                self._recovered()
        if self._dirty:
            self._flush()

    def stop(self) -> None:
        """Give up probing."""
        if self._probing:
            self._probing.cancel()
