"""The time between requests: of the machine, for real servers."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Pace(Protocol):
    """How time passes between the requests of a run."""

    def reading(self) -> datetime:
        """Return the time, as the server has it."""
        ...

    def wait(self, seconds: float) -> None:
        """Let seconds pass."""
        ...

    def before_request(self) -> None:
        """Wait until the next request may be sent."""
        ...


class RealPace:
    """The machine's time, with at least ``interval`` seconds between two requests."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._last = 0.0

    def reading(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def before_request(self) -> None:
        time.sleep(max(0.0, self._last + self._interval - time.monotonic()))
        self._last = time.monotonic()
