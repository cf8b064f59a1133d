"""Links in replies: to the emulator's own pages, or to an address like Thallo's."""

from urllib.parse import quote

from emulator.providers.thallo.backend import Thallo
from emulator.providers.thallo.backend.retirements import Retirement


def certificate(thallo: Thallo, retirement: Retirement) -> str | None:
    """Return the URL of a retirement's certificate once it is complete."""
    if retirement.proof is None:
        return None
    if thallo.pages_url is None or thallo.memory.settings.links == "vendor":
        return retirement.proof.certificate_url
    return f"{thallo.pages_url}/thallo/retirements/{quote(retirement.request.id, safe='')}"
