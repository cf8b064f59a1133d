"""Thallo: carbon credits in wallets counted in grams, and their retirement by the gram (docs.market.thallo.io)."""

from datetime import UTC, datetime

HOSTS: tuple[str, ...] = ()
"""The documents name no host: clients are given a base URL."""

VERSION = 2
"""Counts the changes of the form of the memory and the catalogue."""

LAST_EVENT = datetime(2024, 4, 4, tzinfo=UTC)
"""When the last event of the built-in fixture becomes due."""
