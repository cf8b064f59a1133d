"""The knowledge of a space's clients: acknowledged writes, and writes that may or may not exist."""

from collections import Counter
from collections.abc import Iterator


class Ledger:
    """A space as its clients know it. Each reset begins another life, without the writes of earlier ones."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.life = 0
        self.resetting = False
        self.acknowledged: set[str] = set()
        self.unsure: set[str] = set()
        self.removed: set[str] = set()

    def begin(self, tag: str) -> int:
        """Record that a write is about to be sent, and may exist from now on. Return its life."""
        self.unsure.add(tag)
        return -1 if self.resetting else self.life

    def acknowledge(self, tag: str, life: int) -> None:
        """Record the success of a write: it must exist, unless the space was reset meanwhile."""
        if life == self.life and not self.resetting:
            self.acknowledged.add(tag)

    def begin_reset(self) -> None:
        """Record that acknowledged writes are about to be removed, and must not reappear."""
        self.resetting = True
        self.removed |= self.acknowledged
        self.acknowledged.clear()

    def end_reset(self) -> None:
        self.life += 1
        self.resetting = False

    def contradictions(self, found: Counter[str]) -> Iterator[str]:
        """Yield the differences between the space and the clients' knowledge."""
        for tag in sorted(self.acknowledged - found.keys()):
            yield f"{self.name}: {tag} was acknowledged and is missing"
        for tag in sorted(self.removed & found.keys()):
            yield f"{self.name}: {tag} exists, from before a reset"
        for tag in sorted(found.keys() - self.unsure):
            yield f"{self.name}: {tag} exists, and no client has sent it here"
        for tag in sorted(tag for tag, times in found.items() if times > 1):
            yield f"{self.name}: {tag} exists {found[tag]} times"
