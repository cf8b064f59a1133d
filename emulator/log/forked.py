"""Take the snapshot of a large space in a child process, so that no request waits for it."""

import asyncio
import os
import tempfile
import warnings
from datetime import datetime
from pathlib import Path

from emulator.log import image
from emulator.log.log import Image, LogFailure
from emulator.space.space import Space

FILES_MAX = 2**20


async def take_image(space: Space, last: int, at: datetime, directory: Path, large: bool) -> Image:
    """Return the stored form of a space at this moment. Raises LogFailure, OSError.

    The child of a fork has the space as it is now, while the parent goes on changing its own. Where there is no fork,
    or for a small space, the snapshot is taken at once.
    """
    if not large or not hasattr(os, "fork"):
        return image.take(space, last, at)
    facts, file = image.facts(space), _own_file(directory)
    child = _fork()
    if child == 0:
        _write(space, at, file)
    _, status = await asyncio.get_running_loop().run_in_executor(None, os.waitpid, child, 0)
    try:
        if status != 0:
            raise LogFailure(f"no snapshot of space {space.name!r} could be written to {directory}")
        return Image(last, await asyncio.to_thread(file.read_bytes), facts, space.world.fixtures.digest)
    finally:
        file.unlink(missing_ok=True)


def _own_file(directory: Path) -> Path:
    """Return a new file that no other user can read: a snapshot holds requests with their credentials."""
    descriptor, name = tempfile.mkstemp(prefix="snapshot-", suffix=".tmp", dir=directory)
    os.close(descriptor)
    return Path(name)


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: the child neither starts nor needs any
        return os.fork()


def _write(space: Space, at: datetime, file: Path) -> None:
    """In the child: write the document, and end at once, without any of what the parent does at its end."""
    status = 1
    try:
        os.closerange(3, FILES_MAX)  # connections end when the parent closes them, and the lock is the parent's
        file.write_bytes(image.document(space, at))
        status = 0
    finally:
        os._exit(status)
