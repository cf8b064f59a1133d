"""The file with the numbers of requests."""

import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from emulator.core.errors import BadData
from emulator.log.numbers import GONE, GROWTH, SLOT, SLOT_BYTES, Numbers
from emulator.log.sqlite.data_directory import DataDirectory
from tests.support.stored import StoredServer, place


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


GARBAGE: dict[str, Callable[[bytes], bytes]] = {
    "a text": lambda _: b"the numbers of all spaces",
    "a number as text": lambda _: b"12\n",
    "a long text": lambda _: b"hello world " * 20_000,
    "ones": lambda _: b"\xff" * GROWTH,
    "a negative number": lambda good: with_slot(good, struct.pack("<qq", -5, 1)),
    "a huge number": lambda good: with_slot(good, SLOT.pack(2**63, 1)),
    "a number that JSON has not": lambda good: with_slot(good, SLOT.pack(2**53, 1)),
    "a huge entry": lambda good: with_slot(good, SLOT.pack(1, 2**60)),
    "something before the first": lambda good: b"\1" + good[1:],
}


def with_slot(good: bytes, slot: bytes) -> bytes:
    """Return a file whose first space has another slot."""
    return good[:SLOT_BYTES] + slot + good[2 * SLOT_BYTES :]


@pytest.mark.parametrize("name", GARBAGE)
def test_a_file_that_no_server_has_written_is_refused(name: str, tmp_path: Path) -> None:
    """Its numbers would become those of requests. The message says which file it is, and what to do."""
    file = written(tmp_path / "data") / "numbers"
    file.write_bytes(GARBAGE[name](file.read_bytes()))
    with pytest.raises(BadData, match="numbers is not a file of numbers as a server writes it; put the one back"):
        StoredServer(tmp_path / "data")
    file.unlink()
    assert next_numbers(tmp_path / "data") == [5, 3]


CUT = {"missing": None, "empty": 0, "in the first": SLOT_BYTES + 3, "in the second": 2 * SLOT_BYTES + 9}


@pytest.mark.parametrize("end", ["stopped", "killed"])
@pytest.mark.parametrize("name", CUT)
def test_a_file_that_was_cut_off_is_completed(
    name: str, end: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the file or a part of it, spaces have the numbers of the log, and are not gone. A warning says so."""
    directory = written(tmp_path / "data", end)
    file, size = directory / "numbers", CUT[name]
    file.write_bytes(file.read_bytes()[:size]) if size is not None else file.unlink()
    assert next_numbers(directory) == [5, 3]
    assert f"{file} has been lost or cut off" in caplog.text
    caplog.clear()
    assert next_numbers(directory) == [6, 4]
    assert caplog.text == ""


def written(directory: Path, end: str = "stopped") -> Path:
    """Return a directory with two spaces, which have had four and two requests, and one that was deleted."""
    with StoredServer(directory) as server:
        for name, requests in (("one", 4), ("two", 2), ("gone", 3)):
            for number in range(requests):
                place(server.space(name), f"key-{number}")
        server.space("gone").delete()
        if end == "killed":
            return Path(shutil.copytree(directory, directory.with_name("killed")))
    return directory


def next_numbers(directory: Path) -> list[int]:
    """Return the numbers of the next requests to both spaces, which the lists of spaces agree with."""
    with StoredServer(directory) as server:
        numbers = [int(place(server.space(name), "again").headers["x-emulator-request-id"]) for name in ("one", "two")]
        listed = server.space("one").control("GET", "/spaces")["spaces"]
        assert {space["name"]: space["requests"] for space in listed} == dict(zip(("one", "two"), numbers, strict=True))
    with closing(DataDirectory(directory)) as opened:
        found = {name: opened.requests(each) for name, each in opened.log.spaces().items() if not opened.is_gone(each)}
        assert found == dict(zip(("one", "two"), numbers, strict=True))
    return numbers


def no_room(_: int) -> None:
    raise OSError(28, "No space left on device")
