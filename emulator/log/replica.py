"""The protocol by which a node keeps its copy of a space: append, commit, apply, answer. It does no input or output.

Time, the log's answers and requests are arguments; what is to be done is returned. A simulator drives it as the server
does.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from emulator.log.log import Append, Proposal, Stored

T = TypeVar("T")


class Waiting(Generic[T]):
    """A proposal, and who waits for its entry. ``applied`` says that its effects are in the copy already: a read's."""

    __slots__ = ("applied", "asker", "proposal")

    def __init__(self, proposal: Proposal, asker: T, applied: bool = False) -> None:
        self.proposal = proposal
        self.asker = asker
        self.applied = applied


class OutOfOrder(Exception):
    """The log returned an entry that does not follow the last one."""


class Replica(Generic[T]):
    """One node's copy of one space: how far it has applied the history, and which proposals and reads wait.

    One append is on its way at a time; what comes meanwhile goes with the next one. A read that must see what other
    nodes have acknowledged waits for the answer to an append that was sent after it came. ``changes`` counts the
    changes that wait or are on their way: at 0, a read sees every change that was accepted before it.
    """

    def __init__(self, space: str, applied: int = 0) -> None:
        self.space = space
        self.applied = applied
        self._waiting: deque[Waiting[T]] = deque()
        self._readers: list[T] = []
        self._sent: dict[str, Waiting[T]] = {}
        self._sent_readers: list[T] = []
        self._on_its_way = False
        self.changes = 0

    @property
    def has_work(self) -> bool:
        """Whether something waits and no append is on its way."""
        return bool(self._waiting or self._readers) and not self._on_its_way

    @property
    def idle(self) -> bool:
        """Whether nothing waits or is on its way."""
        return not self._waiting and not self._readers and not self._on_its_way

    def propose(self, waiting: Waiting[T]) -> None:
        """Queue a proposal: a change, or reads that were applied."""
        self._waiting.append(waiting)
        self.changes += not waiting.applied

    def catch_up(self, asker: T) -> None:
        """Queue a read that must see everything that any node has acknowledged by now."""
        self._readers.append(asker)

    def append(self) -> Append | None:
        """Return the append to send now, if there is one."""
        if not self.has_work:
            return None
        self._on_its_way = True
        self._sent = {waiting.proposal.id: waiting for waiting in self._waiting}
        self._sent_readers = self._readers
        self._waiting.clear()
        self._readers = []
        return Append(self.space, self.applied, [waiting.proposal for waiting in self._sent.values()])

    def stored(self, entries: Iterable[Stored]) -> Iterator[tuple[Stored, Waiting[T] | None]]:
        """Take the log's answer. Yield the entries to apply, in order, each with its own proposal if there is one.

        An entry is applied, and its asker answered, before the next one is yielded. Entries that the node knows are
        skipped: the log may repeat them.
        """
        for entry in entries:
            if entry.number <= self.applied:
                continue
            if entry.number != self.applied + 1:
                raise OutOfOrder(f"entry {entry.number} of space {self.space!r} follows entry {self.applied}")
            self.applied = entry.number
            waiting = self._sent.pop(entry.id, None)
            if waiting and not waiting.applied:
                self.changes -= 1
            yield entry, waiting

    def answered(self) -> tuple[list[T], list[Waiting[T]]]:
        """End an append after its entries were applied. Return the reads that may be answered now.

        Return also the proposals that became entries before this copy was loaded: their results are not known here.
        """
        readers, before = self._sent_readers, list(self._sent.values())
        self.changes -= sum(not waiting.applied for waiting in before)
        self._sent, self._sent_readers, self._on_its_way = {}, [], False
        return readers, before

    def unknown(self) -> None:
        """Send what is on its way again, with the ids it has: it is not known whether it was stored."""
        self._waiting.extendleft(reversed(self._sent.values()))
        self._readers = [*self._sent_readers, *self._readers]
        self._sent, self._sent_readers, self._on_its_way = {}, [], False

    def refused(self) -> list[Waiting[T]]:
        """Return the changes on their way, which were not stored. Reads that were applied stay, for the next append."""
        refused = [waiting for waiting in self._sent.values() if not waiting.applied]
        self._sent = {id: waiting for id, waiting in self._sent.items() if waiting.applied}
        self.changes -= len(refused)
        self.unknown()
        return refused

    def give_up(self, expired: Callable[[Waiting[T]], bool] = lambda _: True) -> tuple[list[T], list[Waiting[T]]]:
        """Stop waiting for an answer. Return the reads, and the changes that have expired, which are not sent again."""
        self.unknown()
        readers, self._readers = self._readers, []
        given_up = [waiting for waiting in self._waiting if not waiting.applied and expired(waiting)]
        self._waiting = deque(waiting for waiting in self._waiting if waiting not in given_up)
        self.changes -= len(given_up)
        return readers, given_up

    def move_to(self, other: "Replica[T]") -> None:
        """Let another copy of the space send everything that waits here."""
        self.unknown()
        other._waiting.extend(self._waiting)
        other._readers.extend(self._readers)
        other.changes += self.changes
        self._waiting.clear()
        self._readers, self.changes = [], 0
