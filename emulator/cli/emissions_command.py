"""``carbon-emulator emissions``"""

import click

from emulator.cli.options import as_json
from emulator.cli.output import show, table
from emulator.cli.target import Target, on_server

NAMES = ("provider", "organization", "scope", "category", "month", "co2e_grams")


@click.command()
@on_server
@as_json
def emissions(target: Target, as_json: bool) -> None:
    """Print the emissions that vendors have measured.

    By organization, scope, category and month.
    """
    with target.session() as space:
        reply = space.control("GET", "/emissions")
        rows = [[each[name] for name in NAMES] for each in reply["emissions"]]
        header = [name.upper().replace("CO2E_GRAMS", "GRAMS CO2E") for name in NAMES]
        show(reply, as_json, table(header, rows, "no emissions", {"GRAMS CO2E"}))
