"""The spaces of one server."""

from collections.abc import Iterator

from emulator.space.gradual_free import free_slowly
from emulator.space.space import DEFAULT, Space
from emulator.space.world import World


class TooManySpaces(Exception):
    """The server holds as many spaces as it may. ``spaces_max`` is the limit."""

    def __init__(self, spaces_max: int) -> None:
        super().__init__(f"the server holds {spaces_max} spaces, its limit; delete one, or raise --spaces-max")
        self.spaces_max = spaces_max


class Spaces:
    """The spaces of one server, each made when first used. Their number is bounded, and none is evicted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._spaces: dict[str, Space] = {}

    def __iter__(self) -> Iterator[Space]:
        return iter(self._spaces.values())

    def find(self, name: str) -> Space | None:
        """Return the space of this name if it exists."""
        return self._spaces.get(name)

    def get(self, name: str) -> Space:
        """Return the space of this name, made if necessary. Raises TooManySpaces.

        One space is reserved for ``default``, so that a full server can still be commanded without naming a space.
        """
        space = self._spaces.get(name)
        if space is None:
            self._check_room(name)
            space = self._spaces[name] = Space(name, self.world)
        return space

    def reset(self, name: str, seed: int | None = None) -> Space:
        """Make the space of this name anew. Raises TooManySpaces. The old one is freed bit by bit."""
        if name in self._spaces:
            free_slowly(self._spaces[name])
        else:
            self._check_room(name)
        self._spaces[name] = Space(name, self.world, seed)
        return self._spaces[name]

    def drop(self, name: str) -> None:
        """Delete a space. Raises KeyError."""
        free_slowly(self._spaces[name])
        del self._spaces[name]

    def _check_room(self, name: str) -> None:
        reserved = name != DEFAULT and DEFAULT not in self._spaces
        if len(self._spaces) + 1 + reserved > self.world.limits.spaces_max:
            raise TooManySpaces(self.world.limits.spaces_max)
