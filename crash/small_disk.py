"""A small disk that can be filled: a tmpfs, mounted by root."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

FILLING = "filling"
PAGE_BYTES = 4096


class SmallDisk:
    """A file system of a few megabytes. Raises OSError if it cannot be mounted."""

    def __init__(self, path: Path, megabytes: int) -> None:
        self.path = path
        self.megabytes = megabytes

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True)
        if _run("mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m", "tmpfs", str(self.path)) != 0:
            raise OSError(f"cannot mount a tmpfs at {self.path}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)

    def fill(self, left_bytes: int = 0) -> None:
        """Take all space but a rest. Others may write meanwhile."""
        with (self.path / FILLING).open("ab") as file:
            size = self._free_bytes() - left_bytes
            while size >= PAGE_BYTES:
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size)
                size = min(size // 2, self._free_bytes() - left_bytes)

    def _free_bytes(self) -> int:
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def free(self) -> None:
        """Give the space back."""
        (self.path / FILLING).unlink(missing_ok=True)


def _run(*command: str) -> int:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode
    except OSError:
        return 1
