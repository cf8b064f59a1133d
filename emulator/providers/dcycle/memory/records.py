"""What the records of every kind have in common."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from emulator.core.documents import UtcTime
from emulator.providers.dcycle.memory.emissions import Emission
from emulator.providers.dcycle.memory.fields import Uuid

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record(Generic[T]):
    """What an organization recorded. ``terms`` are what the client stated; a subclass adds what the vendor adds."""

    id: Uuid
    organization_id: Uuid
    created_at: UtcTime
    updated_at: UtcTime
    terms: T

    def emission(self) -> Emission | None:
        """What the record adds to the totals of its organization; None if it adds nothing."""
        return None
