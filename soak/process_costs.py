"""What a process has used so far, from Linux's /proc."""

import os
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process, user and system, over all threads."""
    return sum(_ticks(pid)[:2]) / TICKS_PER_SECOND


def cpu_seconds_with_children(pid: int) -> float:
    """Return the CPU time of a process and of those that its main thread has started, ended ones included."""
    while True:
        running = _children(pid)
        try:
            seconds = sum(_ticks(pid)) / TICKS_PER_SECOND + sum(map(cpu_seconds, running))
        except FileNotFoundError:  # one has just ended, and now counts as such
            continue
        if _children(pid) == running:
            return seconds


def _children(pid: int) -> list[int]:
    """Return the processes that the main thread of a process has started, and that run."""
    return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def _ticks(pid: int) -> tuple[int, ...]:
    """Return the CPU time of a process, user and system, and that of its children that have ended."""
    return tuple(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))


def resident_bytes(pid: int) -> int:
    """Return the memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
