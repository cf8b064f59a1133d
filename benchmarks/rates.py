"""Measure requests per second, latency, CPU and memory of every subject, in rounds.

The machine's speed changes from minute to minute, so figures are compared only within a round: each round measures all
subjects in turn and takes their ratios. The medians over all rounds are reported.
"""

import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from benchmarks import load
from benchmarks.load import Call, NoLoad, Outcome
from benchmarks.process import Server, import_seconds, serving
from benchmarks.subjects import EMULATOR, Reply, Setup, Subject
from benchmarks.workloads import WORKLOADS
from cluster.ports import free_port

FLOOR = "raw"
IMPORTS = "imports"
ANY = Call("GET", "/")
NOTHING = Reply((), b"{}")
TICK_SECONDS = 0.2
"""How long a server may settle before its load begins."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One subject in one round."""

    outcome: Outcome
    cpu_seconds: float

    @property
    def requests_per_second(self) -> float:
        return self.outcome.requests / self.outcome.seconds

    @property
    def cpu_us(self) -> float:
        """The CPU time of the server for each request, in microseconds."""
        return self.cpu_seconds / max(1, self.outcome.requests) * 1e6


@dataclass(slots=True)
class Row:
    """One subject under one workload, over all rounds."""

    workload: str
    subject: str
    idle_bytes: int
    after_bytes: int = 0
    rounds: list[Measured] = field(default_factory=list)

    def figures(self, floor: "Row | None") -> dict[str, object]:
        """Return the medians. Ratios are to the floor in the same round."""
        refused = sum(one.outcome.refused for one in self.rounds)
        broken = sum(one.outcome.broken for one in self.rounds)
        figures: dict[str, object] = {
            "workload": self.workload,
            "subject": self.subject,
            "requests_per_second": round(median(one.requests_per_second for one in self.rounds)),
            "p99_ms": round(median(one.outcome.p99_ms for one in self.rounds), 2),
            "cpu_us": round(median(one.cpu_us for one in self.rounds), 1),
            "idle_mb": round(self.idle_bytes / 1e6, 1),
            "after_mb": round(self.after_bytes / 1e6, 1),
            "requests": sum(one.outcome.requests for one in self.rounds),
        }
        if floor:
            pairs = list(zip(self.rounds, floor.rounds, strict=True))
            rates = [own.requests_per_second / least.requests_per_second for own, least in pairs]
            figures["rate_to_raw"] = round(median(rates), 3)
            figures["cpu_to_raw"] = round(median(own.cpu_us / least.cpu_us for own, least in pairs), 2)
        return figures | ({"failed": refused + broken} if refused or broken else {})


@dataclass(frozen=True, slots=True)
class Running:
    """A running subject, and the call to repeat."""

    subject: Subject
    server: Server
    call: Call
    row: Row


def measure(
    workload: str, subjects: Sequence[Subject], rounds: int, seconds: float, left_out: dict[str, str]
) -> list[dict[str, object]]:
    """Measure one workload, and note in ``left_out`` why a subject does not start or replies wrongly. Raises NoLoad."""
    call, reply = sample(workload)
    with ExitStack() as stack:
        running = []
        for subject in subjects:
            if workload in subject.calls and subject.name not in left_out:
                try:
                    running.append(stack.enter_context(started(subject, workload, call, reply)))
                except NoLoad as error:
                    left_out[subject.name] = str(error)
        for one in running:
            load.run(one.server.url, one.call, seconds)  # warm up: just-in-time compilers need it
        order = deque(running)
        for _ in range(rounds):
            for one in order:
                one.row.rounds.append(_measured(one, seconds))
            order.rotate(-1)  # not always after the same one, which may still be working
        for one in running:
            one.row.after_bytes = one.server.rss_bytes()
    floor = next((one.row for one in running if one.subject.name == FLOOR), None)
    return [one.row.figures(floor) for one in running]


def sample(workload: str) -> tuple[Call, Reply]:
    """Return the call to the emulator, and its reply."""
    with started(EMULATOR, workload, ANY, NOTHING) as one:
        response = _send(one.server, one.call)
        return one.call, Reply(response.headers.raw, response.content)


@contextmanager
def started(subject: Subject, workload: str, call: Call, reply: Reply) -> Iterator[Running]:
    """Start a subject, prepare it, and check its reply. Raises NoLoad if it is wrong."""
    with up(subject, workload, call, reply) as server:
        row = Row(workload, subject.name, server.rss_bytes())
        with httpx.Client(base_url=server.url, timeout=60) as client:
            own = subject.calls[workload](client, call)
        response = _send(server, own)
        if response.status_code != own.status:
            raise NoLoad(f"{subject.name} replies to {own.path} with {response.status_code}: {response.text[:200]}")
        yield Running(subject, server, own, row)


@contextmanager
def up(subject: Subject, workload: str | None = None, call: Call = ANY, reply: Reply = NOTHING) -> Iterator[Server]:
    """Start a subject. Raises NoLoad if it fails."""
    with TemporaryDirectory(prefix="bench-") as directory:
        setup = Setup(Path(directory), free_port(), workload, call, reply)
        start = subject.start(setup)
        with serving(start.command, setup.port, start.environment, setup.directory) as server:
            yield server


def cold_starts(subjects: Sequence[Subject], rounds: int) -> list[dict[str, object]]:
    """Measure from exec to the first reply, and the import of the emulator's dependencies alone."""
    taken: dict[str, list[float]] = {IMPORTS: [], **{subject.name: [] for subject in subjects}}
    for _ in range(rounds + 1):
        taken[IMPORTS].append(import_seconds())
        for subject in subjects:
            with up(subject) as server:
                taken[subject.name].append(server.start_seconds)
    return [_cold(name, seconds[1:], taken[IMPORTS][1:]) for name, seconds in taken.items()]  # the first round warms up


def _cold(name: str, seconds: Sequence[float], imports: Sequence[float]) -> dict[str, object]:
    ratio = median(own / least for own, least in zip(seconds, imports, strict=True))
    return {"subject": name, "seconds": round(median(seconds), 3), "to_imports": round(ratio, 2)}


def titles() -> Mapping[str, str]:
    return {name: workload.title for name, workload in WORKLOADS.items()}


def _measured(one: Running, seconds: float) -> Measured:
    time.sleep(TICK_SECONDS)
    before = one.server.cpu_seconds()
    outcome = load.run(one.server.url, one.call, seconds)
    return Measured(outcome, one.server.cpu_seconds() - before)


def _send(server: Server, call: Call) -> httpx.Response:
    headers = {**call.headers, **({call.unique: "bench-first"} if call.unique else {})}
    return httpx.request(call.method, server.url + call.path, headers=headers, content=call.body, timeout=60)
