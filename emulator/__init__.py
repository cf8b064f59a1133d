"""A local stand-in for five carbon APIs: 1ClickImpact, CNaught, Carbon Insights, Dcycle and Thallo."""

from emulator.app import create_app
from emulator.core.version import __version__

__all__ = ["__version__", "create_app"]
