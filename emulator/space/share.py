"""Shares: which worker of a server a space belongs to."""

from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Share:
    """The share of worker ``index`` out of ``count``. A name belongs to the same worker on every machine."""

    index: int = 0
    count: int = 1

    def owner(self, name: str) -> int:
        """Return the index of the worker that a space belongs to."""
        return crc32(name.encode("utf-8", "surrogatepass")) % self.count

    def owns(self, name: str) -> bool:
        """Return whether a space belongs to this worker."""
        return self.owner(name) == self.index
