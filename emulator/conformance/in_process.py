"""The emulator of this process as a server under test: no port, no thread, and a clock that obeys."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from emulator.app import create_app
from emulator.client.transport import DirectTransport
from emulator.gateway.gateway import Gateway
from emulator.space.commands import MoveClock
from emulator.space.space import Space

ADDRESS = "http://127.0.0.1"


class EmulatorTransport(DirectTransport):
    """The transport to a new emulator in memory."""

    app: Gateway

    def __init__(self, seed: int = 0, fixtures: Path | None = None) -> None:
        super().__init__(create_app(seed=seed, fixtures_directory=fixtures))

    @property
    def space(self) -> Space:
        return self.app.spaces.get("default")

    def credentials(self, provider: str) -> Mapping[str, str]:
        """Return the credentials that the fixture of a provider has."""
        world = self.space.world
        return world.providers[provider].credentials(world.fixtures[provider].catalogue)


class SpacePace:
    """The time of a space: waiting advances its clock."""

    def __init__(self, space: Space) -> None:
        self._space = space

    def reading(self) -> datetime:
        return self._space.clock.read()

    def wait(self, seconds: float) -> None:
        self.move(self.reading() + timedelta(seconds=seconds))

    def move(self, at: datetime) -> None:
        """Freeze the clock at a later instant."""
        self._space.run(MoveClock(at, frozen=True))

    def before_request(self) -> None:
        """Let a millisecond pass, so that no two requests have the same time."""
        self.wait(0.001)
