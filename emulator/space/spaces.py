"""The spaces of one server."""

from collections.abc import Container, Iterator
from typing import TypeAlias
from weakref import WeakValueDictionary

from emulator.core.hosts import host_name, origin
from emulator.core.plural import plural
from emulator.space.gradual_free import free_slowly
from emulator.space.report import Listed, Peers, Report, joined
from emulator.space.space import DEFAULT, DEFAULT_ORIGIN, Space
from emulator.space.world import World

Address: TypeAlias = tuple[str, str | None]
"""The scheme and the Host header with which a client calls the server."""

NO_ADDRESS: Address = ("http", None)

REMEMBERED_MAX = 32
"""How many spaces that do not exist are remembered with the requests that were refused in them."""


class TooManySpaces(Exception):
    """The server has reached its limit of spaces, ``spaces_max``."""

    def __init__(self, spaces_max: int) -> None:
        super().__init__(
            f"the server holds {plural(spaces_max, 'space')}, its limit; delete one, or raise --spaces-max"
        )
        self.spaces_max = spaces_max


class Spaces:
    """The spaces of one server. Their number is bounded, and none is evicted.

    A request that a vendor accepts creates the space that it names, as does a command that succeeds. A request that
    only reads a space that does not exist visits a new one, which is forgotten with the request unless another request
    creates it meanwhile. The last spaces in which vendors have refused requests are remembered for longer, so that
    their journals show why. They do not count: other such spaces take their place.

    Links in replies lead to ``public_url``; without one, to the host that the first request to a space names, and to
    ``server_url`` if that is one of ``vendor_hosts``.

    ``peers`` are the other workers of the server; None if there are none.
    """

    peers: Peers | None = None

    def __init__(self, world: World, public_url: str | None = None, vendor_hosts: Container[str] = frozenset()) -> None:
        self.world = world
        self.vendor_hosts = vendor_hosts
        self.public_url = public_url
        self.server_url = DEFAULT_ORIGIN
        self._spaces: dict[str, Space] = {}
        self._visited: WeakValueDictionary[str, Space] = WeakValueDictionary()
        self._remembered: dict[str, Space] = {}

    def __iter__(self) -> Iterator[Space]:
        return iter(self._spaces.values())

    def requests(self) -> Iterator[tuple[str, int]]:
        """Yield the name of each space, and how many requests to vendors it has had."""
        for space in self:
            yield space.name, space.requests

    def trouble(self) -> str | None:
        """Return what keeps the server from changing its spaces, as a sentence; None if nothing does."""
        return None

    def birth(self, space: str) -> int:  # noqa: ARG002
        """Return a number that orders the spaces of all workers; the spaces of one are in order."""
        return 0

    def report(self, with_spaces: bool) -> Report:
        """Return what this process knows, with or without a list of its spaces."""
        found = self.requests() if with_spaces else ()
        return Report([Listed(self.birth(name), name, requests) for name, requests in found], self.trouble())

    async def whole_report(self, with_spaces: bool) -> Report:
        """Return what all workers of the server know. Raises WorkerSilent."""
        own = self.report(with_spaces)
        return own if self.peers is None else joined([own, *await self.peers.reports(with_spaces)])

    def exists(self, name: str) -> bool:
        """Return whether there is a space of this name."""
        return name in self._spaces

    def find(self, name: str) -> Space | None:
        """Return the space of this name if it exists."""
        return self._spaces.get(name)

    def get(self, name: str, address: Address = NO_ADDRESS) -> Space:
        """Return the space of this name, made if necessary, at an address. Raises TooManySpaces."""
        space = self._spaces.get(name)
        if space is None:
            self.check_room(name)
            space = self._spaces[name] = self._visited.get(name) or self._new(name, address)
            self._forget(name)
        return space

    def visit(self, name: str, address: Address = NO_ADDRESS) -> Space:
        """Return the space of this name, or one that can become it."""
        space = self._spaces.get(name) or self._visited.get(name)
        if space is None:
            space = self._visited[name] = self._new(name, address)
        return space

    def is_visited(self, space: Space) -> bool:
        """Return whether this space does not exist, and can become one that does."""
        return self._visited.get(space.name) is space

    def keep(self, space: Space) -> None:
        """Let a visited space exist from now on. Raises TooManySpaces."""
        if self.is_visited(space):
            self.get(space.name)

    def answered(self, space: Space, refused: bool) -> None:
        """Keep a visited space in which a vendor has answered a request, or remember it if the request was refused.

        The space ``default`` always exists once it is used: clients that name no space have only this one.
        """
        if not refused or space.name == DEFAULT:
            return self.keep(space)
        if self.is_visited(space):
            self._remembered.pop(space.name, None)
            self._remembered[space.name] = space
            if len(self._remembered) > REMEMBERED_MAX:
                self._remembered.pop(next(iter(self._remembered)))

    def check_room(self, name: str) -> None:
        """Raise TooManySpaces if this space does not exist and cannot be created.

        One space is reserved for ``default``, so that a full server can still be controlled without naming a space.
        """
        if name in self._spaces:
            return
        reserved = name != DEFAULT and DEFAULT not in self._spaces
        if len(self._spaces) + 1 + reserved > self.world.limits.spaces_max:
            raise TooManySpaces(self.world.limits.spaces_max)

    def reset(self, name: str, seed: int | None = None, address: Address = NO_ADDRESS) -> Space:
        """Replace the space of this name, if there is one, by a new one. Raises TooManySpaces."""
        self.check_room(name)
        space = self.fresh(name, seed, address)
        self.replace(space)
        return space

    def fresh(self, name: str, seed: int | None = None, address: Address = NO_ADDRESS) -> Space:
        """Return a new space, which does not exist for clients until ``replace``."""
        return self._new(name, address, seed)

    def replace(self, space: Space) -> None:
        """Let a space take the place of the one of its name, which is freed bit by bit. Raises TooManySpaces."""
        self.check_room(space.name)
        self._end(space.name)
        self._spaces[space.name] = space

    def unload(self, space: Space) -> None:
        """Take a space out of memory that is stored elsewhere."""
        del self._spaces[space.name]

    def drop(self, name: str) -> None:
        """Delete a space. Raises KeyError."""
        if name not in self._spaces:
            raise KeyError(name)
        self._end(name)
        del self._spaces[name]

    def _end(self, name: str) -> None:
        """End the history of the space of this name, and free the space bit by bit."""
        if visited := self._visited.get(name):
            visited.history.close()
            self._forget(name)
        if space := self._spaces.get(name):
            space.history.close()
            free_slowly(space)

    def _forget(self, name: str) -> None:
        """Forget a visited space, which exists now or never will."""
        self._visited.pop(name, None)
        self._remembered.pop(name, None)

    def _new(self, name: str, address: Address, seed: int | None = None) -> Space:
        return Space(name, self.world, seed, self.origin(*address))

    def origin(self, scheme: str, host: str | None) -> str:
        """Return the address to which links of a space lead that a client creates."""
        return self.public_url or self._origin(scheme, host) or self.server_url

    def _origin(self, scheme: str, host: str | None) -> str | None:
        """Return the URL of this server as a client wrote it; None if the client wrote another one."""
        named_vendor = host is not None and host_name(host) in self.vendor_hosts
        return None if named_vendor else origin(scheme, host)
