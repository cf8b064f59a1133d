"""Cursors: where a page of an account's list ended."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from functools import lru_cache

from emulator.core.clock import millis
from emulator.providers.oneclickimpact import errors
from emulator.providers.oneclickimpact.memory.catalogue import Account


@lru_cache(maxsize=4096)
def cursor(at: datetime, account_id: str) -> str:
    """Return the cursor of a position in an account's lists.

    It consists of characters that need no percent-encoding: the official Python SDK applies none.
    """
    return urlsafe_b64encode(f"{millis(at)} {account_id}".encode()).decode()


def position(text: str, account: Account) -> datetime:
    """Return where the page with this cursor ended. Raises CursorRefused unless it was issued to this account."""
    try:
        at = datetime.fromisoformat(urlsafe_b64decode(text).decode().partition("Z")[0]).replace(tzinfo=UTC)
    except ValueError:
        raise errors.CursorRefused from None
    if text != cursor(at, account.id):
        raise errors.CursorRefused
    return at
