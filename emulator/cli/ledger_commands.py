"""``carbon-emulator ledger``"""

from collections.abc import Mapping
from typing import Any

import click

from emulator.cli.combinations import excludes
from emulator.cli.options import as_json, filters
from emulator.cli.output import show, table
from emulator.cli.target import CheckFailed, Target, on_server


@click.group(invoke_without_command=True)
@on_server
@as_json
@filters("provider", "account", "unit", "since")
@click.option("--balances", is_flag=True, help="Print the balances of the accounts instead of the entries.")
@click.option("--offset", type=click.IntRange(0), help="Leave out this many entries.")
@click.option("--limit", type=click.IntRange(0, 1000), help="Print at most this many entries.")
@excludes("--balances", "--offset", "--limit")
@click.pass_context
def ledger(context: click.Context, /, target: Target, as_json: bool, balances: bool, **filters: Any) -> None:
    """Print what was bought, retired, canceled and charged."""
    if context.invoked_subcommand:
        return
    params = {name: value for name, value in filters.items() if value is not None}
    with target.session() as space:
        reply = space.ledger(**params)
        show(reply, as_json, _balances(reply) if balances else _entries(reply))


def _entries(reply: Mapping[str, Any]) -> str:
    rows = [
        (entry["at"], entry["provider"], entry["subject"], posting["account"], posting["amount"], posting["unit"])
        for entry in reply["entries"]
        for posting in entry["postings"]
    ]
    return table(("AT", "PROVIDER", "SUBJECT", "ACCOUNT", "AMOUNT", "UNIT"), rows, "no entries", {"AMOUNT"})


def _balances(reply: Mapping[str, Any]) -> str:
    rows = [(each["provider"], each["account"], each["unit"], each["amount"]) for each in reply["balances"]]
    return table(("PROVIDER", "ACCOUNT", "UNIT", "AMOUNT"), rows, "no balances", {"AMOUNT"})


@ledger.command()
@on_server
@as_json
def verify(target: Target, as_json: bool) -> None:
    """Check the ledger against the figures of the vendors.

    Exit code 0 if every check holds, 1 if not.
    """
    with target.session() as space:
        reply = space.verify_ledger()
    rows = [(each["name"], "holds" if each["holds"] else "FAILS", each["statement"]) for each in reply["checks"]]
    show(reply, as_json, table(("CHECK", "RESULT", "STATEMENT"), rows, "no checks"))
    if not reply["holds"]:
        failing = [each["name"] for each in reply["checks"] if not each["holds"]]
        raise CheckFailed(f"the ledger fails {', '.join(failing)}")


@ledger.command()
@on_server
@as_json
@filters("provider")
def flows(target: Target, as_json: bool, provider: str | None) -> None:
    """Print what moved between kinds of accounts.

    For example from bought to retired.
    """
    with target.session() as space:
        reply = space.control("GET", "/ledger/flows", params={} if provider is None else {"provider": provider})
    rows = [[each[name] for name in ("provider", "from", "to", "amount", "unit")] for each in reply["flows"]]
    show(reply, as_json, table(("PROVIDER", "FROM", "TO", "AMOUNT", "UNIT"), rows, "no flows", {"AMOUNT"}))
