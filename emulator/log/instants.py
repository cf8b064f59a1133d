"""Instants as integers: microseconds since 1970, in which entries are stored."""

from datetime import datetime, timedelta

from emulator.core.clock import EPOCH

MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    since = at - EPOCH
    return (since.days * 86400 + since.seconds) * 10**6 + since.microseconds


def instant(since_epoch: int) -> datetime:
    """Return the instant that is so many microseconds after the beginning of 1970."""
    return EPOCH + since_epoch * MICROSECOND
