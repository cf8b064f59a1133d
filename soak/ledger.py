"""What the clients of one space know: what was acknowledged, and what may or may not have been written."""

from collections import Counter
from collections.abc import Iterator


class Ledger:
    """A space as its clients know it. Each reset begins another life, which remembers nothing of the one before."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.life = 0
        self.resetting = False
        self.acknowledged: set[str] = set()
        self.unsure: set[str] = set()
        self.gone: set[str] = set()

    def begin(self, tag: str) -> int:
        """A write is about to be asked for; from now on it may be there. Returns the life it begins in."""
        self.unsure.add(tag)
        return -1 if self.resetting else self.life

    def acknowledge(self, tag: str, life: int) -> None:
        """A write was answered with success: if no reset came in between, it must be there."""
        if life == self.life and not self.resetting:
            self.acknowledged.add(tag)

    def begin_reset(self) -> None:
        """What was acknowledged by now is about to be forgotten, and must not come back."""
        self.resetting = True
        self.gone |= self.acknowledged
        self.acknowledged.clear()

    def end_reset(self) -> None:
        self.life += 1
        self.resetting = False

    def contradictions(self, found: Counter[str]) -> Iterator[str]:
        """In what the space is not what its clients were told."""
        for tag in sorted(self.acknowledged - found.keys()):
            yield f"{self.name}: {tag} was acknowledged and is not there"
        for tag in sorted(self.gone & found.keys()):
            yield f"{self.name}: {tag} is there, from before a reset"
        for tag in sorted(found.keys() - self.unsure):
            yield f"{self.name}: {tag} is there, and nobody has asked for it here"
        for tag in sorted(tag for tag, times in found.items() if times > 1):
            yield f"{self.name}: {tag} is there {found[tag]} times"
