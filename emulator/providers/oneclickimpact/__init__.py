"""1ClickImpact: impact made for oneself and for customers, the records of it and the totals (docs.1clickimpact.com)."""

from collections.abc import Mapping
from typing import Literal

HOSTS: Mapping[str, Literal["production", "sandbox"]] = {
    "api.1clickimpact.com": "production",
    "sandbox.1clickimpact.com": "sandbox",
}
"""By the environment whose keys each of them knows."""
