"""An event loop that other threads use while it waits: at most one thread at a time runs its callbacks."""

import _thread
import asyncio
import gc
import json
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal, localcontext
from types import FrameType
from typing import Any

import httpx
import pytest

from emulator import Emulator
from emulator.client.handles import SpaceHandle
from emulator.client.shared_loop import TIMERS, SharedLoop
from emulator.core.resources import resource

SECONDS_MAX = 5.0


@pytest.fixture
def loop() -> Iterator[SharedLoop]:
    """Return a loop that runs in a thread, and waits."""
    running = SharedLoop()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    wait_until_idle(running)
    yield running
    running.call_soon_threadsafe(running.stop)
    thread.join(SECONDS_MAX)
    running.close()


def wait_until_idle(loop: SharedLoop) -> None:
    """Wait until a loop waits for events."""
    end = time.monotonic() + SECONDS_MAX
    while not loop.run_here(lambda: None):
        assert time.monotonic() < end, "the loop does not wait"
        time.sleep(0.001)


def test_a_callback_runs_in_the_calling_thread(loop: SharedLoop) -> None:
    """It runs at once, and on that loop."""
    seen: list[tuple[int, asyncio.AbstractEventLoop]] = []
    assert loop.run_here(lambda: seen.append((threading.get_ident(), asyncio.get_running_loop())))
    assert seen == [(threading.get_ident(), loop)]


