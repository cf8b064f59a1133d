"""Run clients against a server that is killed under load, and check every reply and the final state."""

import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic, sleep

from crash.power_failure import check_power_failures
from crash.restless import Restless
from crash.servers import Server
from crash.torn_write import add_torn_write
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
    """The number of kills and spaces, and how to kill.

    ``terminate`` is the share of normal stops. ``tear`` is the share of the others that leave a torn write.
    With several workers, half of the kills end one of them, and the others the whole server.
    ``power_failures`` is how often the end of the log is lost in a copy of the last killed server's directory.
    """

    kills: int
    spaces: int = 16
    seed: int = 0
    sync: str = "normal"
    terminate: float = 0.1
    tear: float = 0.3
    power_failures: int = 20
    workers: int = 1


@dataclass(slots=True)
class Load:
    """A server and the clients that use it: one for each space and its twin, and those of a restless one."""

    server: Server
    twins: list[Twins]
    restless: Restless
    running: list[Future[None]] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        """The number of replies that were compared so far."""
        return sum(each.acknowledged for each in self.twins)

    @property
    def refused(self) -> int:
        """The number of requests that the server could not store so far."""
        return sum(each.refused for each in self.twins)

    def check(self) -> None:
        """Raise what a client has found."""
        if failed := next((each for each in self.running if each.done()), None):
            failed.result()

    def check_states(self) -> None:
        """Compare all states with those of the twins. Raises Differs."""
        with ThreadPoolExecutor(len(self.twins)) as threads:
            list(threads.map(Twins.check, self.twins))
        self.restless.check()

    def wait(self, is_reached: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is the case, and return whether it is."""
        deadline = monotonic() + seconds
        while not (reached := is_reached()) and monotonic() < deadline:
            self.check()
            sleep(0.005)
        return reached

    def wait_for_replies(self, count: int, seconds: float) -> bool:
        """Wait for a number of replies, and return whether they came."""
        goal = self.acknowledged + count
        return self.wait(lambda: self.acknowledged >= goal, seconds)


@contextmanager
def loaded(plan: Plan, data: Path, log: Path) -> Iterator[Load]:
    """Run the clients of a plan meanwhile; then compare all states, and once more after a restart."""
    stop = threading.Event()
    with (
        Emulator(port=None, limits=Limits(spaces_max=plan.spaces + 1)) as spared,
        Server(data, log, sync=plan.sync, workers=plan.workers) as server,
        ThreadPoolExecutor(plan.spaces + 2) as threads,
    ):
        twins = [Twins(f"space-{number}", server, spared, plan.seed) for number in range(plan.spaces)]
        load = Load(server, twins, Restless("restless", server))
        try:
            load.running = [threads.submit(each.run, None, stop) for each in load.twins]
            load.running += [threads.submit(each, stop) for each in (load.restless.write, load.restless.look)]
            yield load
        except BaseException:
            server.give_up()
            raise
        finally:
            stop.set()
        for running in load.running:
            running.result()
        load.check_states()
        server.end(signal.SIGTERM)
        server.start()
        load.check_states()
        for each in load.twins:
            each.http.close()


def run(plan: Plan, directory: Path, log: Callable[[str], object] = lambda _: None) -> str:
    """Run a plan, and return a report. Raises Differs if anything is lost, duplicated, or different."""
    random, start, torn = Random(plan.seed), monotonic(), 0
    with loaded(plan, directory / "data", directory / "log") as load:
        for number in range(1, plan.kills + 1):
            _let_run(random, load)
            load.check()
            if plan.workers > 1 and number < plan.kills and random.random() < WORKER_SHARE:
                load.server.kill_worker(random)
                continue
            how = signal.SIGTERM if random.random() < plan.terminate else signal.SIGKILL
            load.server.end(how)
            if how == signal.SIGKILL and random.random() < plan.tear:
                torn += add_torn_write(load.server.data, random) > 0
            if number == plan.kills:
                shutil.copytree(load.server.data, directory / "killed")
            load.server.start()
            if number % REPORT_EVERY == 0:
                log(f"{number} of {plan.kills} kills, {load.acknowledged:,} replies")
    report = _report(plan, load, monotonic() - start)
    entries = check_power_failures(directory / "killed", directory, plan.power_failures, plan.seed)
    return f"{report}\n{_torn_report(plan, torn, entries)}"


def _let_run(random: Random, load: Load) -> None:
    """Let a server run for a moment, or for some replies."""
    if random.random() < SHORT_SHARE:
        return sleep(random.uniform(0, SHORT_SECONDS))
    load.wait_for_replies(random.randrange(1, REPLIES_MAX), LIFE_SECONDS_MAX)
    sleep(random.uniform(0, 0.01))


def _report(plan: Plan, load: Load, seconds: float) -> str:
    interrupted, stored = (sum(getattr(each, name) for each in load.twins) for name in ("interrupted", "stored"))
    return (
        f"{plan.kills} kills in {seconds:.0f} seconds, {plan.workers} workers, {plan.spaces} spaces, seed {plan.seed}, "
        f"sync {plan.sync}: {load.acknowledged:,} replies equal to those of a server that was not killed; "
        f"{interrupted:,} requests were interrupted, of which {stored:,} had been stored; nothing lost, nothing "
        f"duplicated, all states equal"
    )


def _torn_report(plan: Plan, torn: int, entries: int) -> str:
    return (
        f"{torn} torn writes at the end of the log, after which everything acknowledged was there; "
        f"{plan.power_failures} losses of its end, each of which left an earlier state ({entries:,} entries lost)"
    )
