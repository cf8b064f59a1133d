"""Cursors: where a page of an account's list ended."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from functools import lru_cache

from emulator.core.clock import millis
from emulator.providers.oneclickimpact import errors
from emulator.providers.oneclickimpact.memory import Account


@lru_cache(maxsize=4096)
def cursor(at: datetime, account_id: str) -> str:
    """A place in the lists of an account. The official Python SDK sends it back as it is, so it is fit for a URL."""
    return urlsafe_b64encode(f"{millis(at)} {account_id}".encode()).decode()


def position(text: str, account: Account) -> datetime:
    """Where the page ended that had this cursor. Raises CursorRefused unless it was made for this account."""
    try:
        at = datetime.fromisoformat(urlsafe_b64decode(text).decode().partition("Z")[0]).replace(tzinfo=UTC)
    except ValueError:
        raise errors.CursorRefused from None
    if text != cursor(at, account.id):
        raise errors.CursorRefused
    return at
