"""The spaces of one worker of a server."""

from collections.abc import Container
from socket import socket

from emulator.core.struct import Struct
from emulator.space.census import Census
from emulator.space.report import Peers
from emulator.space.share import Share
from emulator.space.space import DEFAULT, Space
from emulator.space.spaces import NO_ADDRESS, Address, Spaces, TooManySpaces
from emulator.space.world import World


class Part(Struct, frozen=True):
    """What one worker of a server needs to know of the others: its share, the census, and how to ask them.

    ``log_ends`` lead to the process that has the data directory open, if there is one.
    """

    share: Share
    census: Census
    peers: Peers
    log_ends: tuple[socket, socket] | None = None


class WorkerSpaces(Spaces):
    """The spaces of one worker, in memory. The limit holds for all workers together."""

    def __init__(self, world: World, public_url: str | None, vendor_hosts: Container[str], part: Part) -> None:
        super().__init__(world, public_url, vendor_hosts)
        self.part = part
        self.peers = part.peers
        self._births: dict[str, int] = {}

    def birth(self, space: str) -> int:
        return self._births[space]

    def check_room(self, name: str) -> None:
        if name in self._spaces:
            return
        census, spaces_max = self.part.census, self.world.limits.spaces_max
        reserved = name != DEFAULT and not census.has_default
        if census.total + 1 + reserved > spaces_max:
            raise TooManySpaces(spaces_max)

    def get(self, name: str, address: Address = NO_ADDRESS) -> Space:
        if name in self._spaces:
            return self._spaces[name]
        with self.part.census.locked():
            space = super().get(name, address)
            self._publish(name)
        return space

    def replace(self, space: Space) -> None:
        with self.part.census.locked():
            super().replace(space)
            self._publish(space.name)

    def drop(self, name: str) -> None:
        with self.part.census.locked():
            super().drop(name)
            del self._births[name]
            self._publish(name)

    def _publish(self, name: str) -> None:
        """Publish how many spaces there are, after one was created or deleted, and number it if it is new."""
        share, census = self.part.share, self.part.census
        if name in self._spaces and name not in self._births:
            self._births[name] = census.next_birth()
        has_default = DEFAULT in self._spaces if share.owns(DEFAULT) else None
        census.publish(share.index, len(self._spaces), has_default)
