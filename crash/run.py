"""Run clients against a server that is killed under load, and check every reply and the final state."""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic, sleep

from crash.servers import Server
from crash.twins import Twins
from emulator import Emulator
from emulator.space.world import Limits

SHORT_SECONDS, LIFE_SECONDS_MAX = 0.1, 5.0
SHORT_SHARE = 0.2
"""The share of servers that are killed while they start."""

WORKER_SHARE = 0.5
"""The share of kills that end a worker, where there are several."""

REPLIES_MAX = 120
"""The maximum number of replies before a server is killed."""

REPORT_EVERY = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """The number of kills and spaces, and how to kill. ``terminate`` is the share of normal stops.

    With several workers, half of the kills end one of them, and the others the whole server.
    """

    kills: int
    spaces: int = 16
    seed: int = 0
    sync: str = "normal"
    terminate: float = 0.1
    tear: float = 0.0
    workers: int = 1


def run(plan: Plan, directory: Path, log: Callable[[str], object] = lambda _: None) -> str:
    """Run a plan, and return a report. Raise Differs if anything is lost, duplicated, or different."""
    random, stop, start = Random(plan.seed), threading.Event(), monotonic()
    limits = Limits(spaces_max=plan.spaces + 1)
    with (
        Emulator(port=None, limits=limits) as spared,
        Server(directory / "data", directory / "log", sync=plan.sync, workers=plan.workers) as server,
        ThreadPoolExecutor(plan.spaces) as threads,
    ):
        twins = [Twins(f"space-{number}", server, spared, plan.seed) for number in range(plan.spaces)]
        try:
            running = [threads.submit(each.run, None, stop) for each in twins]
            for number in range(1, plan.kills + 1):
                _let_run(random, twins)
                if failed := next((each for each in running if each.done()), None):
                    failed.result()
                if plan.workers > 1 and random.random() < WORKER_SHARE:
                    server.kill_worker(random)
                    continue
                server.end(signal.SIGTERM if random.random() < plan.terminate else signal.SIGKILL)
                if random.random() < plan.tear:
                    server.tear(random.randrange(1, 4000))
                server.start()
                if number % REPORT_EVERY == 0:
                    log(f"{number} of {plan.kills} kills, {sum(each.acknowledged for each in twins):,} replies")
        finally:
            stop.set()
        for each in running:
            each.result()
        list(threads.map(Twins.check, twins))
        server.end(signal.SIGTERM)
        server.start()
        list(threads.map(Twins.check, twins))
        for each in twins:
            each.http.close()
    return _report(plan, twins, monotonic() - start)


def _let_run(random: Random, twins: list[Twins]) -> None:
    """Let a server run for a moment, or for some replies."""
    if random.random() < SHORT_SHARE:
        return sleep(random.uniform(0, SHORT_SECONDS))
    goal = sum(each.acknowledged for each in twins) + random.randrange(1, REPLIES_MAX)
    deadline = monotonic() + LIFE_SECONDS_MAX
    while sum(each.acknowledged for each in twins) < goal and monotonic() < deadline:
        sleep(0.005)
    sleep(random.uniform(0, 0.01))


def _report(plan: Plan, twins: list[Twins], seconds: float) -> str:
    acknowledged, stored = sum(each.acknowledged for each in twins), sum(each.stored for each in twins)
    interrupted = sum(each.interrupted for each in twins)
    return (
        f"{plan.kills} kills in {seconds:.0f} seconds, {plan.workers} workers, {len(twins)} spaces, seed {plan.seed}, "
        f"sync {plan.sync}: "
        f"{acknowledged:,} replies equal to those of a server that was not killed; {interrupted:,} requests were "
        f"interrupted, of which {stored:,} had been stored; nothing lost, nothing duplicated, all states equal"
    )
