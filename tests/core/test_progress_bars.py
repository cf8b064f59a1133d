"""The progress bars of a server: one at a time, whichever of its processes shows it."""

import os
from collections.abc import Callable

import pytest

from emulator.cli import progress_bars
from emulator.cli.progress_bars import ProgressBars


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The labels of the bars that were drawn."""
    labels: list[str] = []

    def draw(label: str, _: int) -> Callable[[int], object]:
        labels.append(label)
        return lambda _: None

    monkeypatch.setattr(progress_bars, "progress_bar", draw)
    return labels


def test_one_task_is_shown_at_a_time(shown: list[str]) -> None:
    """The next one is shown once the first is complete, or was given up."""
    bars = ProgressBars()
    first = bars("first", 3)
    bars("second", 2)(2)
    first(2)
    bars("third", 1)(1)
    first(1)
    fourth = bars("fourth", 9)
    del fourth
    bars("fifth", 1)(1)
    assert shown == ["first", "fourth", "fifth"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="one process")
def test_workers_take_turns(shown: list[str]) -> None:
    """A worker shows nothing while another process shows a task, and what it shows ends with it."""
    bars = ProgressBars()

    def in_worker() -> int:
        child = os.fork()
        if child == 0:
            bars._shown = False
            bars("worker", 5)
            os._exit(shown.count("worker"))
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    first = bars("first", 2)
    assert in_worker() == 0
    first(2)
    assert in_worker() == 1
    bars("second", 1)(1)
    assert shown == ["first", "second"]
