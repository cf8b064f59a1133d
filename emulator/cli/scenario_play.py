"""Playing a scenario in the process of a command that starts a server."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from emulator.space.space import Space


def check_scenario(name: str) -> None:
    """Raise click.UsageError for a scenario that does not exist."""
    from emulator.scenarios import catalogue

    try:
        catalogue.scenario(name)
    except catalogue.UnknownScenario as error:
        raise click.UsageError(str(error)) from None


def play(space: "Space", name: str, progress: Callable[[float], object] = lambda _: None) -> None:
    """Fill a fresh space with a scenario. Raises click.UsageError if the fixtures lack what it uses."""
    from emulator.scenarios import catalogue
    from emulator.scenarios.stage import ScenarioFailed

    try:
        catalogue.play(space, name, progress)
    except ScenarioFailed as error:
        raise click.UsageError(str(error)) from None
