"""One emulator in memory per run, a fresh space per test, the list of rules that tests prove, and the check that no
test reaches another machine.
"""

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import settings

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.core.paused_collector import paused_collector
from emulator.space.commands import MoveClock
from tests.support import offline
from tests.support.caller import Caller, credentials_of

START = "2026-01-01T00:00:00Z"

settings.register_profile("suite", deadline=None, max_examples=30)  # other tests run on the same cores
settings.register_profile("thorough", deadline=None, max_examples=200, derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

offline.watch()

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs with SIGINT ignored, which processes started by tests would inherit.
    signal.signal(signal.SIGINT, signal.default_int_handler)

proved_rules: dict[str, set[str]] = {}
"""The ids of rules that tests name, with the tests that name them."""


LONG = (
    "test_schemathesis",
    "test_pages",
    "test_pytest_plugin",
    "test_control_schemathesis",
    "machine",
    "test_replay",
    "test_fuzz",
)
"""Files whose tests take seconds. They run first, so that no worker is left with one at the end."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the garbage collector from searching thousands of tests again and again."""
    try:
        with paused_collector():
            return (yield)
    finally:
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONG))
    for item in items:
        for marker in item.iter_markers("rule"):
            for rule in marker.args:
                proved_rules.setdefault(rule, set()).add(item.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Fail a test that tried to reach another machine, even if its code ignored the error."""
    try:
        yield
    finally:
        attempts = offline.taken()
    assert attempts == [], "a test tried to reach another machine"


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """Run an emulator without a port."""
    with Emulator(port=None) as running:
        yield running


@pytest.fixture
def space(emulator: Emulator) -> Iterator[SpaceHandle]:
    """Return a fresh space whose clock is frozen at the start of 2026."""
    fresh = emulator.space()  # set up and dropped without HTTP: thousands of tests use it
    emulator.app.spaces.get(fresh.name).run(MoveClock(datetime.fromisoformat(START), frozen=True))
    yield fresh
    with suppress(KeyError):  # a test may have deleted it
        emulator.app.spaces.drop(fresh.name)


@pytest.fixture
def caller(space: SpaceHandle, request: pytest.FixtureRequest) -> Caller:
    """Return a client of the provider that names the test's directory, with its first credentials."""
    provider = request.path.parent.name
    return Caller(space, provider, credentials_of(space, provider))


@pytest.fixture
def cnaught(space: SpaceHandle) -> Caller:
    """Return a client of CNaught, for tests that are not about one provider."""
    return Caller(space, "cnaught", credentials_of(space, "cnaught"))
