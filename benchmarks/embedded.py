"""The cost of the emulator inside a test's process: without a port, and for each test."""

import time
from collections.abc import Callable, Sequence
from itertools import count

import httpx

from benchmarks.application import ROUNDS, Figures, compared
from benchmarks.workloads import KEY
from emulator import Emulator

REQUESTS_A_ROUND = 100
PATH = "oneclickimpact/v1/capture_carbon"


async def embedded() -> Sequence[Figures]:
    """Measure a write without a port and over loopback, and what a test's space costs before and after the test."""
    with Emulator() as emulator:
        within = httpx.Client(transport=emulator.transport(), base_url=emulator.url)
        with within, httpx.Client(base_url=emulator.url) as over_loopback:
            writes = [(_timed(_write(within)), _timed(_write(over_loopback))) for _ in range(ROUNDS + 1)]
        spaces = [_timed(_space(emulator)) for _ in range(ROUNDS + 1)]
    figures = [compared("a write without a port, and over loopback", writes[1:])]
    return [*figures, compared("a test's space, created and deleted", [(taken, taken) for taken in spaces[1:]])]


def _write(client: httpx.Client) -> Callable[[], object]:
    return lambda: client.post(PATH, json={"amount": 5}, headers=KEY).raise_for_status()


def _space(emulator: Emulator) -> Callable[[], object]:
    """Return what the pytest plugin does for a test."""
    numbers = count()

    def around_test() -> None:
        space = emulator.space(f"test-{next(numbers)}")
        space.reset()
        space.delete()

    return around_test


def _timed(work: Callable[[], object]) -> float:
    """Return the CPU microseconds of one run, in all threads."""
    began = time.process_time()
    for _ in range(REQUESTS_A_ROUND):
        work()
    return (time.process_time() - began) / REQUESTS_A_ROUND * 1e6
