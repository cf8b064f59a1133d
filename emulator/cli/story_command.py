"""``carbon-emulator story``"""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from emulator.cli.options import as_json
from emulator.cli.output import show
from emulator.cli.target import Target, on_server


@click.command()
@on_server
@as_json
@click.option("--play", metavar="SCENARIO", help="Reset the space, and fill it with this scenario first.")
@click.option("--seed", type=int, help="What ids and amounts of --play follow from; the server's seed by default.")
@click.option("--continue", "rounds", metavar="ROUNDS", type=click.IntRange(1, 100), help="Play more activity first.")
def story(target: Target, as_json: bool, play: str | None, seed: int | None, rounds: int | None) -> None:
    """Print the story of the scenario that fills the space, or play one."""
    if seed is not None and play is None:
        raise click.UsageError("--seed needs --play")
    with target.session() as space:
        if play is not None:
            space.play(play, seed)
        if rounds is not None:
            space.control("POST", "/story/continue", json={"rounds": rounds})
        reply = space.control("GET", "/story")
        show(reply, as_json, "\n".join(story_lines(reply)) if reply["scenario"] else "no story")


def story_lines(story: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that tell people a story: its title, its summary, and its steps with their links."""
    yield click.style(story["title"], bold=True)
    yield f"{story['summary']}\n"
    for step in story["steps"]:
        yield f"  {step['number']}. {step['title']}"
        for link in step["links"]:
            yield f"     {link['title']}: {link['url']}"
