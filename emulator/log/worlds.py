"""The worlds that stored spaces were created from: a space keeps its fixtures, though new spaces have others."""

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from emulator.core.struct import replace
from emulator.core.version import __version__
from emulator.log.log import Damaged, Log
from emulator.space.fixtures import BadFixture, Fixtures
from emulator.space.world import World


def fixture_document(world: World) -> bytes:
    """Return the fixtures of a world as a document, which other versions can read too."""
    return packed({"emulator": __version__, "providers": world.versions, "fixtures": world.fixtures.whole()})


def packed(content: Mapping[str, Any]) -> bytes:
    """Return fixtures as a document; ``fixture_content`` reads it."""
    return zlib.compress(json.dumps(content).encode())


def fixture_content(document: bytes) -> dict[str, Any]:
    """Return what such a document says. Raises Damaged."""
    try:
        content: dict[str, Any] = json.loads(zlib.decompress(document))
    except (ValueError, zlib.error) as error:
        raise Damaged(f"stored fixtures cannot be read: {error}") from None
    return content


class Worlds:
    """A world for each digest of fixtures. ``current`` is that of new spaces."""

    def __init__(self, current: World, log: Log) -> None:
        self.current = current
        self._log = log
        self._worlds = {"": current, current.fixtures.digest: current}
        self._reasons: dict[str, str] = {}

    def __getitem__(self, digest: str) -> World:
        """Return a world that was learned before. Raises Damaged."""
        if digest not in self._worlds:
            raise Damaged(self._reasons.get(digest, "the fixtures that it was created from are not stored"))
        return self._worlds[digest]

    def learn(self, digests: Iterable[str]) -> None:
        """Read fixtures from the log, unless they are known. Called in the log's thread. Raises LogFailure."""
        if all(digest in self._worlds for digest in digests):
            return
        for digest, document in self._log.fixtures().items():
            if digest in digests and digest not in self._worlds:
                try:
                    self._worlds[digest] = self._read(digest, fixture_content(document))
                except (BadFixture, Damaged, LookupError, TypeError) as error:
                    self._reasons[digest] = f"the fixtures that it was created from cannot be read: {error}"

    def _read(self, digest: str, content: Mapping[str, Any]) -> World:
        fixtures = Fixtures.written(self.current.providers, digest, content["fixtures"], content["providers"])
        return replace(self.current, fixtures=fixtures)
