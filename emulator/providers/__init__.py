"""The vendors that are emulated."""

from emulator.core.provider import Provider
from emulator.providers.carboninsights.app import PROVIDER as CARBONINSIGHTS
from emulator.providers.cnaught.app import PROVIDER as CNAUGHT
from emulator.providers.dcycle.app import PROVIDER as DCYCLE
from emulator.providers.oneclickimpact.app import PROVIDER as ONECLICKIMPACT
from emulator.providers.thallo.app import PROVIDER as THALLO

ALL: tuple[Provider, ...] = (ONECLICKIMPACT, CNAUGHT, CARBONINSIGHTS, DCYCLE, THALLO)
