"""1ClickImpact: impact made for an account and for its customers, its records and totals (docs.1clickimpact.com)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

HOSTS: Mapping[str, Literal["production", "sandbox"]] = {
    "api.1clickimpact.com": "production",
    "sandbox.1clickimpact.com": "sandbox",
}
"""The vendor's hosts, each with the environment whose keys it accepts."""

VERSION = 2
"""Counts the changes of the form of the memory and the catalogue."""

LAST_EVENT = datetime(2025, 3, 15, 9, tzinfo=UTC)
"""When the last event of the built-in fixture becomes due."""
