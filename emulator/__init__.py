"""A local stand-in for five carbon APIs: 1ClickImpact, CNaught, Carbon Insights, Dcycle and Thallo."""

from typing import TYPE_CHECKING, Any

from emulator.core.version import __version__

if TYPE_CHECKING:
    from emulator.app import create_app
    from emulator.client.embedded import Emulator

__all__ = ["Emulator", "__version__", "create_app"]


def __getattr__(name: str) -> Any:
    """Import what is asked for, and no more: serving does not need a client, nor a client the server (PEP 562)."""
    if name == "create_app":
        from emulator.app import create_app

        return create_app
    if name == "Emulator":
        from emulator.client.embedded import Emulator

        return Emulator
    raise AttributeError(f"module 'emulator' has no attribute {name!r}")
