"""The vendors that are emulated."""

from emulator.core.provider import Provider
from emulator.providers.cnaught.app import PROVIDER as CNAUGHT

ALL: tuple[Provider, ...] = (CNAUGHT,)
