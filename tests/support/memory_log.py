"""A shared log in memory: what several nodes of one test share in place of a database."""

import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from emulator.core.clock import LogTime
from emulator.log.instants import microseconds
from emulator.log.log import (
    Answer,
    Append,
    Due,
    History,
    Image,
    LogFailure,
    OutcomeUnknown,
    Proposal,
    Stored,
    Summary,
)
from emulator.log.shared.shared_database import NoNumbers, SharedDatabase


@dataclass
class StoredSpace:
    """One space of the log. ``pruned`` is the number of the last entry that a snapshot has replaced."""

    id: int
    last: int = 0
    at: int = 0
    pruned: int = 0
    image: Image | None = None
    entries: list[Stored] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    due: Due = field(default_factory=lambda: Due(0, None))


class Engine:
    """What all nodes share: the spaces, the clock and the claims. ``skew`` moves the clock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.skew = timedelta()
        self.meta: dict[str, str] = {}
        self.fixtures: dict[str, bytes] = {}
        self.spaces: dict[str, StoredSpace] = {}
        self.claims: dict[tuple[str, str], int] = {}
        self._time = LogTime()

    def now(self) -> int:
        return microseconds(self._time.read() + self.skew)


class MemoryLog:
    """One node's connection to an engine. ``broken`` makes it fail; ``lost`` loses the answers to appends."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.broken = self.lost = False
        self.keep_entries = True

    def append(self, appends: Sequence[Append]) -> Sequence[Answer]:
        self._check()
        with self.engine.lock:
            answers = [self._append(append) for append in appends]
        if self.lost:
            raise OutcomeUnknown("the answer was lost")
        return answers

    def _append(self, append: Append) -> Answer:
        space = self.engine.spaces.get(append.space)
        if space is None:
            if not append.proposals:
                return Answer(0, [], 0, self.engine.now())
            space = self._new(append.space)
        snapshot = space.image.number if space.image else 0
        if append.applied < space.pruned:
            return Answer(space.id, None, snapshot, self.engine.now())
        for proposal in append.proposals:
            if proposal.id not in space.ids:
                self._add(space, proposal)
        entries = [stored for stored in space.entries if stored.number > append.applied]
        return Answer(space.id, entries, snapshot, self.engine.now())

    def _new(self, name: str) -> StoredSpace:
        ids = [space.id for space in self.engine.spaces.values()]
        space = self.engine.spaces[name] = StoredSpace(max(ids, default=0) + 1)
        return space

    def _add(self, space: StoredSpace, proposal: Proposal) -> None:
        space.last, space.at = space.last + 1, max(self.engine.now(), space.at + 1)
        space.entries.append(Stored(space.last, space.at, proposal.id, *proposal[2:]))
        space.ids.add(proposal.id)

    def last(self, space: str) -> int:
        return self.engine.spaces[space].last if space in self.engine.spaces else 0

    def id(self, space: str) -> int:
        return self.engine.spaces[space].id if space in self.engine.spaces else 0

    def load(self, space: str) -> History:
        self._check()
        with self.engine.lock:
            found = self.engine.spaces.get(space)
            if found is None:
                return History(None, [])
            number = found.image.number if found.image else 0
            return History(found.image, [stored for stored in found.entries if stored.number > number])

    def save(self, space: str, image: Image) -> None:
        self._check()
        with self.engine.lock:
            found = self.engine.spaces.get(space) or self._new(space)
            if found.image and found.image.number >= image.number:
                return
            found.image, found.last = image, max(found.last, image.number)
            if not self.keep_entries:
                found.pruned = image.number
                found.entries = [stored for stored in found.entries if stored.number > image.number]

    def claim(self, space: str, webhook: str, seconds: float) -> bool:
        self._check()
        with self.engine.lock:
            if self.engine.claims.get((space, webhook), 0) > self.engine.now():
                return False
            self.engine.claims[space, webhook] = self.engine.now() + int(seconds * 10**6)
            return True

    def erase(self, space: str, number: int) -> None:
        with self.engine.lock:
            if space in self.engine.spaces and self.engine.spaces[space].last <= number:
                del self.engine.spaces[space]

    def spaces(self) -> Mapping[str, Summary]:
        self._check()
        with self.engine.lock:
            return {name: self._summary(space) for name, space in self.engine.spaces.items()}

    def _summary(self, space: StoredSpace) -> Summary:
        number = space.image.number if space.image else 0
        after = [stored for stored in space.entries if stored.number > number]
        size = sum(len(stored.payload) for stored in after) + len(space.image.document if space.image else b"")
        return Summary(space.id, space.last, len(after), size, space.image.facts if space.image else {})

    def fixtures(self) -> Mapping[str, bytes]:
        self._check()
        return dict(self.engine.fixtures)

    def keep_fixtures(self, digest: str, document: bytes) -> None:
        self.engine.fixtures.setdefault(digest, document)

    def upgrade(self, digest: str, document: bytes) -> None:
        """Do nothing: no store in memory is of format 1."""

    def mark(self, dues: Mapping[str, Due]) -> None:
        self._check()
        with self.engine.lock:
            for name, due in dues.items():
                if name in self.engine.spaces and self.engine.spaces[name].due.number < due.number:
                    self.engine.spaces[name].due = due

    def overdue(self, seconds: float) -> Sequence[str]:
        self._check()
        latest = self.engine.now() - int(seconds * 10**6)

        def is_overdue(space: StoredSpace) -> bool:
            unmarked = space.due.number < space.last and space.at < latest
            return unmarked or (space.due.at is not None and space.due.at < latest)

        with self.engine.lock:
            return [name for name, space in self.engine.spaces.items() if is_overdue(space)]

    def meta(self) -> dict[str, str]:
        return dict(self.engine.meta)

    def set_meta(self, values: Mapping[str, str]) -> None:
        self.engine.meta.update(values)

    def probe(self) -> None:
        self._check()

    def interrupt(self) -> None:
        """Do nothing: no call takes long."""

    def close(self) -> None:
        """Do nothing."""

    def _check(self) -> None:
        if self.broken:
            raise LogFailure("the database is gone")


class MemoryDatabase(SharedDatabase):
    """A store that the nodes of one test share."""

    def __init__(self, engine: Engine) -> None:
        self.location = "memory"
        self.temporary = Path(tempfile.gettempdir())
        self.numbers = NoNumbers()
        self.log: MemoryLog = MemoryLog(engine)  # type: ignore[assignment]


Storages = Callable[[], SharedDatabase]
