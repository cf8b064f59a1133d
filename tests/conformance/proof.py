"""The proof: what conform and compare find of the deviations, as figures.

``python -m tests.conformance.proof`` prints the tables of docs/conformance.md; with ``--not-probed``, also every rule
without a probe, and why. A second emulator plays the vendor. It has another seed, so that all of its ids differ.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import httpx

from emulator.conformance.comparison import Comparison, compare
from emulator.conformance.connection import Connection
from emulator.conformance.expression import names_in
from emulator.conformance.in_process import EmulatorTransport, SpacePace
from emulator.conformance.probe_file import Probe, ProbeFile, probe_file
from emulator.conformance.recorder import Recorder
from emulator.conformance.recording import read
from emulator.conformance.report import Report
from emulator.conformance.run import conform
from emulator.providers import ALL
from tests.conformance.changes import DeviatingTransport, Deviation
from tests.conformance.deviations import DEVIATIONS
from tests.conformance.target import MORE_CREDENTIALS, RecordingTransport, connection

SEED = 7
HOUR = 3600.0
TOKEN_LIFE = 290.0


class TrafficPace(SpacePace):
    """Requests at even intervals."""

    def __init__(self, direct: EmulatorTransport, interval: float) -> None:
        super().__init__(direct.space)
        self.interval = interval

    def before_request(self) -> None:
        self.wait(self.interval)


def found_by_conform(deviation: Deviation) -> bool:
    """Return whether conform, with writing, finds a deviation."""
    report, applied = _deviating_report(deviation)
    assert applied, f"{deviation} changes nothing"
    return bool(report.of_state("differs"))


def _deviating_report(deviation: Deviation) -> tuple[Report, int]:
    """Run the probes that reach the operation of a deviation against a vendor that has it."""
    direct = EmulatorTransport(SEED)
    transport = DeviatingTransport(direct, deviation)
    file = _probes_of(deviation.provider, deviation.operation)
    run = connection(deviation.provider, direct=direct, transport=transport, file=file)
    return conform(run, "the vendor"), transport.applied


def _probes_of(provider: str, operation: str) -> ProbeFile:
    """Return the probes that send an operation, with those that they need."""
    file = probe_file(provider)
    wanted: set[str] = names_in(dict(file.authorization))
    kept: list[Probe] = []
    for probe in reversed(file.probes):
        saved = {step.save for step in probe.steps}
        if operation == "every operation" or any(step.send == operation for step in probe.steps) or saved & wanted:
            kept.append(probe)
            wanted |= names_in([step.model_dump() for step in probe.steps])
    return file.model_copy(update={"probes": tuple(reversed(kept))})


def compared(provider: str, deviation: Deviation | None, path: Path, whole: bool = True) -> Comparison:
    """Record the traffic of an hour with a vendor, and compare it with the emulator.

    Without ``whole`` the traffic is what reaches the operation of the deviation.
    """
    direct = EmulatorTransport(SEED)
    file = probe_file(provider) if whole or deviation is None else _probes_of(provider, deviation.operation)
    run = connection(provider, direct=direct, file=file)
    transport: httpx.BaseTransport = DeviatingTransport(direct, deviation) if deviation else direct
    _record(run, direct, transport, path)
    return compare(read(path), MORE_CREDENTIALS.get(provider, {}))


def _record(run: Connection, direct: EmulatorTransport, transport: httpx.BaseTransport, path: Path) -> None:
    """Send the requests of the probes in one hour, through a recorder. Tokens of Carbon Insights live five minutes."""
    requests = sum(max(1, len(step.each)) for probe in run.file.probes for step in probe.steps)
    life = TOKEN_LIFE if run.provider == "carboninsights" else HOUR
    pace = TrafficPace(direct, life / (2 * requests))
    with path.open("w") as written:
        recorder = Recorder(written, run.provider, str(run.http.base_url), run.credentials, pace)
        run.http = httpx.Client(
            transport=RecordingTransport(transport, recorder), base_url=run.http.base_url, trust_env=False
        )
        run.pace = pace
        conform(run, "the vendor")


def main() -> None:
    """Print the figures."""
    click.echo("| provider | rules | probed | operations | probed | without `--write` |")
    click.echo("| --- | --- | --- | --- | --- | --- |")
    reports = {provider: conform(connection(provider), "") for provider in ALL}
    for row in _rows(reports):
        click.echo(f"| {' | '.join(row)} |")
    click.echo(
        "\n| provider | deviations | found by `conform --write` | found by `compare` | on an unchanged emulator |"
    )
    click.echo("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as directory:
        for provider in ALL:
            click.echo(f"| {' | '.join(_found(provider, Path(directory)))} |")
    if "--not-probed" in sys.argv:
        for report in reports.values():
            for result in report.of_state("not probed"):
                click.echo(f"{result.id}: {result.reason}")


def _rows(reports: dict[str, Report]) -> Iterator[tuple[str, ...]]:
    sums = [0] * 5
    for provider, report in reports.items():
        reading = conform(connection(provider, write=False), "")
        operations = sum(result.state == "agrees" for result in report.operations)
        numbers = [len(report.rules), report.counts()["agrees"], len(report.operations), operations]
        numbers.append(reading.counts()["agrees"])
        sums = [total + number for total, number in zip(sums, numbers, strict=True)]
        yield provider, *map(str, numbers)
    yield "all", *map(str, sums)


def _found(provider: str, directory: Path) -> tuple[str, ...]:
    deviations = [deviation for deviation in DEVIATIONS if deviation.provider == provider]
    by_conform = sum(map(found_by_conform, deviations))
    by_compare = sum(
        bool(compared(provider, deviation, directory / f"{provider}-{number}").divergences)
        for number, deviation in enumerate(deviations)
    )
    unchanged = conform(connection(provider, direct=EmulatorTransport(SEED)), "").of_state("differs")
    false = len(unchanged) + len(compared(provider, None, directory / provider).divergences)
    return provider, str(len(deviations)), str(by_conform), str(by_compare), str(false)


if __name__ == "__main__":
    main()
