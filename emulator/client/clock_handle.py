"""The clock of a space."""

from datetime import date, datetime, timedelta
from typing import Any

from emulator.client.control_client import ControlClient
from emulator.client.durations import instant_text, span_in, span_of

__tracebackhide__ = True  # pytest shows the line of the test that an error is about


class ClockHandle:
    """The clock of a space. Everything that moves it returns the events that became due, in order.

    ``past`` are all events that this handle has returned.
    """

    def __init__(self, control: ControlClient) -> None:
        self._control = control
        self.past: list[dict[str, Any]] = []

    def __repr__(self) -> str:
        return f"<clock of space {self._control.space!r}>"

    @property
    def now(self) -> datetime:
        """The current time of the space."""
        return datetime.fromisoformat(self._control.call("GET", "/clock")["now"])

    @property
    def frozen(self) -> bool:
        """Whether the clock is frozen."""
        frozen: bool = self._control.call("GET", "/clock")["frozen"]
        return frozen

    def upcoming(self, span: timedelta | str | float | None = None, limit: int = 100) -> list[dict[str, Any]]:
        """Return what becomes due if nothing else happens: ``upcoming("30d")``; by default within a year."""
        params = {"limit": limit} | ({} if span is None else {"seconds": span_of(span).total_seconds()})
        events: list[dict[str, Any]] = self._control.call("GET", "/clock/upcoming", params=params)["events"]
        return events

    def freeze(self, at: date | str | None = None) -> list[dict[str, Any]]:
        """Stop the clock, now or at an instant. A date is its midnight; without an offset, UTC is meant."""
        return self._set(at, frozen=True)

    def run(self, at: date | str | None = None) -> list[dict[str, Any]]:
        """Let the clock run, from now or from an instant on."""
        return self._set(at, frozen=False)

    def advance(self, span: timedelta | str | float | None = None, **units: float) -> list[dict[str, Any]]:
        """Let time pass: ``advance(hours=2)``, by the names of ``timedelta``, ``advance("1h30m")``, or seconds.

        Raises TypeError or ValueError for what is no duration, and Refused if the clock would go back.
        """
        if span is None and not units:
            raise TypeError(
                'a duration is missing; examples: advance(hours=2), advance("1h30m"), advance(90), in seconds'
            )
        total = span_in(units) + span_of(0 if span is None else span)
        return self._events("POST", "/clock/advance", {"seconds": total.total_seconds()})

    def _set(self, at: date | str | None, frozen: bool) -> list[dict[str, Any]]:
        now = {} if at is None else {"now": instant_text(at)}
        return self._events("PUT", "/clock", {**now, "frozen": frozen})

    def _events(self, method: str, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self._control.call(method, path, json=body)["events"]
        self.past += events
        return events
