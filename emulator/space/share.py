"""Shares: which worker of a server a space belongs to."""

from zlib import crc32

from emulator.core.struct import Struct


class Share(Struct, frozen=True):
    """The share of worker ``index`` out of ``count``. A name belongs to the same worker on every machine."""

    index: int = 0
    count: int = 1

    def owner(self, name: str) -> int:
        """Return the index of the worker that a space belongs to."""
        return crc32(name.encode("utf-8", "surrogatepass")) % self.count

    def owns(self, name: str) -> bool:
        """Return whether a space belongs to this worker."""
        return self.owner(name) == self.index
