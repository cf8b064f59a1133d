"""The providers. Each is loaded when first used: loading all would double the time of a start."""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module

from emulator.core.on_demand import OnDemand
from emulator.web.provider import Provider

NAMES = (
    "oneclickimpact",
    "cnaught",
    "carboninsights",
    "dcycle",
    "thallo",
)
"""One line a provider: the name of its package here, and of its files in ``contracts`` and ``fixtures``."""


def _load(name: str) -> Provider:
    provider: Provider = import_module(f"emulator.providers.{name}.app").PROVIDER
    return provider


_PACKAGES = {name: import_module(f"emulator.providers.{name}") for name in NAMES}
"""What is known of a provider without loading it."""

HOSTS: Mapping[str, tuple[str, ...]] = {name: package.HOSTS for name, package in _PACKAGES.items()}
"""The vendors' production host names, by provider."""

VERSIONS: Mapping[str, int] = {name: package.VERSION for name, package in _PACKAGES.items()}
"""The version of each provider's memory and catalogue."""

LAST_EVENTS: Mapping[str, datetime | None] = {name: package.LAST_EVENT for name, package in _PACKAGES.items()}
"""When the last event of each built-in fixture becomes due; None if it has no events."""

ALL: Mapping[str, Provider] = OnDemand(NAMES, _load)
