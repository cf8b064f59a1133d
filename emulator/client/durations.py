"""Durations and instants as people write them: ``1h30m``, ``2026-01-01``."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from emulator.core.nearest import nearest

__tracebackhide__ = True  # pytest shows the line of the test that an error is about

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
UNIT_NAMES = (*UNITS.values(), "microseconds")
PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|[wdhms])")


def duration(text: str) -> timedelta:
    """Return the duration that a text names: ``1h30m``, ``2d``, ``0.5s``, or seconds as ``90``. Raises ValueError."""
    sign, unsigned = (-1, text[1:]) if text.startswith("-") else (1, text)
    try:
        return sign * _duration(unsigned)
    except OverflowError:
        raise ValueError(f"{text!r} is too long for a duration") from None


def span_of(span: timedelta | str | float) -> timedelta:
    """Return a duration that is given as such, as a text, or in seconds. Raises TypeError or ValueError."""
    if isinstance(span, str):
        return duration(span)
    if isinstance(span, timedelta):
        return span
    if isinstance(span, bool) or not isinstance(span, int | float):
        raise TypeError(f"a duration is a timedelta, a number of seconds or a string such as '1h30m', not {span!r}")
    try:
        return timedelta(seconds=span)
    except (OverflowError, ValueError):
        raise ValueError(f"{span!r} is not a duration in seconds") from None


def span_in(units: Mapping[str, float]) -> timedelta:
    """Return a duration that is given by the names of ``timedelta``. Raises TypeError or ValueError."""
    for name in units:
        if name not in UNIT_NAMES:
            raise TypeError(f"unknown unit {name!r}; {nearest(name, UNIT_NAMES)}")
    try:
        return timedelta(**units)
    except (OverflowError, ValueError):
        raise ValueError(f"{', '.join(f'{name}={count}' for name, count in units.items())} is not a duration") from None


def _duration(text: str) -> timedelta:
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?|\.[0-9]+", text):
        return timedelta(seconds=float(text))
    parts = PART.findall(text)
    units = [unit for _, unit in parts]
    if not parts or PART.sub("", text) or sorted(units, key=list(UNITS).index) != units or len(set(units)) < len(units):
        raise ValueError(f"{text!r} is not a duration; examples: 1h30m, 2d, 0.5s, 90 (seconds)")
    return timedelta(**{UNITS[unit]: float(number) for number, unit in parts})


def instant_text(at: date | str) -> str:
    """Return an instant as the control API reads it. A date is its midnight; without an offset, UTC is meant.

    Raises TypeError or ValueError.
    """
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at.upper())
        except ValueError:
            raise ValueError(f"{at!r} is not a date or time; examples: 2026-01-01, 2026-01-01T09:30:00Z") from None
    if not isinstance(at, date):
        raise TypeError(f"an instant is a date, a datetime or a string such as '2026-01-01', not {at!r}")
    if not isinstance(at, datetime):
        return f"{at.isoformat()}T00:00:00+00:00"
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()
