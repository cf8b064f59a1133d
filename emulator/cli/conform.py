"""``carbon-emulator conform``"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.options import as_json
from emulator.cli.output import table, write_text

if TYPE_CHECKING:
    from emulator.conformance.report import Report

ENVIRONMENT = "CARBON_CONFORM_"
"""How variables begin: ``CARBON_CONFORM_CNAUGHT_API_KEY`` is a credential, ``CARBON_CONFORM_CNAUGHT_URL`` the URL."""

PACE_SECONDS = 0.25


class Differs(click.ClickException):
    """The server differs; exit code 1."""

    exit_code = 1


class CannotRun(click.ClickException):
    """A run could not begin or end; exit code 2."""

    exit_code = 2


@click.command()
@click.argument("provider")
@click.option("--against", metavar="URL", help="The base URL of the server, such as https://api.cnaught.com.")
@click.option("--credential", multiple=True, metavar="NAME=VALUE", help="A credential; may be repeated.")
@click.option("--key", metavar="VALUE", help="Short for --credential api_key=VALUE.")
@click.option("--write", is_flag=True, help="Create, change and remove records as well: for sandboxes.")
@click.option(
    "--pace",
    type=click.FloatRange(min=0),
    default=PACE_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="The least time between two requests.",
)
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

    given = {**credentials_from_environment(provider), **_credentials(credential, key)}
    url = against or os.environ.get(f"{ENVIRONMENT}{provider.upper()}_URL")
    if not url:
        raise CannotRun("which server? --against URL")
    report = run(provider, url, given, write, pace)
    if junit:
        write_text(junit, as_junit([report]))
    click.echo(json.dumps(report.model_dump(), indent=2) if as_json else as_text(report))
    if report.stopped:
        raise CannotRun(f"the run stopped: {report.stopped}")
    if report.differs:
        raise Differs(f"{report.against} differs from the {provider} of this emulator")


def run(provider: str, url: str, credentials: Mapping[str, str], write: bool, pace: float) -> "Report":
    """Run the probes of a provider. Raises CannotRun."""
    import httpx

    from emulator.conformance.connection import Connection
    from emulator.conformance.pace import RealPace
    from emulator.conformance.probe_file import InvalidProbes, probe_file
    from emulator.conformance.run import CouldNotRun, conform
    from emulator.providers import ALL

    if provider not in ALL:
        raise CannotRun(f"unknown provider {provider}; known: {', '.join(ALL)}")
    try:
        base = httpx.URL(url)
        if base.scheme not in ("http", "https") or not base.host:
            raise CannotRun(f"not a URL: {url}")
        with httpx.Client(base_url=base, timeout=30, follow_redirects=False) as http:
            file = probe_file(provider)
            return conform(Connection(http, provider, file, credentials, RealPace(pace), write), url)
    except (CouldNotRun, InvalidProbes, httpx.InvalidURL) as error:
        raise CannotRun(str(error)) from None


def credentials_from_environment(provider: str) -> dict[str, str]:
    """Return the credentials of a provider that environment variables give."""
    prefix = f"{ENVIRONMENT}{provider.upper()}_"
    found = {name.removeprefix(prefix).lower(): value for name, value in os.environ.items() if name.startswith(prefix)}
    found.pop("url", None)
    return found


def as_text(report: "Report") -> str:
    """Return a report for people: a table of rules and operations, and then what is remarkable."""
    from emulator.conformance.report import lines

    rows = [(result.id, result.evidence, result.state) for result in report.results]
    return "\n".join([table(("RULE", "EVIDENCE", "RESULT"), rows, "no rules"), "", *lines(report)])


def _credentials(pairs: tuple[str, ...], key: str | None) -> dict[str, str]:
    found = {"api_key": key} if key else {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not value:
            raise CannotRun("a credential is given as --credential NAME=VALUE")
        found[name] = value
    return found
