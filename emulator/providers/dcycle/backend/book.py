"""What organizations keep of one kind: their purchases, their invoices, their vehicles and what these consumed."""

from collections.abc import Callable, Collection, MutableMapping
from typing import Generic, Protocol, TypeVar

from emulator.providers.dcycle.backend.ledgers import Ledgers
from emulator.providers.dcycle.memory import Organization, Record


class Owned(Protocol):
    """Something that belongs to an organization."""

    @property
    def id(self) -> str: ...

    @property
    def organization_id(self) -> str: ...


class Kept(Owned, Protocol):
    """Something that belongs to an organization and may emit."""

    def record(self) -> Record | None: ...


T = TypeVar("T", bound=Kept)
S = TypeVar("S")


class Book(Generic[T]):
    """Things by their id, by their organization and by what they are a part of, in the order in which they were made.

    What they emit stands in the ledgers, and is taken back when they change or go. ``whole_of`` tells the id of what a
    thing is a part of: the vehicle of a consumption.
    """

    def __init__(
        self, things: MutableMapping[str, T], ledgers: Ledgers, whole_of: Callable[[T], str | None] = lambda _: None
    ) -> None:
        self._things = things
        self._ledgers = ledgers
        self._whole_of = whole_of
        self._by_organization: dict[str, dict[str, T]] = {}
        self._by_whole: dict[tuple[str, str | None], dict[str, T]] = {}
        for thing in things.values():
            self._enter(thing)

    def get(self, organization: Organization, id: str) -> T | None:
        """The thing of this id, if the organization has it."""
        return self._by_organization.get(organization.id, {}).get(id)

    def of(self, organization: Organization, keep: Callable[[T], bool] | None = None) -> Collection[T]:
        """Everything of an organization, or what of it is to be kept."""
        found = self._by_organization.get(organization.id, {}).values()
        return found if keep is None else list(filter(keep, found))

    def parts_of(self, whole: Owned) -> Collection[T]:
        """Everything that is a part of something of the same organization."""
        return self._by_whole.get((whole.organization_id, whole.id), {}).values()

    def put(self, thing: T) -> T:
        """Keep a thing, in the place of an earlier one of the same id."""
        earlier = self._things.get(thing.id)
        if earlier is not None:
            self._ledgers.take_back(earlier.record())
            if self._whole(earlier) != self._whole(thing):
                del self._by_whole[self._whole(earlier)][earlier.id]
        self._things[thing.id] = thing
        self._enter(thing)
        return thing

    def drop(self, thing: T) -> None:
        """Forget a thing, and what it emitted."""
        self._ledgers.take_back(thing.record())
        del self._things[thing.id]
        del self._by_organization[thing.organization_id][thing.id]
        del self._by_whole[self._whole(thing)][thing.id]

    def _enter(self, thing: T) -> None:
        self._by_organization.setdefault(thing.organization_id, {})[thing.id] = thing
        self._by_whole.setdefault(self._whole(thing), {})[thing.id] = thing
        self._ledgers.add(thing.record())

    def _whole(self, thing: T) -> tuple[str, str | None]:
        return thing.organization_id, self._whole_of(thing)


def sort(things: Collection[S], *members: str) -> list[S]:
    """Things by a member, and by the next one where it is the same; those without it come last.

    After a minus sign the greatest come first.
    """
    found = list(things)
    for by in reversed(members):
        name = by.removeprefix("-")
        without = [thing for thing in found if getattr(thing, name) is None]
        having = [thing for thing in found if getattr(thing, name) is not None]
        found = sorted(having, key=lambda thing: getattr(thing, name), reverse=by.startswith("-")) + without
    return found
