"""The spaces of one server."""

from collections.abc import Iterator
from weakref import WeakValueDictionary

from emulator.space.gradual_free import free_slowly
from emulator.space.space import DEFAULT, Space
from emulator.space.world import World


class TooManySpaces(Exception):
    """The server holds as many spaces as it may. ``spaces_max`` is the limit."""

    def __init__(self, spaces_max: int) -> None:
        super().__init__(f"the server holds {spaces_max} spaces, its limit; delete one, or raise --spaces-max")
        self.spaces_max = spaces_max


class Spaces:
    """The spaces of one server. Their number is bounded, and none is evicted.

    A request to a vendor creates the space that it names, as does a command that succeeds. A request that only reads a
    space that does not exist gets a new one, forgotten with the request unless another request creates it meanwhile.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._spaces: dict[str, Space] = {}
        self._visited: WeakValueDictionary[str, Space] = WeakValueDictionary()

    def __iter__(self) -> Iterator[Space]:
        return iter(self._spaces.values())

    def find(self, name: str) -> Space | None:
        """Return the space of this name if it exists."""
        return self._spaces.get(name)

    def get(self, name: str) -> Space:
        """Return the space of this name, made if necessary. Raises TooManySpaces."""
        space = self._spaces.get(name)
        if space is None:
            self.check_room(name)
            space = self._spaces[name] = self._visited.get(name) or Space(name, self.world)
            self._visited.pop(name, space)
        return space

    def visit(self, name: str) -> Space:
        """Return the space of this name, or one that can become it."""
        space = self._spaces.get(name) or self._visited.get(name)
        if space is None:
            space = self._visited[name] = Space(name, self.world)
        return space

    def keep(self, space: Space) -> None:
        """Let a visited space exist from now on. Raises TooManySpaces."""
        if self._visited.get(space.name) is space:
            self.get(space.name)

    def check_room(self, name: str) -> None:
        """Raise TooManySpaces if this space does not exist and may not be created.

        One space is reserved for ``default``, so that a full server can still be commanded without naming a space.
        """
        if name in self._spaces:
            return
        reserved = name != DEFAULT and DEFAULT not in self._spaces
        if len(self._spaces) + 1 + reserved > self.world.limits.spaces_max:
            raise TooManySpaces(self.world.limits.spaces_max)

    def reset(self, name: str, seed: int | None = None) -> Space:
        """Make the space of this name anew. Raises TooManySpaces. The old one is freed bit by bit."""
        self.check_room(name)
        self._end(name)
        self._spaces[name] = Space(name, self.world, seed)
        return self._spaces[name]

    def drop(self, name: str) -> None:
        """Delete a space. Raises KeyError."""
        if name not in self._spaces:
            raise KeyError(name)
        self._end(name)
        del self._spaces[name]

    def _end(self, name: str) -> None:
        """End the history of the space of this name, and free the space bit by bit."""
        if visited := self._visited.pop(name, None):
            visited.history.close()
        if space := self._spaces.get(name):
            space.history.close()
            free_slowly(space)
