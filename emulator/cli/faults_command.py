"""``carbon-emulator faults``"""

import json
from collections.abc import Mapping
from typing import Any

import click

from emulator.cli.combinations import exclusive
from emulator.cli.options import as_json
from emulator.cli.output import show, table
from emulator.cli.target import Target, on_server

EXAMPLE = """'{"provider": "cnaught", "operation": "place_order", "effect": {"status": 503}}'"""


@click.command()
@on_server
@as_json
@click.option("--add", metavar="JSON", help="Add a fault, written as for POST /_emulator/faults.")
@click.option("--delete", metavar="ID", help="Delete one fault.")
@click.option("--clear", is_flag=True, help="Delete all faults first.")
@exclusive("--delete", "--clear")
def faults(target: Target, as_json: bool, add: str | None, delete: str | None, clear: bool) -> None:
    """List, add and delete the faults of the space.

    The list shows how often each has fired.
    """
    with target.session() as space:
        if clear:
            space.control("DELETE", "/faults")
        if delete is not None:
            space.control("DELETE", f"/faults/{delete}")
        if add is not None:
            space.control("POST", "/faults", content=_checked(add), headers={"Content-Type": "application/json"})
        reply = space.control("GET", "/faults")
        header = ("ID", "PROVIDER", "REQUESTS", "WHEN", "EFFECT", "FIRED")
        rows = [
            (each["id"], each["provider"] or "any", _requests(each), each["when"], _effect(each), _fired(each))
            for each in reply["faults"]
        ]
        show(reply, as_json, table(header, rows, "no faults"))


def _checked(text: str) -> str:
    """Return the JSON of a fault as it was given. Raises UsageError if it is no JSON."""
    try:
        json.loads(text)
    except ValueError:
        raise click.UsageError(f"--add {text!r} is not JSON; example: {EXAMPLE}") from None
    return text


def _requests(fault: Mapping[str, Any]) -> str:
    conditions = [fault[name] for name in ("operation", "method", "path") if fault[name]]
    conditions += [f"{name}: {value}" for name, value in fault["headers"].items()]
    return " ".join(conditions) or "any"


def _effect(fault: Mapping[str, Any]) -> str:
    effect = {name: value for name, value in fault["effect"].items() if value}
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in effect.items()}
    return " ".join(f"{name}={text}" for name, text in texts.items())


def _fired(fault: Mapping[str, Any]) -> str:
    return f"{fault['fired']} of {fault['times']}"
