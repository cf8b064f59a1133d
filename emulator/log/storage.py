"""Where a server stores its spaces: a log, and the numbers of requests beside it."""

from pathlib import Path
from typing import Protocol

from emulator.log.committer import Committer
from emulator.log.log import Log, OwnLog
from emulator.space.world import World


class RequestNumbers(Protocol):
    """The number of the last request of each space, where the log may lack some: see ``emulator.log.numbers``."""

    def get(self, id: int) -> int:
        """Return a space's number."""
        ...

    def after(self, id: int, entry: int) -> int:
        """Return the number that a space reached after an entry."""
        ...

    def set(self, id: int, number: int, entry: int) -> None:
        """Write a space's number."""
        ...


class Storage(Protocol):
    """An open store. ``location`` names it in messages, and ``temporary`` is a directory for large snapshots.

    ``is_shared`` says whether several processes may have it open.
    """

    @property
    def is_shared(self) -> bool: ...

    @property
    def location(self) -> str: ...

    @property
    def temporary(self) -> Path: ...

    @property
    def log(self) -> Log: ...

    @property
    def numbers(self) -> RequestNumbers: ...

    def adopt(self, world: World, serves: bool = True) -> None:
        """Check that this world made the spaces, and note that this version writes from now on. Raises BadData.

        The settings of a server that ``serves`` them are noted, too.
        """
        ...

    def new_committer(self) -> Committer:
        """Return what runs the calls of the log for the running event loop."""
        ...

    def close(self) -> None:
        """Close the log."""
        ...


class OwnStorage(Storage, Protocol):
    """A store that no other server has open."""

    @property
    def log(self) -> OwnLog: ...
