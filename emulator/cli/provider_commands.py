"""Commands about one provider in a space: settings, act, state."""

import json
from typing import Any

import click

from emulator.cli.options import as_json
from emulator.cli.output import show, table
from emulator.cli.target import Target, on_server


@click.command()
@click.argument("provider")
@click.argument("changes", nargs=-1, metavar="[NAME=VALUE]...")
@on_server
@as_json
def settings(target: Target, provider: str, changes: tuple[str, ...], as_json: bool) -> None:
    """Print the settings of PROVIDER in the space, and change some. A value is JSON, or else text."""
    content = dict(map(_change, changes))
    with target.session() as space:
        path = f"/settings/{provider}"
        reply = space.control("PATCH", path, json=content) if content else space.control("GET", path)
        rows = [(name, json.dumps(value, ensure_ascii=False)) for name, value in reply.items()]
        show(reply, as_json, table(("SETTING", "VALUE"), rows, "no settings"))


def _change(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"{text!r} is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


@click.command()
@click.argument("provider", required=False)
@click.argument("act", required=False)
@click.argument("subject", required=False)
@on_server
@as_json
def act(target: Target, provider: str | None, act: str | None, subject: str | None, as_json: bool) -> None:
    """Perform an act that a vendor's API has no request for.

    An example: `act cnaught complete_checkout ID`. Without arguments, list all acts.
    """
    if provider is not None and subject is None:
        raise click.UsageError("an act needs PROVIDER, ACT and SUBJECT; without arguments, all acts are listed")
    with target.session() as space:
        if provider is None:
            reply = space.control("GET", "/acts")
            rows = [(name, act, text) for name, acts in reply["acts"].items() for act, text in acts.items()]
            show(reply, as_json, table(("PROVIDER", "ACT", "DESCRIPTION"), rows, "no acts"))
            return
        reply = space.control("POST", f"/acts/{provider}/{act}", json={"subject": subject})
        show(reply, as_json, json.dumps(reply["result"], indent=2, ensure_ascii=False))


@click.command()
@click.argument("provider")
@on_server
@click.option("--offset", type=click.IntRange(0), help="Leave out this many items of each collection.")
@click.option("--limit", type=click.IntRange(0, 1000), help="Print at most this many items of each collection.")
def state(target: Target, provider: str, **page: int | None) -> None:
    """Print what PROVIDER has stored in the space, as JSON."""
    params = {name: value for name, value in page.items() if value is not None}
    with target.session() as space:
        show(space.control("GET", f"/state/{provider}", params=params), as_json=True, text="")
