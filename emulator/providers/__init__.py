"""The vendors that are emulated, each loaded when it is first asked for: to load all five would double a start."""

from collections.abc import Iterable, Mapping
from importlib import import_module

from emulator.core.on_demand import OnDemand
from emulator.providers import carboninsights, cnaught, dcycle, oneclickimpact, thallo
from emulator.web.provider import Provider

HOSTS: Mapping[str, Iterable[str]] = {
    "oneclickimpact": oneclickimpact.HOSTS,
    "cnaught": cnaught.HOSTS,
    "carboninsights": carboninsights.HOSTS,
    "dcycle": dcycle.HOSTS,
    "thallo": thallo.HOSTS,
}
"""The vendors by name, and the names of their own servers: what is known of one that is not loaded."""


def _load(name: str) -> Provider:
    provider: Provider = import_module(f"emulator.providers.{name}.app").PROVIDER
    return provider


ALL: Mapping[str, Provider] = OnDemand(HOSTS, _load)
