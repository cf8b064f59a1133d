"""The header of a store: who wrote it last, and from what its spaces are made."""

import re
from collections.abc import Mapping
from typing import Protocol

from emulator.core.errors import BadData
from emulator.core.version import __version__
from emulator.log.log import Log
from emulator.log.worlds import fixture_document
from emulator.space.world import World

WHOLE = re.compile(r"-?[0-9]{1,20}")


class AdoptedLog(Log, Protocol):
    """A log with a header."""

    def upgrade(self, digest: str, document: bytes) -> None:
        """Bring a log of format 1 to format 2: all its spaces were created from these fixtures."""
        ...

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Write the header."""
        ...


def header(world: World, format: int, serves: bool) -> Mapping[str, str]:
    """Return the header that this version writes. The settings are those of a server: nothing else ``serves``."""
    providers = " ".join(f"{name}={version}" for name, version in world.versions.items())
    return {
        "format": str(format),
        "emulator": __version__,
        "providers": providers,
        "seed": str(world.seed),
        "fixtures": world.fixtures.digest,
        **(settings(world) if serves else {}),
    }


def settings(world: World) -> dict[str, str]:
    """Return the settings that replies or journals depend on, beside the seed and the fixtures."""
    return {"links": world.links or "", "journal_max": str(world.limits.journal_exchanges_max)}


def check_format(location: object, found: Mapping[str, str], format: int) -> None:
    """Raise BadData for a store that a newer version has written in another format, or whose header is damaged."""
    for name in ("format", "seed", "journal_max"):
        if name in found and not WHOLE.fullmatch(found[name]):
            raise BadData(f"{location} has a damaged header: its {name} is {found[name]!r}, not a whole number")
    if int(found.get("format", format)) > format:
        newer = f"format {found['format']}, by version {found['emulator']}"
        raise BadData(f"{location} is in {newer}; this is version {__version__}, which reads formats up to {format}")


def check_world(location: object, found: Mapping[str, str], world: World) -> None:
    """Raise BadData for another seed than that of the spaces, or fixtures that are not theirs and that they lack."""
    seed, digest = str(world.seed), world.fixtures.digest
    if found.get("seed", seed) != seed:
        raise BadData(f"{location} was made with --seed {found['seed']}; serve it with that")
    if is_without_fixtures(found) and found["fixtures"] != digest:
        raise BadData(
            f"{location} was written by version {found['emulator']}, which did not store the fixtures of its spaces, "
            "and they were others than these. Give them once: run 'carbon-emulator fixtures init FIXTURES' with that "
            "version, or take your own, and use this version with --fixtures FIXTURES; later starts do not need them"
        )


def is_without_fixtures(found: Mapping[str, str]) -> bool:
    """Return whether a store has spaces but not their fixtures, in format 1."""
    return int(found.get("format", 0)) == 1


def adopt(log: AdoptedLog, found: Mapping[str, str], world: World, values: Mapping[str, str]) -> None:
    """Note in the header of a checked store who writes from now on, and store its fixtures. Raises LogFailure."""
    digest = world.fixtures.digest
    if is_without_fixtures(found):
        log.upgrade(digest, fixture_document(world))
    elif digest not in log.fixtures():
        log.keep_fixtures(digest, fixture_document(world))
    log.set_meta(values)
