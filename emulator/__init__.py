"""A local emulator of five carbon APIs: 1ClickImpact, CNaught, Carbon Insights, Dcycle and Thallo."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from emulator.core.version import __version__

if TYPE_CHECKING:
    from emulator.app import create_app
    from emulator.client.control_client import Refused
    from emulator.client.embedded import Emulator
    from emulator.client.handles import connect

__all__ = ["Emulator", "Refused", "__version__", "connect", "create_app"]

_MODULES = {
    "create_app": "emulator.app",
    "Emulator": "emulator.client.embedded",
    "connect": "emulator.client.handles",
    "Refused": "emulator.client.control_client",
}


def __getattr__(name: str) -> Any:
    """Import what is used, and nothing else (PEP 562): serving needs no client, and a client no server."""
    if name not in _MODULES:
        raise AttributeError(f"module 'emulator' has no attribute {name!r}")
    from emulator.core.real_time import real_datetime

    with real_datetime():
        return getattr(import_module(_MODULES[name]), name)
