"""A power failure without ``--sync full`` may cost the last moments before it, and nothing else."""

import shutil
from contextlib import closing
from pathlib import Path
from random import Random

from crash.torn_write import lose_last_writes
from emulator.cli.data_files import check
from emulator.log.loading import silent
from emulator.log.log import Stored
from emulator.log.sqlite.data_directory import DATABASE
from emulator.log.sqlite.sqlite_log import SqliteLog


class Inconsistent(AssertionError):
    """What a power failure has left is not an earlier state."""


def check_power_failures(data: Path, directory: Path, count: int, seed: int) -> int:
    """Let the power fail in copies of a killed server's directory. Return how many entries were lost in all.

    What is left must be an earlier state: of each space the first entries, with the replies that were given.
    """
    random, lost = Random(seed), 0
    whole = _entries(_copy(data, directory / "whole"))
    for number in range(count):
        copy = _copy(data, directory / f"failure-{number}")
        if not lose_last_writes(copy, random):
            return lost
        if problems := check(copy, None, silent):
            raise Inconsistent("; ".join(problems))
        left = _entries(copy)
        for space, entries in left.items():
            kept = whole.get(space, {})
            if any(kept.get(number, entry) != entry for number, entry in entries.items()):
                raise Inconsistent(f"{space}: the {len(entries)} entries that are left are not the first ones")
        lost += max(0, sum(map(len, whole.values())) - sum(map(len, left.values())))
        shutil.rmtree(copy)
    return lost


def _copy(data: Path, to: Path) -> Path:
    shutil.copytree(data, to)
    return to


def _entries(data: Path) -> dict[str, dict[int, Stored]]:
    """Return the entries of each space after its snapshot, by number."""
    with closing(SqliteLog(data / DATABASE)) as log:
        return {name: {entry.number: entry for entry in log.load(name).entries} for name in log.spaces()}
