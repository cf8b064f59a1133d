"""CNaught: carbon credit orders, quotes, subaccounts and impact (api.cnaught.com, docs.cnaught.com)."""

from datetime import UTC, datetime

HOSTS = ("api.cnaught.com", "api-stage.cnaught.com")

VERSION = 3
"""Counts the changes of the form of the memory and the catalogue."""

LAST_EVENT = datetime(2024, 1, 16, 18, 0, 2, tzinfo=UTC)
"""When the last event of the built-in fixture becomes due."""
