"""The number of the last request of each space, in a file that is mapped into memory.

A read is answered before it is stored. Its number is written here first, which costs a tenth of a microsecond and
survives the end of the process: no number is used twice.
"""

import mmap
import os
import struct
from pathlib import Path

NUMBER = struct.Struct("<Q")
GROWTH = 64 * 1024
GONE = 2**64 - 1
"""In place of the number of a space that does not exist any more."""


class Numbers:
    """A number for each space, by the space's id in the log. Raises OSError."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._file = path.open("r+b")
        self._grow(max(path.stat().st_size, GROWTH))

    def get(self, id: int) -> int:
        """Return a space's number; 0 for a space that never had one."""
        if (id + 1) * NUMBER.size > len(self._map):
            return 0
        number: int = NUMBER.unpack_from(self._map, id * NUMBER.size)[0]
        return number

    def set(self, id: int, number: int) -> None:
        """Write a space's number."""
        try:
            NUMBER.pack_into(self._map, id * NUMBER.size, number)
        except struct.error:
            self._map.close()
            self._grow((id // GROWTH + 1) * GROWTH * NUMBER.size)
            NUMBER.pack_into(self._map, id * NUMBER.size, number)

    def close(self) -> None:
        self._map.close()
        self._file.close()

    def _grow(self, size: int) -> None:
        size = -(-size // GROWTH) * GROWTH
        if hasattr(os, "posix_fallocate"):  # a write to a mapped hole ends the process when the disk is full
            os.posix_fallocate(self._file.fileno(), 0, size)
        else:
            self._file.truncate(size)
        self._map = mmap.mmap(self._file.fileno(), size)
