"""``carbon-emulator story``"""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import click

from emulator.cli.combinations import needs
from emulator.cli.options import as_json
from emulator.cli.output import show
from emulator.cli.target import Target, on_server

WIDTH = 100
INDENT = "     "
WITH_PROVIDER = frozenset({"state", "books", "trust", "settings"})
"""The pages of the dashboard with a provider in their path, as in the dashboard's ``story.js``."""


@click.command()
@on_server
@as_json
@click.option("--play", metavar="SCENARIO", help="Reset the space, and fill it with this scenario first.")
@click.option("--seed", type=int, help="What ids and amounts of --play follow from; the server's seed by default.")
@click.option("--continue", "rounds", metavar="ROUNDS", type=click.IntRange(1, 100), help="Play more activity first.")
@needs("--seed", "--play")
def story(target: Target, as_json: bool, play: str | None, seed: int | None, rounds: int | None) -> None:
    """Print the story of the space, or play a scenario.

    The story is that of the scenario that fills the space.
    """
    with target.session() as space:
        if play is not None:
            space.play(play, seed)
        if rounds is not None:
            space.control("POST", "/story/continue", json={"rounds": rounds})
        reply = space.control("GET", "/story")
        show(reply, as_json, "\n".join(story_lines(reply, space.url)) if reply["scenario"] else "no story")


def story_lines(story: Mapping[str, Any], space_url: str) -> Iterator[str]:
    """Yield the lines that tell people a story: its title, its summary, and its steps with the pages to open."""
    yield click.style(story["title"], bold=True)
    yield textwrap.fill(story["summary"], WIDTH)
    for step in story["steps"]:
        yield click.style(f"\n  {step['number']}. {step['title']}", bold=True)
        yield textwrap.fill(step["text"], WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)
        yield f"{INDENT}Dashboard: {space_url}/_emulator/#{_view(step)}"
        for link in step["links"]:
            yield f"{INDENT}{link['title']}: {link['url']}"


def _view(step: Mapping[str, Any]) -> str:
    """Return the part of the dashboard that shows a step, as its address has it."""
    selected = dict(step["filter"])
    if step["view"] in WITH_PROVIDER and "provider" in selected:
        return f"{step['view']}/{selected['provider']}"
    return f"{step['view']}?{urlencode(selected)}" if selected else str(step["view"])
