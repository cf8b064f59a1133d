"""A database that several nodes share: where it is, and the header that says who wrote it."""

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulator.core.errors import BadData
from emulator.log.header import adopt, check_format, check_world, header, settings
from emulator.log.log import LogFailure, Summary
from emulator.log.shared.shared_committer import SharedCommitter
from emulator.space.world import World

FORMAT = 3
"""Before format 3, each of several equal reads is stored as a whole. In format 1, entries and snapshots do not name the
fixtures of their space: all are from those of the header."""

SCHEMES = ("postgresql", "postgres")


class NoNumbers:
    """The numbers of requests, where the log has all of them: there, reads are entries too."""

    def get(self, id: int) -> int:  # noqa: ARG002
        return 0

    def after(self, id: int, entry: int) -> int:  # noqa: ARG002
        return 0

    def set(self, id: int, number: int, entry: int) -> None:
        """Do nothing."""


class SharedDatabase:
    """The store at a URL. Raises BadData. ``location`` names it without its password.

    With ``create`` False, a server must have used it before.
    """

    is_shared = True

    def __init__(self, url: str, create: bool = True) -> None:
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES:
            raise BadData(f"unknown store {parts.scheme or url!r}; known: postgresql://USER@HOST/DATABASE")
        try:
            from emulator.log.shared.postgres_log import PostgresLog
        except ImportError:
            raise BadData("--store needs a driver: pip install 'carbon-emulator[postgres]'") from None
        self.location = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self.temporary = Path(tempfile.gettempdir())
        self.numbers = NoNumbers()
        self.log = PostgresLog(url, create)

    @property
    def header(self) -> dict[str, str]:
        """What the database says about who wrote it; empty if nothing has. Raises BadData."""
        try:
            return self.log.meta()
        except LogFailure as error:
            raise BadData(f"cannot use {self.location}: {error}") from None

    def check(self, world: World) -> None:
        """Raise BadData if this world cannot serve the spaces: see ``check_world``."""
        found = self.header
        check_format(self.location, found, FORMAT)
        check_world(self.location, found, world)
        self._check_settings(found, world)

    def adopt(self, world: World, serves: bool = True) -> None:
        """Check that this world made the spaces, and note that this version writes from now on. Raises BadData.

        The settings of a server that ``serves`` them are noted, too.
        """
        self.check(world)
        try:
            adopt(self.log, self.header, world, header(world, FORMAT, serves))
        except LogFailure as error:
            raise BadData(f"cannot use {self.location}: {error}") from None

    def _check_settings(self, found: dict[str, str], world: World) -> None:
        """Raise BadData for a node whose settings would lead to other replies than those of the others."""
        for name, value in settings(world).items():
            if found.get(name, value) != value:
                option = f"--{name.replace('_', '-')}"
                used = f"with {option} {found[name]}" if found[name] else f"without {option}"
                raise BadData(f"{self.location} is used {used}; all nodes need the same")

    def is_gone(self, summary: Summary) -> bool:
        """Return whether a space was deleted, and its name stays in the log."""
        return bool(summary.facts.get("gone")) and not summary.entries

    def requests(self, summary: Summary) -> Any:
        """Return how many requests a space had had at its last snapshot; None before the first one."""
        return summary.facts.get("requests")

    def problems(self) -> list[str]:
        """Return nothing: PostgreSQL checks its own files."""
        return []

    def vacuum(self) -> None:
        """Do nothing: PostgreSQL gives free space back by itself."""

    def new_committer(self) -> SharedCommitter:
        """Return what runs the calls of the log for the running event loop."""
        return SharedCommitter(self.log)

    def close(self) -> None:
        self.log.close()
