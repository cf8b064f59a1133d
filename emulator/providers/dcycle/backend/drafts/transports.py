"""The filters of transport routes and of ways to transport."""

from datetime import date, datetime

from emulator.core.struct import Struct
from emulator.providers.dcycle.backend.drafts.criteria import among, between, contains, within
from emulator.providers.dcycle.memory.transports import Combination, TransportRoute


class TransportFilter(Struct, frozen=True):
    """``text`` is a part of the name or of the supplier; ``since`` and ``until`` bound the day of the transport."""

    text: str | None = None
    since: date | None = None
    until: date | None = None
    statuses: tuple[str, ...] = ()
    direction: str | None = None
    file_ids: tuple[str, ...] = ()
    created_since: datetime | None = None
    created_until: datetime | None = None
    calculated: bool | None = None

    def matches(self, route: TransportRoute) -> bool:
        terms = route.terms
        return (
            (contains(terms.name, self.text) or contains(terms.supplier, self.text))
            and within(route.transport_date, route.transport_date, self.since, self.until)
            and among(route.status, self.statuses)
            and self.direction in (None, terms.transport_direction)
            and among(route.file_id, self.file_ids)
            and between(route.created_at, self.created_since, self.created_until)
            and (self.calculated is None or self.calculated == (route.co2e_grams is not None))
        )


class CombinationFilter(Struct, frozen=True):
    transport_type: str | None = None
    travel_method: str | None = None
    refrigerated: bool | None = None
    electric: bool | None = None
    detail: str | None = None

    def matches(self, combination: Combination) -> bool:
        wanted = (self.transport_type, self.travel_method, self.refrigerated, self.electric, self.detail)
        return all(value in (None, given) for value, given in zip(wanted, combination.key(), strict=True))
