"""``python -m soak``"""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import click

from soak.run import soak


@click.command()
@click.option(
    "--clients", envvar="SOAK_CLIENTS", default=500, show_default=True, help="The number of concurrent connections."
)
@click.option("--spaces", default=64, show_default=True, type=click.IntRange(1, 100), help="Spaces.")
@click.option(
    "--seconds", envvar="SOAK_SECONDS", default=20.0, show_default=True, help="The duration of each round under load."
)
@click.option("--rounds", envvar="SOAK_ROUNDS", default=9, show_default=True, help="Rounds.")
@click.option("--seed", default=0, show_default=True, help="The seed of the clients' requests.")
def main(clients: int, spaces: int, seconds: float, rounds: int, seed: int) -> None:
    """Load a server, print what happened, and fail if anything is wrong."""
    running = soak(clients=clients, spaces=spaces, seconds=seconds, rounds=rounds, seed=seed, report=_print)
    outcome = asyncio.run(running)
    click.echo(", ".join(f"{number:,} {what}" for what, number in sorted(outcome.happened.items())))
    for line in outcome.wrong[:20]:
        click.echo(f"wrong: {line}")
    click.echo(f"{len(outcome.wrong)} problems")
    sys.exit(bool(outcome.wrong))


def _print(figures: Mapping[str, Any]) -> None:
    click.echo(", ".join(f"{value:,} {name}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
