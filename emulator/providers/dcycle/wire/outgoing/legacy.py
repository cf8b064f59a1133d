"""The legacy API: ``/api/v1``."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal

from emulator.core.clock import seconds
from emulator.providers.dcycle.backend.wastes import spaced
from emulator.providers.dcycle.memory.catalogue import FacilityFuel
from emulator.providers.dcycle.memory.custom_factors import CustomFactor, CustomGroup, FactorTerms
from emulator.providers.dcycle.memory.freight import Toc
from emulator.providers.dcycle.memory.invoices import Invoice
from emulator.providers.dcycle.memory.purchases import Purchase
from emulator.providers.dcycle.memory.units import Unit
from emulator.providers.dcycle.memory.uploads import Upload
from emulator.providers.dcycle.memory.vehicles import Consumption, Vehicle
from emulator.providers.dcycle.memory.wastes import WasteFactor
from emulator.providers.dcycle.wire.outgoing.amounts import GRAMS_PER_KG, kilograms
from emulator.providers.dcycle.wire.outgoing.invoices import invoice
from emulator.providers.dcycle.wire.outgoing.purchases import purchase
from emulator.providers.dcycle.wire.outgoing.units import unit_object

FACTOR_TERMS = [name for name in FactorTerms.__struct_fields__ if name not in ("group_id", "emission_factor_values")]
CATEGORIES = {"maritime": "sea"}


def unit(unit: Unit) -> dict[str, object]:
    return {"id": unit.id, "name": unit.name, "type": unit.type}


def fuel(fuel: FacilityFuel, units: Iterable[Unit]) -> dict[str, object]:
    return {
        "id": fuel.id,
        "name": fuel.name,
        "country": fuel.country,
        "type": fuel.type,
        "ghg_type": fuel.ghg_type,
        "units": [unit(found) for found in units],
    }


def toc(toc: Toc) -> dict[str, object]:
    return {
        "toc_id": toc.id,
        "name": toc.toc,
        "category": CATEGORIES.get(toc.category, toc.category),
        "vehicle_type": toc.vehicle,
        "fuel_type": toc.fuel_type,
        "emission_factor": float(toc.wtw_grams / GRAMS_PER_KG),
        "capacity": f"{toc.default_load_kg:g} kg",
    }


# --- custom emission groups and factors -------------------------------------------------------------------------------


def new_group(group: CustomGroup) -> dict[str, object]:
    """Return a group as it is returned when it is created."""
    terms = group.terms
    return {
        "id": group.id,
        "name": terms.name,
        "description": terms.description,
        "category": terms.category,
        "ghg_type": terms.ghg_type,
    }


def group(group: CustomGroup, factors: Collection[CustomFactor]) -> dict[str, object]:
    """Return a group with the period and the author of its factors."""
    return {**new_group(group), **_of_factors(factors)}


def short_group(group: CustomGroup, factors: Collection[CustomFactor]) -> dict[str, object]:
    """Return a group as an item of its category."""
    terms = group.terms
    return {"id": group.id, "name": terms.name, "category": terms.category, **_of_factors(factors)}


def _of_factors(factors: Collection[CustomFactor]) -> dict[str, object]:
    starts = [day for factor in factors if (day := factor.terms.factor_start_date)]
    ends = [day for factor in factors if (day := factor.terms.factor_end_date)]
    return {
        "group_start_date": min(starts, default=None),
        "group_end_date": max(ends, default=None),
        "group_uploaded_by": next((factor.terms.factor_uploaded_by for factor in factors), None),
    }


def group_data(group: CustomGroup, factors: Collection[CustomFactor]) -> dict[str, object]:
    """Return a group with its factors."""
    terms = group.terms
    return {
        "group_name": terms.name,
        "group_id": group.id,
        "category": terms.category,
        "description": terms.description,
        "ghg_type": terms.ghg_type,
        **_of_factors(factors),
        "emission_factors": [
            {"ef_name": factor.terms.ef_name, "factor_id": factor.id, "tag": factor.terms.tag} for factor in factors
        ],
    }


def factor(factor: CustomFactor, unit: Unit | None) -> dict[str, object]:
    terms = factor.terms
    return {
        "id": factor.id,
        "factor_id": factor.id,
        **{name: getattr(terms, name) for name in FACTOR_TERMS},
        "unit": unit_object(unit, terms.unit_id),
        "emission_factor_values": [
            {"gas_type": value.gas_type, "value": value.value} for value in terms.emission_factor_values
        ],
    }


# --- invoices, purchases, consumptions --------------------------------------------------------------------------------


def new_invoice(first: Invoice, custom: dict[str, object] | None, shares: list[dict[str, object]]) -> dict[str, object]:
    """Return the first share of a new invoice, with its custom emission factor, and all shares."""
    return {
        **invoice(first),
        "original_quantity": first.base_quantity,
        "original_unit_id": first.unit_id,
        "source_invoice_id": first.source_invoice_id,
        "custom_emission_factor": custom,
        "facility_percentages": shares,
    }


def legacy_purchase(found: Purchase, unit: Unit | None, factor: Decimal | None) -> dict[str, object]:
    terms = found.terms
    day = terms.purchase_date
    return {
        **purchase(found),
        "unit": {"id": terms.unit_id, "name": unit.name if unit else terms.unit_id, "type": "fiat_currency"},
        "supplier": None,
        "last_purchase_timestamp": None if day is None else _timestamp(day),
        "ef": None if factor is None else float(factor / GRAMS_PER_KG),
        "displayed_ggss": terms.expense_type,
    }


def _timestamp(day: date) -> int:
    """Return the Unix second at which a day begins."""
    return (day - date(1970, 1, 1)).days * 86_400


def legacy_vehicle(vehicle: Vehicle, grams: int, fuel_name: str | None) -> dict[str, object]:
    """Return a vehicle, of which no make and model is known."""
    terms = vehicle.terms
    return {
        "id": vehicle.id,
        "name": terms.name,
        "license_plate": terms.license_plate,
        "type": terms.type,
        "ownership": terms.ownership,
        "country": terms.country,
        "is_known": False,
        "known_vehicle_id": None,
        "unknown_vehicle_id": terms.unknown_vehicle_id,
        "vehicle_fuel_id": terms.vehicle_fuel_id,
        "vehicle_fuel": fuel_name,
        "registration_year": terms.registration_year,
        "market_segment": terms.market_segment,
        "size": terms.size,
        "status": vehicle.status,
        "co2e": kilograms(grams),
        "created_at": seconds(vehicle.created_at),
        "updated_at": seconds(vehicle.updated_at),
    }


def legacy_consumption(consumption: Consumption, unit: Unit | None) -> dict[str, object]:
    terms = consumption.terms
    return {
        "id": consumption.id,
        "vehicle_id": terms.vehicle_id,
        "quantity": terms.quantity,
        "unit_id": terms.unit_id,
        "unit": unit_object(unit, terms.unit_id),
        "start_date": terms.start_date,
        "end_date": terms.end_date,
        "co2e": kilograms(consumption.co2e_grams),
        "co2e_consumption": kilograms(consumption.co2e_grams),
        "co2e_generation": None,
        "status": terms.status,
        "custom_id": terms.custom_id,
        "created_at": seconds(consumption.created_at),
        "updated_at": seconds(consumption.updated_at),
    }


def upload(upload: Upload, url: str) -> dict[str, object]:
    """Return where a client puts a file."""
    stem, _, extension = upload.terms.file_name.rpartition(".")
    name = re.sub(r"[^A-Za-z0-9]", "", stem or extension)
    return {
        "upload_url": url,
        "file_name": name,
        "file_id": upload.id,
        "destination_file_key": f"heavy-files/{upload.terms.kind}/{upload.organization_id}/{upload.id}",
        "message": "Presigned URL created",
    }


# --- waste codes ------------------------------------------------------------------------------------------------------


def waste_codes(factors: Iterable[WasteFactor]) -> list[dict[str, object]]:
    """Return the treatments, each with the kinds of waste that it treats."""
    by_code: dict[str, dict[str, object]] = {}
    for factor in factors:
        if factor.rd_code is None:
            continue
        listed = by_code.setdefault(
            factor.rd_code, {"rd_code": factor.rd_code, "rd_name": factor.rd_name, "ler_list": []}
        )
        kinds = listed["ler_list"]
        assert isinstance(kinds, list)
        kinds.append({"ler_code": spaced(factor.low_code), "ler_name": factor.low_name})
    return [by_code[code] for code in sorted(by_code)]


def low_codes(factors: Iterable[WasteFactor], region: str) -> list[dict[str, object]]:
    """Return the kinds of waste of a region, each once."""
    found = {factor.low_code: factor for factor in reversed([*factors]) if factor.region == region}
    return [{"low_id": found[code].id, "low_code": code, "low_name": found[code].low_name} for code in sorted(found)]
