"""The header of a store: who wrote it last, and from what its spaces are made."""

from collections.abc import Mapping

from emulator.core.errors import BadData
from emulator.core.version import __version__
from emulator.space.world import World


def header(world: World, format: int) -> Mapping[str, str]:
    """Return the header that this version writes."""
    providers = " ".join(f"{name}={provider.version}" for name, provider in world.providers.items())
    return {
        "format": str(format),
        "emulator": __version__,
        "providers": providers,
        "seed": str(world.seed),
        "fixtures": world.fixtures.digest,
    }


def check_format(place: object, found: Mapping[str, str], format: int) -> None:
    """Raise BadData for a store that a newer version has written in another format."""
    if int(found.get("format", format)) > format:
        newer = f"format {found['format']}, by version {found['emulator']}"
        raise BadData(f"{place} is in {newer}; this is version {__version__}, which reads formats up to {format}")


def check_world(place: object, found: Mapping[str, str], world: World) -> None:
    """Raise BadData for spaces that another seed or other fixtures have made."""
    seed, digest = str(world.seed), world.fixtures.digest
    if found.get("seed", seed) != seed:
        raise BadData(f"{place} was made with --seed {found['seed']}; serve it with that")
    if found.get("fixtures", digest) != digest:
        raise BadData(
            f"{place} was written with other fixtures than these; serve it with those, "
            "or export it with them and import it into a new directory"
        )
