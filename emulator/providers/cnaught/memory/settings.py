"""The settings that a user may change while the emulator runs."""

from typing import Literal, TypeAlias

from emulator.core.plural import plural
from emulator.core.struct import Struct

Links: TypeAlias = Literal["emulator", "vendor"]
Fractions: TypeAlias = Literal["floor", "keep", "refuse"]

SECONDS_MAX = 100 * 365 * 86400
"""A century, so that times stay within the calendar."""


class Settings(Struct):
    """Settings that users can change. Orders are fulfilled after ``fulfilment_seconds``, with null not by time.

    With 0 seconds, only the reply to placing shows an order as placed.

    ``links`` is the target of links in replies: the emulator's own pages, or CNaught's.
    """

    fulfilment_seconds: float | None = 2.0
    fractions: Fractions = "keep"
    idempotency_hours: float = 24.0
    checkout_hours: float = 24.0
    links: Links = "emulator"

    def __post_init__(self) -> None:
        hours = (self.idempotency_hours, self.checkout_hours)
        for seconds in (self.fulfilment_seconds or 0, *(3600 * number for number in hours)):
            if not 0 <= seconds <= SECONDS_MAX:
                raise ValueError(f"a time of {plural(seconds, 'second')} is not from 0 to {SECONDS_MAX}")
