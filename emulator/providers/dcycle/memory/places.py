"""Places on the map, since the emulator looks up no address."""

import re
from collections.abc import Mapping
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, TypeAlias

from msgspec import field
from pydantic import Field

from emulator.core.struct import Struct

EARTH_RADIUS_KM = 6371
_DIGIT = re.compile("[0-9]")
Latitude: TypeAlias = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude: TypeAlias = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Places(Struct, frozen=True):
    """Known places as latitude and longitude; ``detour`` is how much longer a way is than the straight line."""

    detour: Annotated[float, Field(ge=1, le=10)] = 1.25
    known: Mapping[str, tuple[Latitude, Longitude]] = field(default_factory=dict)

    def distance_km(self, origin: str | None, destination: str | None) -> Decimal | None:
        """Return the way between two addresses; None unless a part of each names a known place."""
        start, end = self._find(origin), self._find(destination)
        if start is None or end is None:
            return None
        return Decimal(str(round(_great_circle_km(start, end) * self.detour, 1)))

    def _find(self, address: str | None) -> tuple[float, float] | None:
        found = (self.known.get(name.title()) for name in names(address))
        return next(filter(None, found), None)


def names(address: str | None) -> list[str]:
    """Return what the parts of an address may name, in their order: in each the words after or before its numbers.

    "Calle Mayor 1, 28013 Madrid, Spain" may name Calle Mayor, Madrid and Spain; "Calle Mayor 1 Madrid" only Madrid.
    """
    parts = (part.strip(" 0123456789") for part in (address or "").split(","))
    return [_DIGIT.split(part)[-1].strip() for part in parts]


def _great_circle_km(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the length of the shortest way on the surface of the Earth (the haversine formula)."""
    latitudes = radians(start[0]), radians(end[0])
    height, width = latitudes[1] - latitudes[0], radians(end[1] - start[1])
    chord = sin(height / 2) ** 2 + cos(latitudes[0]) * cos(latitudes[1]) * sin(width / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))
