"""``python -m benchmarks``"""

import json
import sys
from collections.abc import Sequence

import click

from benchmarks import application, embedded, latency, load, page, picture, rates, report, scaling, storing, variety
from benchmarks.load import NoLoad
from benchmarks.peers import PEERS
from benchmarks.process import stay_off_the_servers_core
from benchmarks.subjects import OWN
from benchmarks.workloads import WORKLOADS

NAMES = [subject.name for subject in [*OWN, *PEERS]]


@click.group()
def main() -> None:
    """Measure the emulator, and other servers for comparison."""


@main.command("rates")
@click.option("--seconds", envvar="BENCH_SECONDS", default=1, show_default=True, help="Seconds of each measurement.")
@click.option("--rounds", envvar="BENCH_ROUNDS", default=7, show_default=True, help="Number of rounds.")
@click.option("--workload", multiple=True, type=click.Choice(list(WORKLOADS)), help="Only this one; repeatable.")
@click.option("--subject", multiple=True, type=click.Choice(NAMES), help="Only this one; repeatable.")
def measure_rates(seconds: int, rounds: int, workload: Sequence[str], subject: Sequence[str]) -> None:
    """Measure requests per second, p99, CPU and memory by workload and server, and the start of each server."""
    load.check()
    stay_off_the_servers_core()
    chosen = [one for one in [*OWN, *PEERS] if one.name in (subject or NAMES)]
    left_out = {one.name: reason for one in chosen if (reason := one.missing())}
    found = []
    for name in workload or WORKLOADS:
        _progress(f"{name}: {rounds} rounds")
        found += rates.measure(name, chosen, rounds, seconds, left_out)
    _progress("cold starts")
    subjects = [one for one in chosen if one.name not in left_out]
    figures = {
        "machine": report.machine(),
        "connections": load.CONNECTIONS,
        "seconds": seconds,
        "rounds": rounds,
        "workloads": rates.titles(),
        "subjects": {one.name: one.about for one in subjects},
        "rates": found,
        "cold_starts": rates.cold_starts(subjects, rounds),
        "left_out": left_out,
    }
    report.write("rates.json", json.dumps(figures, indent=2))
    report.write("speed.svg", picture.svg(figures))
    click.echo(report.rates(figures))


@main.command("scaling")
@click.option("--few", default=1000, show_default=True, help="Records of the small space.")
@click.option("--many", envvar="BENCH_RECORDS", default=1_000_000, show_default=True, help="Of the large space.")
@click.option("--reset", envvar="BENCH_RESET", default=100_000, show_default=True, help="Of the space to reset.")
def measure_scaling(few: int, many: int, reset: int) -> None:
    """Measure requests with few and with many records. A million records need about 10 minutes and 3 GB of memory."""
    found = application.measured([*scaling.works(few, many, reset), (embedded.embedded, ())])
    figures = {"machine": report.machine(), "few": few, "many": many, "scaling": found}
    report.write("scaling.json", json.dumps(figures, indent=2))
    click.echo(report.scaling(figures))


@main.command("storing")
@click.option("--seconds", envvar="BENCH_SECONDS", default=1, show_default=True, help="Seconds of each measurement.")
@click.option("--rounds", envvar="BENCH_ROUNDS", default=5, show_default=True, help="Number of rounds.")
@click.option("--records", envvar="BENCH_STORED", default=100_000, show_default=True, help="Of the space to restart.")
def measure_storing(seconds: int, rounds: int, records: int) -> None:
    """Measure what --data, --workers and --store cost, compared with a server in memory."""
    load.check()
    stay_off_the_servers_core()
    figures = {"machine": report.machine(), **storing.measure(rounds, seconds, records, _progress)}
    report.write("storing.json", json.dumps(figures, indent=2))
    click.echo(storing.text(figures))


@main.command("latency")
@click.option("--seconds", envvar="BENCH_SECONDS", default=3, show_default=True, help="Seconds of each measurement.")
@click.option("--rounds", envvar="BENCH_ROUNDS", default=5, show_default=True, help="Number of rounds.")
def measure_latency(seconds: int, rounds: int) -> None:
    """Measure how long requests wait under 500 connections, while new ones arrive all the time."""
    load.check()
    stay_off_the_servers_core()
    figures = latency.measure(rounds, seconds)
    report.write("latency.json", json.dumps({"machine": report.machine(), "latency": figures}, indent=2))
    click.echo(latency.text(figures))


@main.command("variety")
@click.option("--seconds", envvar="BENCH_SECONDS", default=1, show_default=True, help="Seconds of each measurement.")
@click.option("--rounds", envvar="BENCH_ROUNDS", default=5, show_default=True, help="Number of rounds.")
def measure_variety(seconds: int, rounds: int) -> None:
    """Measure requests that differ in every value that may differ, compared with one that is repeated."""
    load.check()
    stay_off_the_servers_core()
    figures = variety.measure(rounds, seconds)
    report.write("variety.json", json.dumps({"machine": report.machine(), "variety": figures}, indent=2))
    click.echo(variety.text(figures))


@main.command("publish")
def publish() -> None:
    """Write the figures and the picture of the last run to docs/benchmarks.md."""
    page.publish()


def _progress(message: str) -> None:
    click.echo(message, err=True)


if __name__ == "__main__":
    try:
        main()
    except NoLoad as error:
        sys.exit(f"bench: {error}")
