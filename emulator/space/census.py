"""A census: how many spaces all workers of a server have, in memory that they share."""

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

BIRTHS, DEFAULT_EXISTS, COUNTS = 0, 1, 2
"""The first words of the memory; from the last on, one word a worker."""

WORD_BYTES = 8


class Census:
    """How many spaces each worker has. It is made before the workers are, and they share it.

    The lock of a file keeps two workers from creating the last space at once. The system unlocks it when a worker is
    killed.
    """

    def __init__(self, workers: int) -> None:
        self._memory = memoryview(mmap.mmap(-1, (COUNTS + workers) * WORD_BYTES)).cast("Q")
        self._lock = tempfile.TemporaryFile()  # noqa: SIM115, it lives as long as the census

    @property
    def total(self) -> int:
        """How many spaces there are."""
        return sum(self._memory[COUNTS:])

    @property
    def has_default(self) -> bool:
        """Whether the space ``default`` exists."""
        return bool(self._memory[DEFAULT_EXISTS])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other workers from creating and deleting spaces."""
        import fcntl  # not on Windows, where there are no workers

        fcntl.lockf(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._lock, fcntl.LOCK_UN)

    def publish(self, worker: int, count: int, has_default: bool | None) -> None:
        """Write how many spaces a worker has; and whether ``default`` exists, if that space belongs to it."""
        self._memory[COUNTS + worker] = count
        if has_default is not None:
            self._memory[DEFAULT_EXISTS] = has_default

    def next_birth(self) -> int:
        """Return a number that orders new spaces. Call this with the lock."""
        self._memory[BIRTHS] += 1
        return self._memory[BIRTHS]
