"""``carbon-emulator webhooks``"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from emulator.cli.combinations import excludes, exclusive
from emulator.cli.options import as_json, filter_options, filters
from emulator.cli.output import show, table
from emulator.cli.target import Target, on_server

if TYPE_CHECKING:
    from emulator.client.handles import SpaceHandle

FILTERS = ("provider", "kind", "subject", "state")
OPTIONS_OF_FILTERS = filter_options(FILTERS)


@click.command()
@on_server
@as_json
@filters(*FILTERS)
@click.option("--pause", is_flag=True, help="Stop the delivery in the background.")
@click.option("--resume", is_flag=True, help="Resume the delivery in the background.")
@click.option("--show", "shown", metavar="ID", help="Print one webhook, with its body and every attempt, as JSON.")
@click.option("--redeliver", metavar="ID", help="Make another attempt of a webhook due at once.")
@click.option("--duplicate", metavar="ID", help="Add a second delivery of a webhook, due at once.")
@click.option("--reorder", metavar="ID,ID,...", help="Deliver these pending webhooks in this order; print them in it.")
@click.option("--step", is_flag=True, help="Make the next attempt that is due, and print its webhook.")
@click.option("--deliver", is_flag=True, help="Make all attempts that are due, and print their webhooks.")
@exclusive("--pause", "--resume")
@exclusive("--show", "--step", "--deliver")
@excludes("--show", "--reorder")
@excludes("--show", *OPTIONS_OF_FILTERS)
@excludes("--step", *OPTIONS_OF_FILTERS)
@excludes("--deliver", *OPTIONS_OF_FILTERS)
@excludes("--reorder", *OPTIONS_OF_FILTERS)
def webhooks(
    target: Target,
    as_json: bool,
    pause: bool,
    resume: bool,
    shown: str | None,
    redeliver: str | None,
    duplicate: str | None,
    reorder: str | None,
    step: bool,
    deliver: bool,
    **filters: Any,
) -> None:
    """List the webhooks of the space, or deliver them."""
    params = {name: value for name, value in filters.items() if value is not None}
    with target.session() as space:
        if pause or resume:
            space.control("PATCH", "/webhooks", json={"paused": pause})
        if redeliver is not None:
            space.webhooks.redeliver(redeliver)
        if duplicate is not None:
            space.webhooks.duplicate(duplicate)
        reordered = None if reorder is None else _reordered(space, reorder)
        if shown is not None:
            show(space.control("GET", f"/webhooks/{shown}"), as_json=True, text="")
        elif step or deliver:
            reply = space.control("POST", "/webhooks/deliver" if deliver else "/webhooks/step", timeout=None)
            show(reply, as_json, _table(reply["attempted"], "nothing was due"))
        else:
            reply = reordered or space.control("GET", "/webhooks", params=params)
            show(reply, as_json, _table(reply["webhooks"], "no webhooks"))


def _reordered(space: "SpaceHandle", ids: str) -> dict[str, Any]:
    """Reorder pending webhooks, and return them in the new order."""
    return space.control("POST", "/webhooks/reorder", json={"ids": list(filter(None, ids.split(",")))})


def _table(webhooks: list[dict[str, Any]], empty: str) -> str:
    names = ("id", "at", "provider", "kind", "subject", "state")
    rows = [(*(each[name] for name in names), _last(each), each["url"]) for each in webhooks]
    return table(("ID", "AT", "PROVIDER", "KIND", "SUBJECT", "STATE", "LAST ATTEMPT", "URL"), rows, empty)


def _last(webhook: Mapping[str, Any]) -> object:
    """Return the result of the last attempt: a status, or the reason why there is none."""
    attempts = webhook["attempts"]
    return (attempts[-1]["status"] or attempts[-1]["error"]) if attempts else None
