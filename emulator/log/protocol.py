"""The protocol by which a node keeps its copy of a space: append, commit, apply, answer. It does no input or output.

Time, the log's answers and requests are arguments; what is to be done is returned. A simulator drives it as the server
does.
"""

from collections import deque
from collections.abc import Iterable, Iterator
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
    """One node's copy of one space: how far it has applied the history, and which proposals wait.

    One append is on its way at a time; later proposals wait for the next one.
    """

    def __init__(self, space: str, applied: int = 0) -> None:
        self.space = space
        self.applied = applied
        self._waiting: deque[Waiting[T]] = deque()
        self._sent: dict[str, Waiting[T]] = {}
        self._changes = 0

    @property
    def settled(self) -> bool:
        """Whether no change waits: then a read sees every change that was accepted before it."""
        return self._changes == 0

    @property
    def has_work(self) -> bool:
        """Whether something waits and no append is on its way."""
        return bool(self._waiting) and not self._sent

    @property
    def idle(self) -> bool:
        """Whether nothing waits or is on its way."""
        return not self._waiting and not self._sent

    def propose(self, waiting: Waiting[T]) -> None:
        """Queue a proposal: a change, or reads that were applied."""
        self._waiting.append(waiting)
        self._changes += not waiting.applied

    def append(self) -> Append | None:
        """Return the append to send now, if there is one."""
        if not self.has_work:
            return None
        self._sent = {waiting.proposal.id: waiting for waiting in self._waiting}
        self._waiting.clear()
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
                self._changes -= 1
            yield entry, waiting

    def unknown(self) -> None:
        """Send the proposals on their way again, with the ids they have: nobody knows whether they were stored."""
        self._waiting.extendleft(reversed(self._sent.values()))
        self._sent = {}

    def refused(self) -> list[Waiting[T]]:
        """Return the changes on their way, which were not stored. Reads that were applied stay, for the next append."""
        refused = [waiting for waiting in self._sent.values() if not waiting.applied]
        self._sent = {id: waiting for id, waiting in self._sent.items() if waiting.applied}
        self._changes -= len(refused)
        self.unknown()
        return refused
