"""The spaces of one server."""

from collections.abc import Iterator

from emulator.space.gradual_free import free_slowly
from emulator.space.space import DEFAULT, Space
from emulator.space.world import World


class TooManySpaces(Exception):
    """One more space than the server may hold."""

    def __init__(self, spaces_max: int) -> None:
        super().__init__(f"this server holds {spaces_max} spaces and takes no more; delete one, or raise --spaces-max")


class Spaces:
    """The spaces of one server, each made when it is first named; the number is bounded, and none is ever evicted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._spaces: dict[str, Space] = {}

    def __iter__(self) -> Iterator[Space]:
        return iter(self._spaces.values())

    def get(self, name: str) -> Space:
        """The space of this name, new if need be. Raises TooManySpaces.

        There is always a place for ``default``: a server that is full still tells its health, and deletes a space.
        """
        space = self._spaces.get(name)
        if space is None:
            kept_free = name != DEFAULT and DEFAULT not in self._spaces
            if len(self._spaces) + 1 + kept_free > self.world.limits.spaces_max:
                raise TooManySpaces(self.world.limits.spaces_max)
            space = self._spaces[name] = Space(name, self.world)
        return space

    def reset(self, name: str, seed: int | None = None) -> Space:
        """The space of this name as new. What went before is forgotten at once, and freed bit by bit."""
        if name in self._spaces:
            free_slowly(self._spaces[name])
        self._spaces[name] = Space(name, self.world, seed)
        return self._spaces[name]

    def drop(self, name: str) -> None:
        """Forget a space and its name. Raises KeyError."""
        free_slowly(self._spaces[name])
        del self._spaces[name]
