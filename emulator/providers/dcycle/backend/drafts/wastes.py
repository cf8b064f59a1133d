"""The filters of wastes, of their factors and of waste water."""

from datetime import date, datetime

from emulator.core.struct import Struct
from emulator.providers.dcycle.backend.drafts.criteria import among, between, within
from emulator.providers.dcycle.memory.wastes import Waste, WasteFactor, WasteWaterTreatment


class WasteFilter(Struct, frozen=True):
    """``since`` and ``until`` bound the period."""

    statuses: tuple[str, ...] = ()
    file_ids: tuple[str, ...] = ()
    calculated: bool | None = None
    names: tuple[str, ...] = ()
    ler_codes: tuple[str, ...] = ()
    rd_codes: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    created_since: datetime | None = None
    created_until: datetime | None = None

    def matches(self, waste: Waste, factor: WasteFactor | None = None) -> bool:
        terms = waste.terms
        return (
            among(waste.status, self.statuses)
            and among(waste.file_id, self.file_ids)
            and (self.calculated is None or self.calculated == (waste.co2e_grams is not None))
            and among(terms.identification_name, self.names)
            and among(factor and compact(factor.low_code), [compact(code) for code in self.ler_codes])
            and among(factor and factor.rd_code, self.rd_codes)
            and within(terms.start_date, terms.end_date, self.since, self.until)
            and between(waste.created_at, self.created_since, self.created_until)
        )


class WasteFactorFilter(Struct, frozen=True):
    region: str | None = None
    low_code: str | None = None
    rd_code: str | None = None

    def matches(self, factor: WasteFactor) -> bool:
        return (
            self.region in (None, factor.region)
            and (self.low_code is None or compact(self.low_code) == compact(factor.low_code))
            and self.rd_code in (None, factor.rd_code)
        )


class WasteWaterFilter(Struct, frozen=True):
    """``since`` and ``until`` bound the period."""

    statuses: tuple[str, ...] = ()
    calculated: bool | None = None
    since: date | None = None
    until: date | None = None

    def matches(self, treatment: WasteWaterTreatment) -> bool:
        terms = treatment.terms
        return (
            among(treatment.status, self.statuses)
            and (self.calculated is None or self.calculated == (treatment.co2e_grams is not None))
            and within(terms.start_date, terms.end_date, self.since, self.until)
        )


def compact(code: str) -> str:
    """Return a waste code without spaces: the vendor writes it both ways."""
    return code.replace(" ", "")
