"""The number of the last request of each space, in a file that is mapped into memory.

A read is answered before it is stored. Its number is written here first, which costs a tenth of a microsecond and
survives the end of the process: no number is used twice.
"""

import mmap
import os
import struct
from contextlib import suppress
from pathlib import Path

SLOT = struct.Struct("<QQ")
"""The number first: where it is new and the entry is not yet, it counts for nothing."""
SLOT_BYTES = SLOT.size
GROWTH = 64 * 1024
GONE = 2**64 - 1
"""In place of the number of a space that does not exist any more."""
NUMBER_MAX = 2**53 - 1
"""More than a server reaches in a thousand years. JSON has each number up to it exactly."""


class Numbers:
    """A number for each space, and the entry after which it was given, by the space's id in the log. Raises OSError.

    The workers of a server have the same file open, each for spaces of its own.
    """

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._bytes_found = path.stat().st_size
        self._file = path.open("r+b")
        self._beyond: dict[int, tuple[int, int]] = {}
        self._grow(max(self._bytes_found, GROWTH))

    def get(self, id: int) -> int:
        """Return a space's number; 0 for a space that never had one."""
        return self._slot(id)[0]

    def after(self, id: int, entry: int) -> int:
        """Return the number that a space reached after an entry, its last change; 0 if that was never applied."""
        number, applied = self._slot(id)
        return number if applied >= entry and number != GONE else 0

    def is_plausible(self) -> bool:
        """Return whether a server can have written the file. The log gives no space the id 0."""
        whole = self._map[: self._bytes_found // SLOT_BYTES * SLOT_BYTES]
        return not any(self._slot(0)) and all(
            (number <= NUMBER_MAX or number == GONE) and entry <= NUMBER_MAX
            for number, entry in SLOT.iter_unpack(whole)
        )

    def lacks(self, id: int) -> bool:
        """Return whether the file, when it was opened, was too short for this space's number."""
        return self._bytes_found < (id + 1) * SLOT_BYTES

    def count_after(self, id: int) -> int:
        """Return how many spaces have a number and a larger id than this one."""
        after = self._map[(id + 1) * SLOT_BYTES :]
        if not after.strip(b"\0"):
            return 0
        return sum(number > 0 for number, _ in SLOT.iter_unpack(after[: len(after) // SLOT_BYTES * SLOT_BYTES]))

    def set(self, id: int, number: int, entry: int) -> None:
        """Write a space's number, and its last entry."""
        try:
            SLOT.pack_into(self._map, id * SLOT_BYTES, number, entry)
        except struct.error:
            self._beyond[id] = number, entry
            self._write_beyond()

    def _write_beyond(self) -> None:
        """Write numbers for which the file was too small. On a full disk, they stay in memory until there is room."""
        with suppress(OSError):
            self._grow((max(self._beyond) // GROWTH + 1) * GROWTH * SLOT_BYTES)
            for id, slot in self._beyond.items():
                SLOT.pack_into(self._map, id * SLOT_BYTES, *slot)
            self._beyond.clear()

    def _slot(self, id: int) -> tuple[int, int]:
        if (id + 1) * SLOT_BYTES > len(self._map):
            return self._beyond.get(id, (0, 0))
        number, entry = SLOT.unpack_from(self._map, id * SLOT_BYTES)
        return number, entry

    def close(self) -> None:
        self._map.close()
        self._file.close()

    def _grow(self, size: int) -> None:
        size = -(-size // GROWTH) * GROWTH
        if hasattr(os, "posix_fallocate"):  # a write to a mapped hole ends the process when the disk is full
            os.posix_fallocate(self._file.fileno(), 0, size)
        else:
            self._file.truncate(max(size, os.fstat(self._file.fileno()).st_size))
        self._map = mmap.mmap(self._file.fileno(), size)
