"""The providers. Each is loaded when first used: loading all would double the time of a start."""

from collections.abc import Mapping
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


HOSTS: Mapping[str, tuple[str, ...]] = {name: import_module(f"emulator.providers.{name}").HOSTS for name in NAMES}
"""The vendors' production host names, by provider; known without loading it."""

ALL: Mapping[str, Provider] = OnDemand(NAMES, _load)
