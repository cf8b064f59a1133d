"""Wastes and waste water: ``/v1/wastes``, ``/v1/waste-efs`` and ``/v1/waste-water-treatments``."""

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory.catalogue import User
from emulator.providers.dcycle.memory.units import Unit
from emulator.providers.dcycle.memory.wastes import CUBIC_METERS, Waste, WasteFactor, WasteWaterTreatment
from emulator.providers.dcycle.wire.outgoing.amounts import kilograms
from emulator.providers.dcycle.wire.outgoing.invoices import last_second, midnight
from emulator.providers.dcycle.wire.outgoing.units import unit_object
from emulator.providers.dcycle.wire.outgoing.users import named_user

BIOMASS_KG = 0.0
"""No factor of the fixture is one of biomass."""


def new_waste(waste: Waste) -> dict[str, object]:
    """Return a waste as it is returned when it is created."""
    terms = waste.terms
    return {
        "id": waste.id,
        "identification_name": terms.identification_name,
        "description": terms.description,
        "start_date": terms.start_date,
        "end_date": terms.end_date,
        "base_quantity": terms.base_quantity,
        "quantity": terms.base_quantity,
        "status": waste.status,
        "co2e": kilograms(waste.co2e_grams),
        "co2e_biomass": BIOMASS_KG,
        "created_at": seconds(waste.created_at),
    }


def changed_waste(waste: Waste) -> dict[str, object]:
    """Return a waste as it is returned when it is changed."""
    return {
        "id": waste.id,
        "identification_name": waste.terms.identification_name,
        "base_quantity": waste.terms.base_quantity,
        "status": waste.status,
        "co2e": kilograms(waste.co2e_grams),
        "co2e_biomass": BIOMASS_KG,
        "updated_at": seconds(waste.updated_at),
    }


def listed_waste(
    waste: Waste,
    factor: WasteFactor | None,
    custom: dict[str, object] | None,
    unit: Unit | None,
    user: User | None,
    linked: list[dict[str, object]],
) -> dict[str, object]:
    """Return a waste as an item of a list, with its custom emission factor."""
    terms = waste.terms
    return {
        "id": waste.id,
        "type": "wastes",
        "identification_name": terms.identification_name,
        "invoice_id": terms.identification_name,
        "description": terms.description,
        "status": waste.status,
        "start_date": midnight(terms.start_date),
        "end_date": last_second(terms.end_date),
        "facility_id": terms.facility_id,
        "base_quantity": terms.base_quantity,
        "quantity": terms.base_quantity,
        "percentage": 1.0,
        "total_km_to_waste_center": terms.total_km_to_waste_center,
        **_codes(factor),
        "co2e": kilograms(waste.co2e_grams),
        "co2e_biomass": BIOMASS_KG,
        "custom_emission_factor_id": terms.custom_emission_factor_id,
        "custom_emission_factor": custom,
        "unit": unit_object(unit, terms.unit_id),
        "user": _user(user),
        "uploaded_by": None,
        "source_invoice_id": waste.id,
        **_file(waste),
        "error_messages": None if waste.co2e_grams is not None else ["The unit is no unit of mass"],
        "linked_projects": linked,
        "facility_percentages": None,
        "created_at": seconds(waste.created_at),
    }


def _codes(factor: WasteFactor | None) -> dict[str, object]:
    return {name: None if factor is None else getattr(factor, name) for name in ("low_code", "rd_code")}


def _file(waste: Waste) -> dict[str, object]:
    return {"file_id": waste.file_id, "file_name": None, "file_url": None}


def _user(user: User | None) -> dict[str, object] | None:
    return None if user is None else {**named_user(user), "email": user.email}


def waste_factor(factor: WasteFactor) -> dict[str, object]:
    return {
        "id": factor.id,
        "low_code": factor.low_code,
        "low_name": factor.low_name,
        "low_description": factor.low_description,
        "rd_code": factor.rd_code,
        "rd_name": factor.rd_name,
        "rd_description": factor.rd_description,
        "region": factor.region,
    }


def treatment(treatment: WasteWaterTreatment, user: User | None, linked: list[dict[str, object]]) -> dict[str, object]:
    """Return a treatment of waste water."""
    terms = treatment.terms
    return {
        "id": treatment.id,
        "type": "waste_water_treatment",
        "status": treatment.status,
        "invoice_id": terms.name,
        "start_date": midnight(terms.start_date),
        "end_date": last_second(terms.end_date),
        "facility_id": terms.facility_id,
        "quantity": terms.m3_water_out,
        "base_quantity": terms.m3_water_in,
        "m3_water_out": terms.m3_water_out,
        "kg_sludge": terms.kg_sludge,
        "percentage": 1,
        "co2e": kilograms(treatment.co2e_grams),
        "co2e_biomass": BIOMASS_KG,
        "unit": {"id": CUBIC_METERS, "name": "cubic_meter_(m3)", "type": "volume"},
        "user": _user(user),
        "uploaded_by": None,
        "source_invoice_id": treatment.id,
        "file_url": None,
        "linked_projects": linked,
        "facility_percentages": [],
        "created_at": seconds(treatment.created_at),
    }
