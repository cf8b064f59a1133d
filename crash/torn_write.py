"""Writes that a power failure has torn: what such a failure leaves at the end of the log."""

import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from random import Random

from emulator.log.log import Append, Proposal
from emulator.log.sqlite.data_directory import DATABASE
from emulator.log.sqlite.sqlite_database import CHECKPOINT_PAGES
from emulator.log.sqlite.sqlite_log import SqliteLog

WAL = f"{DATABASE}-wal"
SECTOR_BYTES = 512
"""A disk writes whole sectors, in any order."""

HEADER_BYTES, FRAME_BYTES = 32, 24 + 4096
"""Of SQLite's write-ahead log: a frame holds a page."""

PAYLOAD_BYTES_MAX = 40_000


def add_torn_write(data: Path, random: Random) -> int:
    """Add a commit to a directory without a server, of which the disk has written only some sectors.

    This commit was not acknowledged, so everything else must be there afterwards. Return how many sectors were written.
    """
    before = (data / WAL).read_bytes() if (data / WAL).exists() else b""
    if not before:
        return 0
    after = _with_next_commit(data, random)
    sectors = [at for at in range(0, len(after), SECTOR_BYTES) if _sector(after, at) != _sector(before, at)]
    written = set(random.sample(sectors, random.randrange(len(sectors))))
    torn = b"".join(_sector(after if at in written else before, at) for at in range(0, len(after), SECTOR_BYTES))
    (data / WAL).write_bytes(torn[: max(len(before), max(written, default=0) + SECTOR_BYTES)])
    return len(written)


def _sector(content: bytes, at: int) -> bytes:
    return content[at : at + SECTOR_BYTES].ljust(SECTOR_BYTES, b"\0")


def _with_next_commit(data: Path, random: Random) -> bytes:
    """Return the write-ahead log as a complete commit would leave it."""
    with tempfile.TemporaryDirectory() as directory:
        for name in (DATABASE, WAL):
            shutil.copy(data / name, directory)
        with closing(SqliteLog(Path(directory) / DATABASE)) as log:
            payload = random.randbytes(random.randrange(1, PAYLOAD_BYTES_MAX))
            log.append([Append("torn", 0, [Proposal("torn", 0, payload)])])
            return (Path(directory) / WAL).read_bytes()


def lose_last_writes(data: Path, random: Random) -> bool:
    """Damage the end of the log of a directory without a server, as a power failure does to what was not synced.

    Return False if a checkpoint may have synced it: then it is not lost.
    """
    wal = data / WAL
    content = wal.read_bytes() if wal.exists() else b""
    frames = _frames(content)
    if not 0 < frames < CHECKPOINT_PAGES:
        return False
    start = random.randrange(frames * FRAME_BYTES) + HEADER_BYTES
    noise = b"" if random.random() < 0.5 else random.randbytes(len(content) - start)
    wal.write_bytes(content[:start] + noise)
    return True


def _frames(content: bytes) -> int:
    """Count the frames that were written since the log was last restarted: they have the salts of its header."""
    salts, at = content[16:24], HEADER_BYTES
    while at < len(content) and content[at + 8 : at + 16] == salts:
        at += FRAME_BYTES
    return (at - HEADER_BYTES) // FRAME_BYTES
