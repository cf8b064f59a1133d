"""The records of one kind in one space, and the operations that every kind has."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, Literal, Protocol, TypeVar

from emulator.core.struct import Struct, replace
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.errors import NotFound
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.records import AuthoredRecord, EmittingRecord, Record

A = TypeVar("A", bound=AuthoredRecord[Any])
E = TypeVar("E", bound=EmittingRecord[Any])
R = TypeVar("R", bound=Record[Any])
T = TypeVar("T")
F = TypeVar("F", contravariant=True)


class Filter(Protocol[F]):
    """A filter of a list. Filters are structs, and one without arguments matches everything."""

    def matches(self, record: F, /) -> bool: ...


class UniqueValue(Struct, frozen=True):
    """A value that records share; ``label`` is its text for people."""

    value: object
    label: object
    count: int


class Records(Generic[R, T]):
    """The records of one kind by id, by organization and by owner, in the order in which they were created.

    A subclass names the class of its records, the kind of their ids, and the refusal for an unknown id; it may say how
    emissions are calculated, what a record belongs to, what it adds to the sums of that owner, and which values it
    shares with others of that owner. The totals, the sums and the counts follow every change.
    """

    kind: Callable[..., R]
    id_kind: str
    not_found: type[NotFound]

    def __init__(self, context: Context, records: MutableMapping[str, R]) -> None:
        self.context = context
        self.clock = context.clock
        self.records = records
        self._by_organization: dict[str, dict[str, R]] = {}
        self._by_owner: dict[tuple[str, str | None], dict[str, R]] = {}
        self._sums: dict[tuple[str, str | None], list[int]] = {}
        self._counts: dict[tuple[tuple[str, str | None], str], Counter[tuple[object, object]]] = {}
        self._last_updated: dict[str, datetime | None] = {}
        for record in records.values():
            record.emission()  # raises ValueError for one that the totals could not count
            self._index(record)

    def calculated(self, record: R) -> R:
        """Return the record with its emissions calculated from its terms."""
        return record

    def owner(self, record: R) -> str | None:  # noqa: ARG002  # for subclasses
        """Return the id of what the record belongs to, such as the vehicle of a consumption."""
        return None

    def amounts(self, record: R) -> tuple[int, ...]:  # noqa: ARG002  # for subclasses
        """Return what the record adds to each sum of its owner; nothing if the kind keeps no sums."""
        return ()

    def shared(self, record: R) -> Mapping[str, tuple[object, object]]:  # noqa: ARG002  # for subclasses
        """Return the values that are counted over the records of an owner, by field, each with its label."""
        return {}

    # --- read

    def find(self, organization: Organization, wanted: Filter[R] | None = None) -> Collection[R]:
        """Return the records of an organization that a filter matches, oldest first."""
        return _matching(self._by_organization.get(organization.id, {}).values(), wanted)

    def has(self, organization: Organization, id: str) -> bool:
        """Return whether the organization has a record of this id."""
        return id in self._by_organization.get(organization.id, {})

    def get(self, organization: Organization, id: str) -> R:
        """Return a record of this organization. Raises ``not_found``."""
        record = self._by_organization.get(organization.id, {}).get(id)
        if record is None:
            raise self.not_found(id)
        return record

    def belonging_to(self, owner: Record[Any], wanted: Filter[R] | None = None) -> Collection[R]:
        """Return the records of an owner, one of the same organization, that a filter matches, oldest first."""
        return _matching(self._by_owner.get((owner.organization_id, owner.id), {}).values(), wanted)

    def sums(self, owner: Record[Any]) -> list[int]:
        """Return the sums of ``amounts`` over the records that belong to a record; empty if there never were any."""
        return self._sums.get((owner.organization_id, owner.id), [])

    def counted(self, organization_id: str, owner_id: str | None, field: str) -> Collection[UniqueValue]:
        """Return how many records of an owner share each value of a field: most first, then by value, None last.

        Each value comes once, with the first of its labels in order.
        """
        counts = self._counts.get(((organization_id, owner_id), field), Counter[tuple[object, object]]())
        found: dict[object, UniqueValue] = {}
        for (value, label), count in sorted(counts.items(), key=lambda counted: _none_last(counted[0][1])):
            known = found.get(value, UniqueValue(value, label, 0))
            found[value] = replace(known, count=known.count + count)
        return sorted(found.values(), key=lambda unique: (unique.value is None, -unique.count, str(unique.value)))

    def by_status(self, owner: Record[Any]) -> Mapping[str, int]:
        """Return how many records of an owner have each status, of a kind that shares its ``status``."""
        counted = self.counted(owner.organization_id, owner.id, "status")
        return {str(unique.value): unique.count for unique in counted}

    def last_updated(self, organization: Organization) -> datetime | None:
        """Return when a record of an organization changed last; None if there is none."""
        if organization.id not in self._last_updated:
            times = (record.updated_at for record in self._by_organization.get(organization.id, {}).values())
            self._last_updated[organization.id] = max(times, default=None)
        return self._last_updated[organization.id]

    # --- change

    def create(self, organization: Organization, terms: T) -> R:
        """Create a record with these terms."""
        return self.put(self.calculated(self.new(organization, terms)))

    def new(self, organization: Organization, terms: T) -> R:
        """Return a new record, which is not kept yet."""
        now, id = self.clock.now, self.context.ids.uuid(self.id_kind)
        return self.kind(id=id, organization_id=organization.id, created_at=now, updated_at=now, terms=terms)

    def update(self, record: R, terms: T) -> R:
        """Give a record other terms and calculate it again."""
        return self.put(self.calculated(replace(record, updated_at=self.clock.now, terms=terms)))

    def delete(self, organization: Organization, id: str) -> None:
        """Delete a record and its emissions. Raises ``not_found``."""
        self.remove(self.get(organization, id))

    def delete_many(self, organization: Organization, ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Delete the records that exist; return their ids and the unknown ids, each once."""
        found, unknown = self.known(organization, ids)

        for id in found:
            self.delete(organization, id)
        return found, unknown

    def known(self, organization: Organization, ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the ids of records that exist, and the unknown ids, each once."""
        exists = {id: self.has(organization, id) for id in ids}
        return [id for id in exists if exists[id]], [id for id in exists if not exists[id]]

    def put(self, record: R) -> R:
        """Keep a record, in place of an earlier one of the same id."""
        earlier = self.records.get(record.id)
        if earlier is not None:
            self.context.totals.subtract(earlier)
            self._count(earlier, -1)
            if self._owner_key(earlier) != self._owner_key(record):
                self._leave_owner(earlier)
        self.records[record.id] = record
        self._index(record)
        if earlier is not None and self._owner_key(earlier) != self._owner_key(record):
            self._put_in_order(record)
        return record

    def disable(self, owner: Record[Any]) -> None:
        """Keep the records of an owner, a facility, without counting them."""
        changes: dict[str, Any] = {"updated_at": self.clock.now, "enabled": False}
        for record in [*self.belonging_to(owner)]:
            self.put(replace(record, **changes))

    def remove(self, record: R) -> None:
        """Forget a record and its emissions."""
        self.context.totals.subtract(record)
        self._count(record, -1)
        if self._last_updated.get(record.organization_id) == record.updated_at:
            del self._last_updated[record.organization_id]
        del self.records[record.id]
        del self._by_organization[record.organization_id][record.id]
        self._leave_owner(record)

    def _index(self, record: R) -> None:
        self._by_organization.setdefault(record.organization_id, {})[record.id] = record
        if self.owner(record) is not None:
            self._by_owner.setdefault(self._owner_key(record), {})[record.id] = record
        self.context.totals.add(record)
        self._count(record, 1)
        if record.organization_id in self._last_updated:
            last = self._last_updated[record.organization_id] or record.updated_at
            self._last_updated[record.organization_id] = max(last, record.updated_at)

    def _put_in_order(self, moved: R) -> None:
        """Put a record that has come to another owner among the records of that one, oldest first."""
        key = self._owner_key(moved)
        if key in self._by_owner:
            all_records = self._by_organization[moved.organization_id].items()
            self._by_owner[key] = {id: record for id, record in all_records if self._owner_key(record) == key}

    def _leave_owner(self, record: R) -> None:
        if self.owner(record) is not None:
            del self._by_owner[self._owner_key(record)][record.id]

    def _count(self, record: R, sign: Literal[1, -1]) -> None:
        """Add a record to the sums and the counts of its owner, or take it out."""
        owner = self._owner_key(record)
        if amounts := self.amounts(record):
            sums = self._sums.setdefault(owner, [0] * len(amounts))
            for position, amount in enumerate(amounts):
                sums[position] += sign * amount
        for field, (value, label) in self.shared(record).items():
            counts: Counter[tuple[object, object]] = self._counts.setdefault((owner, field), Counter())
            shown = _as_shown(value), _as_shown(label)
            counts[shown] += sign
            if not counts[shown]:
                del counts[shown]

    def _owner_key(self, record: R) -> tuple[str, str | None]:
        return record.organization_id, self.owner(record)


class EmittingRecords(Records[E, T]):
    """The records of one kind that emit. A subclass also states how their grams follow from their terms."""

    def grams(self, terms: T) -> int | None:
        """Return the emissions of a record of these terms, in grams of CO2e; None if that cannot be calculated."""
        raise NotImplementedError

    def calculated(self, record: E) -> E:
        return replace(record, co2e_grams=self.grams(record.terms))


class AuthoredRecords(EmittingRecords[A, T]):
    """The records of one kind that show who created them."""

    def create(self, organization: Organization, terms: T, author: str | None = None) -> A:
        """Create a record with these terms. ``author`` is the id of the user."""
        return self.put(replace(self.calculated(self.new(organization, terms)), author_id=author))


def _as_shown(value: object) -> object:
    """Return a value as replies show it: an instant in whole seconds."""
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def _none_last(value: object) -> tuple[bool, str]:
    return value is None, str(value)


def _matching(records: Collection[R], wanted: Filter[R] | None) -> Collection[R]:
    return records if wanted is None or wanted == _everything(type(wanted)) else list(filter(wanted.matches, records))


@lru_cache(maxsize=64)
def _everything(kind: Callable[[], Filter[Any]]) -> Filter[Any]:
    """Return the filter of a kind that matches every record."""
    return kind()


def sort(records: Collection[R], members: Iterable[str]) -> Collection[R]:
    """Sort by the first member, then by the next. A minus sign sorts downward; records without the member come last.

    Of records with equal times of creation the one recorded later is newer.
    """
    order = [*members]
    if order[-1:] == ["-created_at"]:
        records = [*records][::-1]
    for member in reversed(order):
        name = member.removeprefix("-")
        valued = [(value, record) for record in records if (value := _member(record, name)) is not None]
        missing = [record for record in records if _member(record, name) is None]
        valued.sort(key=lambda pair: pair[0], reverse=member.startswith("-"))
        records = [record for _, record in valued] + missing
    return records


def _member(record: Record[Any], name: str) -> Any:
    """Return a member of a record, or else of its terms."""
    return getattr(record, name) if hasattr(record, name) else getattr(record.terms, name)
