"""Waste and waste water, scope 3 category 5 (docs.dcycle.io, Wastes, Waste Water Treatments)."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from emulator.core.exact_json import decimal
from emulator.core.struct import replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.drafts.wastes import WasteFilter
from emulator.providers.dcycle.backend.records import AuthoredRecords, UniqueValue
from emulator.providers.dcycle.backend.rounding import whole_grams
from emulator.providers.dcycle.memory.facilities import Facility
from emulator.providers.dcycle.memory.wastes import (
    Waste,
    WasteFactor,
    WasteTerms,
    WasteWaterTerms,
    WasteWaterTreatment,
)


class Wastes(AuthoredRecords[Waste, WasteTerms]):
    """The wastes of every organization in one space, by facility."""

    kind = Waste
    id_kind = "dcycle.waste"
    not_found = errors.WasteNotFound

    def __init__(self, context: Context) -> None:
        self._factors = context.catalogue.waste_factors
        self._efs = {factor.id: factor for factor in self._factors.efs}
        self._kg = {unit.id: unit.kg for unit in context.catalogue.units}
        super().__init__(context, context.memory.wastes)

    def owner(self, record: Waste) -> str | None:
        return record.terms.facility_id

    def shared(self, record: Waste) -> Mapping[str, tuple[object, object]]:
        name, factor = record.terms.identification_name, self.factor(record)
        shared: dict[str, tuple[object, object]] = {
            "identification_name": (name, name),
            "created_at": (record.created_at, record.created_at),
            "status": (record.status, record.status),
        }
        if record.file_id is not None:
            shared["file_id"] = record.file_id, record.file_id
        if factor is not None:
            shared["ler_code"] = spaced(factor.low_code), factor.low_name
            if factor.rd_code is not None:
                shared["rd_code"] = factor.rd_code, factor.rd_name
        return shared

    def factor(self, waste: Waste) -> WasteFactor | None:
        """Return the kind of a waste and of its treatment, if it is stated and listed."""
        return self._efs.get(waste.terms.waste_efs_id or "")

    def calculated(self, record: Waste) -> Waste:
        return replace(record, co2e_grams=self._grams(record))

    def _grams(self, waste: Waste) -> int | None:
        """Return what treating a waste and taking it there cause; None if the unit is not one of mass."""
        terms = waste.terms
        kilograms = self._kilograms(terms)
        if kilograms is None:
            return None
        custom = self.context.custom_grams(terms.custom_emission_factor_id, waste.organization_id)
        if custom is not None:
            treated = decimal(terms.base_quantity) * custom
        else:
            listed = self._efs.get(terms.waste_efs_id or "")
            treated = kilograms * (self._factors.unknown if listed is None else listed.grams_per_kg)
        way = decimal(terms.total_km_to_waste_center or 0.0)
        return whole_grams(treated + kilograms / 1000 * way * self._factors.transport.grams)

    def _kilograms(self, terms: WasteTerms) -> Decimal | None:
        kg = self._kg.get(terms.unit_id)
        return None if kg is None else decimal(terms.base_quantity) * kg

    def of_facility(self, facility: Facility, wanted: WasteFilter) -> Collection[Waste]:
        """Return the wastes of a facility that a filter matches, oldest first."""
        found = self.belonging_to(facility)
        return found if wanted == WasteFilter() else [one for one in found if wanted.matches(one, self.factor(one))]

    def unique_values(self, facility: Facility, field: str) -> Collection[UniqueValue]:
        """Return how many wastes of a facility share a value, most first; those without one are left out."""
        return self.counted(facility.organization_id, facility.id, field)


def spaced(code: str) -> str:
    """Return a waste code in pairs of digits: 150101 is 15 01 01."""
    digits = code.replace(" ", "")
    return " ".join(digits[n : n + 2] for n in range(0, len(digits), 2))


class WasteWaterTreatments(AuthoredRecords[WasteWaterTreatment, WasteWaterTerms]):
    """The treatments of waste water of every organization in one space, by facility."""

    kind = WasteWaterTreatment
    id_kind = "dcycle.waste_water_treatment"
    not_found = errors.WasteWaterTreatmentNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.waste_water_treatments)

    def owner(self, record: WasteWaterTreatment) -> str | None:
        return record.terms.facility_id

    def shared(self, record: WasteWaterTreatment) -> Mapping[str, tuple[object, object]]:
        return {"status": (record.status, record.status)}

    def grams(self, terms: WasteWaterTerms) -> int:
        """Return the emissions of the incoming water."""
        return whole_grams(decimal(terms.m3_water_in) * self.context.catalogue.waste_factors.waste_water_per_m3)
