"""What organizations keep of one kind: their purchases, their invoices."""

from collections.abc import Callable, Collection, MutableMapping
from typing import Generic, Protocol, TypeVar

from emulator.providers.dcycle.memory import Organization, Record
from emulator.providers.dcycle.vendor.ledgers import Ledgers


class Kept(Protocol):
    """Something that belongs to an organization and may emit."""

    @property
    def id(self) -> str: ...

    @property
    def organization_id(self) -> str: ...

    def record(self) -> Record | None: ...


T = TypeVar("T", bound=Kept)


class Book(Generic[T]):
    """Things by their id and by their organization, in the order in which they were made.

    What they emit stands in the ledgers, and is taken back when they change or go.
    """

    def __init__(self, things: MutableMapping[str, T], ledgers: Ledgers) -> None:
        self._things = things
        self._ledgers = ledgers
        self._by_organization: dict[str, dict[str, T]] = {}
        for thing in things.values():
            self._enter(thing)

    def get(self, organization: Organization, id: str) -> T | None:
        """The thing of this id, if the organization has it."""
        return self._by_organization.get(organization.id, {}).get(id)

    def of(self, organization: Organization, keep: Callable[[T], bool] | None = None) -> Collection[T]:
        """Everything of an organization, or what of it is to be kept."""
        found = self._by_organization.get(organization.id, {}).values()
        return found if keep is None else list(filter(keep, found))

    def put(self, thing: T) -> T:
        """Keep a thing, in the place of an earlier one of the same id."""
        if thing.id in self._things:
            self._ledgers.take_back(self._things[thing.id].record())
        self._things[thing.id] = thing
        self._enter(thing)
        return thing

    def drop(self, thing: T) -> None:
        """Forget a thing, and what it emitted."""
        self._ledgers.take_back(thing.record())
        del self._things[thing.id]
        del self._by_organization[thing.organization_id][thing.id]

    def _enter(self, thing: T) -> None:
        self._by_organization.setdefault(thing.organization_id, {})[thing.id] = thing
        self._ledgers.add(thing.record())
