"""``carbon-emulator conform``"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.conform_options import (
    CannotRun,
    Differs,
    credential_options,
    credentials,
    pace_option,
    run,
    url_from_environment,
)
from emulator.cli.options import as_json
from emulator.cli.output import table, write_text

if TYPE_CHECKING:
    from emulator.conformance.report import Report


@click.command()
@click.argument("provider")
@click.option("--against", metavar="URL", help="The base URL of the server, such as https://api.cnaught.com.")
@credential_options
@click.option("--write", is_flag=True, help="Create, change and remove records as well: for sandboxes.")
@pace_option
@click.option("--junit", type=click.Path(path_type=Path), help="Write the results to this file as JUnit XML.")
@as_json
def conform(
    provider: str,
    against: str | None,
    credential: tuple[str, ...],
    key: str | None,
    write: bool,
    pace: float,
    junit: Path | None,
    as_json: bool,
) -> None:
    """Compare a server with the contract and the rules of PROVIDER.

    Sends reads, and requests that must be refused. Exit code 0 if the server agrees, 1 if it differs, 2 if the run
    could not be completed. Credentials may be environment variables: CARBON_CONFORM_CNAUGHT_API_KEY.
    """
    from emulator.conformance.report import junit as as_junit

    url = against or url_from_environment(provider)
    if not url:
        raise CannotRun("no server is given; use --against URL")
    report = run(provider, url, credentials(provider, credential, key), write, pace)
    if junit:
        write_text(junit, as_junit([report]))
    click.echo(json.dumps(report.model_dump(), indent=2) if as_json else as_text(report))
    if report.stopped:
        raise CannotRun(f"the run stopped: {report.stopped}")
    if report.differs:
        raise Differs(f"{report.against} differs from the {provider} of this emulator")


def as_text(report: "Report") -> str:
    """Return a report for people: a table of the rules and operations that were probed, and then notable facts."""
    from emulator.conformance.report import lines

    rows = [(result.id, result.evidence, result.state) for result in report.results if result.state != "not probed"]
    probed = [table(("RULE", "EVIDENCE", "RESULT"), rows, ""), ""] if rows else []
    return "\n".join([*probed, *lines(report)])
