"""The criteria of filters."""

from collections.abc import Collection
from datetime import date, datetime


def among(value: object, wanted: Collection[object]) -> bool:
    """Return whether a value is one of those wanted; if none is named, any value is."""
    return not wanted or value in wanted


def contains(text: str | None, part: str | None) -> bool:
    """Return whether a text contains a part, in any case of letters."""
    return part is None or part.casefold() in (text or "").casefold()


def within(first: date, last: date, since: date | None, until: date | None) -> bool:
    """Return whether a period lies between two days, both included, of which either may be open."""
    return (since is None or since <= first) and (until is None or last <= until)


def between(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    """Return whether an instant lies between two instants, both included, of which either may be open.

    It counts as its second, which is what replies show of it.
    """
    if since is None and until is None:
        return True
    second = at.replace(microsecond=0)
    return (since is None or since <= second) and (until is None or second <= until)
