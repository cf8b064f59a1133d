"""``carbon-emulator drift``"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli.conform_options import (
    CannotRun,
    Differs,
    from_environment,
    pace_option,
    run,
    url_from_environment,
)
from emulator.cli.options import as_json
from emulator.cli.output import write_text
from emulator.core.plural import plural

if TYPE_CHECKING:
    from emulator.conformance.drift import Drift
    from emulator.conformance.report import Report


@click.command()
@click.option(
    "--report",
    "file",
    type=click.Path(path_type=Path),
    default=Path("drift.json"),
    show_default=True,
    help="The last report, and the new one.",
)
@click.option("--junit", type=click.Path(path_type=Path), help="Write the results to this file as JUnit XML.")
@pace_option
@as_json
def drift(file: Path, junit: Path | None, pace: float, as_json: bool) -> None:
    """Compare the vendors with their last report, and renew it.

    A vendor takes part if the credentials that it needs are set, such as CARBON_CONFORM_CNAUGHT_API_KEY. Its URL is
    CARBON_CONFORM_CNAUGHT_URL, or its production host. Only reads and refusals are sent. Exit code 0 if nothing
    changed, 1 if something did, 2 if a run could not be completed.
    """
    from emulator.conformance.drift import BadReports, DriftReport, changes, earlier, latest
    from emulator.conformance.report import junit as as_junit

    try:
        before = earlier(file.read_text()).reports if file.exists() else []
    except (OSError, BadReports) as error:
        raise CannotRun(f"cannot read {file}: {error}") from None
    now = [run(provider, url, given, False, pace) for provider, url, given in _configured()]
    if not now:
        raise CannotRun("no vendor has its credentials in the environment: CARBON_CONFORM_<PROVIDER>_API_KEY")
    found = list(changes(before, now))
    stopped = [report for report in now if report.stopped]
    if junit:
        write_text(junit, as_junit(now))
    if not stopped:
        write_text(file, DriftReport(reports=latest(before, now)).model_dump_json(indent=2))
    click.echo(
        json.dumps([each.model_dump() for each in found], indent=2) if as_json else _text(found, now, bool(before))
    )
    if stopped:
        raise CannotRun(f"a run stopped: {stopped[0].provider}: {stopped[0].stopped}")
    if found:
        raise Differs(f"{plural(len(found), 'result')} changed since the last report")


def _configured() -> list[tuple[str, str, dict[str, str]]]:
    """Return the vendors whose credentials the environment has, with their URLs."""
    from emulator.conformance.probe_file import probe_file
    from emulator.providers import ALL, HOSTS

    found = []
    for provider in ALL:
        given = from_environment(provider)
        needed = [name for name, known in probe_file(provider).credentials.items() if not known.optional]
        host = next(iter(HOSTS.get(provider, ())), None)
        url = url_from_environment(provider) or (f"https://{host}" if host else None)
        if given and all(given.get(name) for name in needed):
            if url is None:
                raise CannotRun(f"the URL of {provider} is unknown; set CARBON_CONFORM_{provider.upper()}_URL")
            found.append((provider, url, given))
    return found


def _text(found: "list[Drift]", now: "list[Report]", compared: bool) -> str:
    stopped = [f"STOPPED     {report.provider}: {report.stopped}" for report in now if report.stopped]
    lines = [f"CHANGED     {each.id}\n  before    {each.before}\n  now       {each.now}" for each in found]
    lines += [report.summary() for report in now]
    if stopped:
        last = "no report was written, because a run stopped"
    elif compared:
        last = f"{plural(len(found), 'result')} changed since the last report"
    else:
        last = "the first report: nothing to compare with"
    return "\n".join([*stopped, *lines, last])
