"""Commands about what the emulator promises: contract, evidence."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from emulator.cli.options import as_json
from emulator.cli.output import show, table
from emulator.cli.target import Target, on_server


@click.command()
@click.argument("name", metavar="PROVIDER|control")
@on_server
def contract(target: Target, name: str) -> None:
    """Print the OpenAPI document of a provider or the control API.

    It has the URL of the space.
    """
    with target.session() as space:
        show(space.control("GET", f"/contracts/{name}.json"), as_json=True, text="")


@click.command()
@click.argument("provider", required=False)
@on_server
@as_json
@click.option("--rules", is_flag=True, help="Print the rules instead of the operations.")
def evidence(target: Target, provider: str | None, as_json: bool, rules: bool) -> None:
    """Print what each operation, or each rule, rests on.

    Of all providers, or of one.
    """
    with target.session() as space:
        reply = space.control("GET", "/evidence", params={} if provider is None else {"provider": provider})
        header = ("PROVIDER", "RULE", "EVIDENCE", "STATEMENT") if rules else ("PROVIDER", "OPERATION", "EVIDENCE")
        rows = _rules(reply["providers"]) if rules else _operations(reply["providers"])
        show(reply, as_json, table(header, rows, "no evidence"))


def _operations(providers: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for provider, of in providers.items():
        for operation, evidence in of["operations"].items():
            yield provider, operation, evidence


def _rules(providers: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for provider, of in providers.items():
        for rule in of["rules"]:
            yield provider, rule["id"], rule["evidence"], rule["statement"]
