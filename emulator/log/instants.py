"""Instants as integers: microseconds since 1970, in which entries are stored."""

from datetime import datetime, timedelta

from emulator.core.clock import EPOCH

MICROSECOND = timedelta(microseconds=1)


def number(at: datetime) -> int:
    """Return an instant as microseconds."""
    since = at - EPOCH
    return (since.days * 86400 + since.seconds) * 10**6 + since.microseconds


def instant(microseconds: int) -> datetime:
    """Return the instant of microseconds."""
    return EPOCH + microseconds * MICROSECOND
