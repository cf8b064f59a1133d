"""The parts that all kinds of records share."""

from typing import ClassVar, Generic, TypeVar

from emulator.core.documents import Day, UtcTime
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.emissions import Category, Emission
from emulator.providers.dcycle.memory.fields import Grams, Uuid

T = TypeVar("T")


class Record(Struct, Generic[T], frozen=True):
    """What an organization recorded. ``terms`` is the client's data; a subclass adds the vendor's."""

    id: Uuid
    organization_id: Uuid
    created_at: UtcTime
    updated_at: UtcTime
    terms: T

    def emission(self) -> Emission | None:
        """Return what the record adds to the totals of its organization; None if it adds nothing."""
        return None


class Posting(Struct, frozen=True):
    """Where the emissions of a record count: a category, and the days from the first to the last."""

    category: Category
    first_day: Day
    last_day: Day | None = None


class EmittingRecord(Record[T], frozen=True):
    """A record with emissions: ``co2e_grams``, None if they are not calculated.

    A subclass defines its terms and its ``posting``, and a class of the backend how its grams are calculated. If it has
    a status, it overrides that, too, and names in ``counted_statuses`` those with which a record counts.
    """

    counted_statuses: ClassVar[tuple[str, ...]] = ("active",)

    co2e_grams: Grams | None = None

    @property
    def status(self) -> str | None:
        """``active`` for kinds without a status."""
        return "active"

    @property
    def enabled(self) -> bool:
        """False once the facility of the record is deleted. Kinds of records that belong to facilities override it."""
        return True

    @property
    def counts(self) -> bool:
        """Whether the record is included in totals and sums (rule dcycle.items.status): never once it is disabled."""
        return self.enabled and self.status in self.counted_statuses

    def posting(self) -> Posting | None:
        """Return where the emissions count; None if they count nowhere."""
        raise NotImplementedError

    def emission(self) -> Emission | None:
        posting = self.posting()
        if self.co2e_grams is None or posting is None or not self.counts:
            return None
        return Emission(
            self.id, self.organization_id, posting.category, self.co2e_grams, posting.first_day, posting.last_day
        )


class AuthoredRecord(EmittingRecord[T], frozen=True):
    """A record that shows who created it: ``author_id`` is of the user, None if the key that was used has none."""

    author_id: Uuid | None = None
