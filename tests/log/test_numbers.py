"""The file with the numbers of requests."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from emulator.log.numbers import GONE, Numbers


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[Numbers]:
    with closing(Numbers(tmp_path / "numbers")) as opened:
        yield opened


def test_a_number_survives_the_file_being_closed(tmp_path: Path) -> None:
    """What was written is there for the next process; a space that never had a number has 0."""
    with closing(Numbers(tmp_path / "numbers")) as numbers:
        numbers.set(3, 17, 5)
        numbers.set(100_000, 4, 1)
    with closing(Numbers(tmp_path / "numbers")) as numbers:
        assert [numbers.get(id) for id in (3, 4, 100_000, 10**9)] == [17, 0, 4, 0]


def test_a_number_counts_for_the_last_change_alone(numbers: Numbers) -> None:
    """A number from before a change that was stored and never applied, such as a reset, counts for nothing."""
    numbers.set(1, 320, 7)
    assert [numbers.after(1, change) for change in (6, 7, 8)] == [320, 320, 0]
    numbers.set(1, GONE, 8)
    assert numbers.after(1, 8) == 0


def test_a_number_that_finds_no_room_stays_in_memory(numbers: Numbers, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk the file cannot grow: numbers are known nevertheless, and are written once there is room."""
    with monkeypatch.context() as full:
        full.setattr(numbers, "_grow", no_room)
        numbers.set(100_000, 17, 5)
        numbers.set(1, 3, 2)
        assert [numbers.get(id) for id in (1, 100_000, 100_001)] == [3, 17, 0]
    numbers.set(100_001, 18, 6)
    assert [numbers.get(id) for id in (1, 100_000, 100_001)] == [3, 17, 18]


def no_room(_: int) -> None:
    raise OSError(28, "No space left on device")
