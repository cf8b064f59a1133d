"""Rounds with load and without, and their results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from soak.ledger import Ledger
from soak.server import Server, serving
from soak.storm import QUIET, Storm
from soak.wire import Connection

QUIET_REQUESTS = 100
RSS_GROWTH, RSS_SLACK_BYTES = 1.25, 32 * 1024 * 1024
"""The allowed growth of memory after a round's resets, compared with the first round."""

SLOWDOWN, SLACK_SECONDS = 5, 0.005
"""The allowed growth of response times without load; other programs run on the same cores."""


@dataclass(slots=True)
class Outcome:
    """The problems, one per line, and the figures of each round."""

    wrong: list[str] = field(default_factory=list)
    rounds: list[Mapping[str, Any]] = field(default_factory=list)
    happened: Mapping[str, int] = field(default_factory=dict)


Report = Callable[[Mapping[str, Any]], None]


async def soak(*, clients: int, spaces: int, seconds: float, rounds: int, seed: int, report: Report) -> Outcome:
    """Run rounds of this duration, and report each one."""
    with TemporaryDirectory(prefix="soak-") as directory, serving(Path(directory)) as server:
        storm = Storm(server.port, [Ledger(f"soak-{number}") for number in range(spaces)], Random(seed))
        outcome = Outcome()
        for _ in range(rounds):
            outcome.rounds.append(await _round(storm, server, clients, seconds))
            report(outcome.rounds[-1])
        outcome.happened = dict(storm.happened)
        outcome.wrong = [*storm.wrong, *_grown(outcome.rounds), *_broken(storm)]
        if log := server.log.read_text(errors="replace"):
            outcome.wrong.append(f"the server has logged: {log[-2000:]}")
    return outcome


async def _round(storm: Storm, server: Server, clients: int, seconds: float) -> Mapping[str, Any]:
    connection = await Connection.open(server.port)
    before, files = await storm.quiet_seconds(connection, QUIET_REQUESTS), server.open_files()
    storm.seconds.clear()
    connection.close()  # the server would close it while it is idle
    answers = storm.happened["answered"]
    await storm.blow(clients, seconds)
    loaded, answers = list(storm.seconds), storm.happened["answered"] - answers
    connection = await Connection.open(server.port)
    after, peak = await storm.quiet_seconds(connection, QUIET_REQUESTS), server.rss_bytes()
    writes = await storm.verify(connection)
    files_left = server.open_files() - files
    for ledger in storm.ledgers:
        await storm.reset(connection, ledger)
    await storm.control(connection, QUIET, "POST", "/reset", {})
    connection.close()
    if median(after) > SLOWDOWN * median(before) + SLACK_SECONDS:
        storm.wrong.append(
            f"a reply without load took {median(before):.4f} s before the load and {median(after):.4f} after it"
        )
    if files_left > 0:
        storm.wrong.append(f"{files_left} files or connections are still open")
    return {
        "answers a second": round(answers / seconds),
        "p50 ms": round(median(loaded) * 1e3, 1),
        "p99 ms": round(quantiles(loaded, n=100)[-1] * 1e3, 1),
        "quiet ms before": round(median(before) * 1e3, 2),
        "quiet ms after": round(median(after) * 1e3, 2),
        "writes": writes,
        "MB at the peak": round(peak / 1e6),
        "MB after resets": round(server.rss_bytes() / 1e6),
    }


def _grown(rounds: list[Mapping[str, Any]]) -> list[str]:
    first, last = (rounds[index]["MB after resets"] for index in (0, -1))
    bound = RSS_GROWTH * first + RSS_SLACK_BYTES / 1e6
    return [f"memory grew from {first} MB after the first round to {last}"] if last > bound else []


def _broken(storm: Storm) -> list[str]:
    """Return an error if more connections of well-behaved clients were lost than faults have broken."""
    lost = sum(storm.happened[f"lost: {kind}"] for kind in ("steady", "pipelined", "slow", "too_large", "command"))
    return (
        [f"{lost} connections were lost, and faults broke {storm.breaking_faults}"]
        if lost > storm.breaking_faults
        else []
    )