def test_the_loop_of_the_caller_is_restored(loop: SharedLoop) -> None:
    """Also after an exception, which reaches the caller; the loop can still be used."""

    async def call() -> None:
        own = asyncio.get_running_loop()
        with pytest.raises(ZeroDivisionError):
            loop.run_here(lambda: 1 // 0)
        assert asyncio.get_running_loop() is own
        assert loop.run_here(lambda: None)
        assert asyncio.get_running_loop() is own

    asyncio.run(call())


def test_nothing_runs_while_the_loop_is_busy(loop: SharedLoop) -> None:
    """The callback is left to the caller."""
    began, go_on = threading.Event(), threading.Event()

    def busy() -> None:
        began.set()
        go_on.wait(SECONDS_MAX)

    loop.call_soon_threadsafe(busy)
    assert began.wait(SECONDS_MAX)
    try:
        assert not loop.run_here(lambda: pytest.fail("two threads run callbacks"))
    finally:
        go_on.set()
    wait_until_idle(loop)


def test_nothing_runs_before_the_start_and_after_the_end() -> None:
    """A loop that does not run refuses, as does a closed one."""
    loop = SharedLoop()
    assert not loop.run_here(lambda: pytest.fail("not running"))
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert not loop.run_here(lambda: pytest.fail("not running"))
    loop.close()
    assert not loop.run_here(lambda: pytest.fail("closed"))


def test_nothing_runs_in_debug_mode(loop: SharedLoop) -> None:
    """asyncio then refuses to schedule from another thread."""
    loop.set_debug(True)
    assert not loop.run_here(lambda: pytest.fail("debug mode"))


@pytest.mark.parametrize("timer", TIMERS, ids=lambda timer: signal.Signals(timer).name)
def test_nothing_runs_where_a_timer_may_interrupt_it(loop: SharedLoop, timer: int) -> None:
    """A test's timeout raises an exception in the main thread, which must not end a turn halfway; others go on."""

    def interrupt(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(timer, interrupt)
    try:
        assert not loop.run_here(lambda: pytest.fail("could be interrupted"))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(loop.run_here, lambda: None).result(SECONDS_MAX)
    finally:
        signal.signal(timer, before)
    assert loop.run_here(lambda: None)


INTERRUPTIONS = {
    "a signal": lambda: signal.raise_signal(signal.SIGINT),
    "another thread": _thread.interrupt_main,
}


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")  # those of requests that have not begun
@pytest.mark.parametrize("how", INTERRUPTIONS)
def test_ctrl_c_waits_for_the_end_of_a_turn(how: str) -> None:
    """Wherever Ctrl-C comes in a request, its space is as before or as after it, and the next request is answered."""
    lines, interrupted, made = [0], 0, set[int]()
    with Emulator(port=None) as carbon:
        client = httpx.Client(transport=carbon.transport(), timeout=SECONDS_MAX)
        place(carbon.space("warm"), client)
        for line in range(3, LINES_MAX, 7):
            space = carbon.space(f"line-{line}")
            with interrupting(line, INTERRUPTIONS[how]) as lines:
                try:
                    place(space, client)
                except KeyboardInterrupt:
                    interrupted += 1
            orders = space.control("GET", "/state/cnaught")["totals"]["orders"] - FIXTURE_ORDERS
            assert [entry["status"] for entry in space.requests] == [201] * orders
            assert space.verify_ledger()["holds"]
            made.add(orders)
            if lines[0] < line:
                break
        gc.collect()  # before warnings are errors again
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert interrupted > 20
    assert made == {0, 1}
    assert lines[0] < LINES_MAX, "there are more lines"


LINES_MAX = 3000
FIXTURE_ORDERS = len(json.loads((resource("fixtures") / "cnaught.json").read_bytes())["memory"]["orders"])


def place(space: SpaceHandle, client: httpx.Client) -> None:
    headers = {"Authorization": "Bearer test_acme_0001"}
    client.post(f"{space.url}/cnaught/v1/orders", json={"amount_kg": 1}, headers=headers)


@contextmanager
def interrupting(line: int, interrupt: Callable[[], object]) -> Iterator[list[int]]:
    """Interrupt this thread before it runs a line of the emulator, or of what it is called by, and count the lines."""
    count = [0]

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if not re.search(r"/(emulator|asyncio)/", frame.f_code.co_filename):
            return None
        if event == "line":
            count[0] += 1
            if count[0] == line:
                interrupt()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield count
    finally:
        sys.settrace(before)


@pytest.mark.parametrize("schedule", ["call_soon", "call_later", "create_task", "future"])
def test_what_a_callback_schedules_runs_in_the_thread_of_the_loop(loop: SharedLoop, schedule: str) -> None:
    """The loop wakes up for it, although it waited without a deadline."""
    ran = threading.Event()
    threads: list[int] = []

    def record() -> None:
        threads.append(threading.get_ident())
        ran.set()

    async def work() -> None:
        record()

    def complete() -> None:
        future = loop.create_future()
        future.add_done_callback(lambda _: record())
        future.set_result(None)

    starts: dict[str, Callable[[], object]] = {
        "call_soon": lambda: loop.call_soon(record),
        "call_later": lambda: loop.call_later(0.01, record),
        "create_task": lambda: loop.create_task(work()),
        "future": complete,
    }
    assert loop.run_here(starts[schedule])
    assert ran.wait(SECONDS_MAX)
    assert threads != [threading.get_ident()]


def test_what_a_callback_schedules_runs_before_the_next_callback(loop: SharedLoop) -> None:
    """A thread that always has another callback, and keeps the interpreter, does not starve the loop."""
    scheduled: list[int] = []

    def schedule() -> None:
        loop.call_soon(scheduled.append, len(scheduled))

    before = sys.getswitchinterval()
    sys.setswitchinterval(60)
    try:
        for number in range(100):
            while not loop.run_here(schedule):
                time.sleep(0.001)  # let the loop run
            assert len(scheduled) in (number, number + 1)
    finally:
        sys.setswitchinterval(before)


def test_the_context_of_the_caller_does_not_reach_a_callback(loop: SharedLoop) -> None:
    """The arithmetic of a turn does not depend on the precision that a test has set."""
    seen: list[Decimal] = []
    with localcontext() as context:
        context.prec = 2
        assert loop.run_here(lambda: seen.append(Decimal("1.234") + Decimal("1")))
    assert seen == [Decimal("2.234")]


def test_callbacks_never_run_at_the_same_time(loop: SharedLoop) -> None:
    """Those of several threads and of the loop's own exclude each other."""
    inside, overlaps, ran = [0], [0], [0]
    refused = [0, 0, 0]

    def callback() -> None:
        overlaps[0] += inside[0]
        inside[0] += 1
        for _ in range(50):
            time.sleep(0)  # let other threads run
        inside[0] -= 1
        ran[0] += 1

    def work(number: int) -> None:
        for _ in range(100):
            if not loop.run_here(callback):
                refused[number] += 1
                loop.call_soon_threadsafe(callback)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    done = threading.Event()
    loop.call_soon_threadsafe(done.set)
    assert done.wait(SECONDS_MAX)
    assert ran == [300]
    assert 0 < sum(refused) < 300
    assert overlaps == [0]
