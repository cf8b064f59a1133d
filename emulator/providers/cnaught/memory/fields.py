"""Types of fields. Their bounds keep every remembered value one that each operation can show."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.hosts import is_address
from emulator.web.webhooks import calls_control_api

AMOUNT_MAX = 10**9
"""The largest amount that a request may name, in kilograms, kilometers, cents or square feet."""

PRICE_PER_KG_MAX = 10**6
DECIMAL_PLACES_MAX = 10_000
"""More than any number in a request can have."""

URL = re.compile(
    r"https?://([a-z0-9._~!$&'()*+,;=:%-]*@)?"
    r"([a-z0-9][a-z0-9._-]*|\[(?P<ipv6>[0-9a-f:.]{2,45})\])(:(?P<port>[0-9]{1,5}))?([/?#][!-~]*)?",
    re.ASCII | re.IGNORECASE,
)
PORT_MAX = 65535


def _is_web_address(value: str) -> bool:
    url = URL.fullmatch(value)
    return bool(url and int(url["port"] or 0) <= PORT_MAX and (url["ipv6"] is None or is_address(url["ipv6"])))


def _web_address(value: str) -> str:
    if not _is_web_address(value):
        raise PydanticCustomError("url", "must be an absolute http or https URL")
    return value


def _callback_address(value: str) -> str:
    if calls_control_api(value):
        raise PydanticCustomError("control_api", "must not call the control API of the emulator")
    return value


def _secure_web_address(value: str) -> str:
    if not (value.lower().startswith("https://") and _is_web_address(value)):
        raise PydanticCustomError("url", "must be an absolute https URL")
    return value


Kilograms = Annotated[Decimal, Field(gt=0, le=AMOUNT_MAX, decimal_places=DECIMAL_PLACES_MAX)]
Kilometers = Kilograms
Cents = Annotated[int, Field(ge=0, le=AMOUNT_MAX * PRICE_PER_KG_MAX)]
CentsPerKg = Annotated[Decimal, Field(gt=0, le=PRICE_PER_KG_MAX, decimal_places=12)]
Fraction = Annotated[Decimal, Field(gt=0, le=1, decimal_places=12)]
Degrees = Annotated[Decimal, Field(ge=-180, le=180, decimal_places=12)]
Count = Annotated[int, Field(ge=0, lt=2**53)]

WebAddress = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_web_address)]
"""An absolute http or https URL of printable ASCII characters."""

CallbackAddress = Annotated[WebAddress, AfterValidator(_callback_address)]
"""An address that callbacks may call."""

SecureWebAddress = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_secure_web_address)]
