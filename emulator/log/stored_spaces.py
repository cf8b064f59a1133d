"""The spaces of a server that stores them: their number is bounded by the disk."""

from collections.abc import Iterator
from typing import Protocol

from emulator.space.report import Report, joined
from emulator.space.space import DEFAULT_ORIGIN, Space
from emulator.space.spaces import NO_ADDRESS, Address, Spaces
from emulator.space.world import World


class SpaceStore(Protocol):
    """The store of all spaces, as far as those in memory need it."""

    def exists(self, name: str) -> bool:
        """Return whether a space is stored, in memory or not."""
        ...

    def requests(self) -> Iterator[tuple[str, int]]:
        """Yield the name of each stored space, and how many requests to vendors it has had."""
        ...

    def birth(self, space: str) -> int:
        """Return a number that orders the stored spaces of all workers."""
        ...

    def trouble(self) -> str | None:
        """Return why nothing can be stored at present, as a sentence."""
        ...

    @property
    def lists_all(self) -> bool:
        """Whether this process lists the spaces of all workers."""
        ...


class StoredSpaces(Spaces):
    """The spaces in memory of a server with a store, which takes idle ones out.

    While an entry is applied, ``entry_origin`` is the address that it holds: a space that is created by then is at that
    address, whatever the address of this server is. Likewise, ``entry_world`` is what it is created from.
    """

    store: SpaceStore
    entry_origin: str | None = None
    entry_world: World | None = None

    def get(self, name: str, address: Address = NO_ADDRESS) -> Space:
        if name in self._spaces:
            return self._spaces[name]
        return self._moved(super().get(name, address))

    def visit(self, name: str, address: Address = NO_ADDRESS) -> Space:
        space = super().visit(name, address)
        return space if name in self._spaces else self._moved(space)

    def fresh(self, name: str, seed: int | None = None, address: Address = NO_ADDRESS) -> Space:
        return self._moved(super().fresh(name, seed, address))

    def _moved(self, space: Space) -> Space:
        if self.entry_origin is not None:
            space.move_pages(self.entry_origin or DEFAULT_ORIGIN)
        return space

    def _new(self, name: str, address: Address, seed: int | None = None) -> Space:
        return Space(name, self.entry_world or self.world, seed, self.origin(*address))

    def check_room(self, name: str) -> None:
        """Do nothing: there is always room."""

    def empty(self) -> "StoredSpaces":
        """Return spaces like these, none of which exist yet."""
        spaces = StoredSpaces(self.world, self.public_url, self.vendor_hosts)
        spaces.store, spaces.server_url = self.store, self.server_url
        return spaces

    def refused(self, name: str) -> Space | None:
        """Return what is remembered of a space that does not exist: the requests that vendors have refused in it."""
        space = self._visited.get(name)
        return space if space is not None and space.requests else None

    def forget_refused(self, name: str) -> None:
        """Forget what is remembered of a space that does not exist."""
        if space := self.refused(name):
            space.history.close()
            self._forget(name)

    def exists(self, name: str) -> bool:
        return super().exists(name) or self.store.exists(name)

    def requests(self) -> Iterator[tuple[str, int]]:
        yield from self.store.requests()

    def birth(self, space: str) -> int:
        return self.store.birth(space)

    def trouble(self) -> str | None:
        return self.store.trouble()

    async def whole_report(self, with_spaces: bool) -> Report:
        if self.peers is None or not self.store.lists_all:
            return await super().whole_report(with_spaces)
        return joined([self.report(with_spaces), *await self.peers.reports(with_spaces=False)])
