"""Freight, recharges and hubs: ``/v1/logistics``, ``/v2/logistics`` and ``/v1/logistic-hubs``."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from emulator.core.clock import seconds
from emulator.providers.dcycle.backend.freight_report import FreightReport
from emulator.providers.dcycle.memory.freight import FreightRequest, FreightWork, Package, PackageLoad, Toc
from emulator.providers.dcycle.memory.hubs import Hub
from emulator.providers.dcycle.memory.recharges import FreightFuel, Recharge
from emulator.providers.dcycle.wire.outgoing.amounts import GRAMS_PER_KG, kilograms

METHODOLOGY = "ISO 14083"


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def freight_request(leg: FreightRequest, work: FreightWork) -> dict[str, object]:
    """Return a leg as it is returned when it is created."""
    terms = leg.terms
    return {
        "id": leg.id,
        "co2e": kilograms(leg.co2e_grams),
        "created_at": seconds(leg.created_at),
        "updated_at": seconds(leg.updated_at),
        "origin": terms.origin,
        "destination": terms.destination,
        "distance_km": _number(work.distance_km),
        "load": terms.load if terms.load is not None else _number(work.load_kg),
        "load_unit": terms.load_unit if terms.load is not None else "kg",
        "category": work.toc.category if work.toc else terms.category,
        "toc": work.toc.toc if work.toc else terms.toc,
        "origin_country": terms.origin_country,
        "year": leg.year,
        "movement_id": terms.movement_id,
        "client": terms.client,
        "shipment_date": leg.shipment_date,
        "movement_stretch": terms.movement_stretch,
        "movement_stage": terms.movement_stage,
        "vehicle_license_plate": terms.vehicle_license_plate,
        "trailer_license_plate": terms.trailer_license_plate,
        "subcontractor": terms.subcontractor,
        "tkm": _number(work.tkm),
        "hub_id": terms.hub_id,
        "package_id": leg.package_id,
        "package_key": terms.package_key,
    }


def deferred_request(leg: FreightRequest, work: FreightWork) -> dict[str, object]:
    """Return a leg as version 2 returns it: not calculated yet."""
    shown = freight_request(leg, work)
    stated = leg.terms.distance_km is not None
    return {**shown, "co2e": None} if stated else {**shown, "co2e": None, "distance_km": None, "tkm": None}


def listed_request(leg: FreightRequest, work: FreightWork, linked: list[dict[str, object]]) -> dict[str, object]:
    """Return a leg as an item of a list: with the members of both generations of the vendor's page."""
    terms, grams = leg.terms, leg.co2e_grams
    return {
        **freight_request(leg, work),
        "load_factor": terms.load_factor,
        "cleaning": terms.cleaning,
        "status": leg.status,
        "kgco2e": kilograms(grams),
        "emission_intensity": float(Decimal(grams) / GRAMS_PER_KG / work.tkm)
        if grams is not None and work.tkm
        else None,
        "error_messages": [] if grams is not None else ["The distance between the two places is not known"],
        "estimated_data": _estimated(leg),
        "file_name": None,
        "uploaded_by": None,
        "linked_projects": linked,
    }


def bulk_request(leg: FreightRequest) -> dict[str, object]:
    """Return a leg as a result of a request with many."""
    return {"id": leg.id, "co2e": kilograms(leg.co2e_grams), "movement_id": leg.terms.movement_id}


def bulk_recharge(recharge: Recharge) -> dict[str, object]:
    """Return a recharge as a result of a request with many."""
    return {"id": recharge.id, "co2e": kilograms(recharge.co2e_grams)}


def _estimated(leg: FreightRequest) -> list[str]:
    """Return the names of the members that the client did not state."""
    terms = leg.terms
    stated = {"distance_km": terms.distance_km, "load": terms.load, "toc": terms.toc}
    return [name for name, value in stated.items() if value is None]


def toc(toc: Toc) -> dict[str, object]:
    return {
        "toc": toc.toc,
        "category": toc.category,
        "vehicle": toc.vehicle,
        "type": toc.type,
        "wtw": float(toc.wtw_grams / GRAMS_PER_KG),
        "default_load": toc.default_load_kg,
        "location": toc.location,
    }


def package(package: Package, load: PackageLoad) -> dict[str, object]:
    """Return a package with the sums of its legs."""
    return {
        "id": package.id,
        "shipment_id": package.terms.shipment_id,
        "package_key": package.terms.package_key,
        "client_billing_id": package.terms.client_billing_id,
        "weight_kg": float(load.weight_kg),
        "total_distance_km": float(load.distance_km),
        "total_co2e": kilograms(load.co2e_grams),
        "status": "active" if load.active else "inactive",
        "created_at": seconds(package.created_at),
        "updated_at": seconds(package.updated_at),
    }


def leg(leg: FreightRequest, work: FreightWork) -> dict[str, object]:
    """Return a leg as a part of a package."""
    return {
        "id": leg.id,
        "origin": leg.terms.origin,
        "destination": leg.terms.destination,
        "distance_km": _number(work.distance_km),
        "co2e": kilograms(leg.co2e_grams),
    }


def report(report: FreightReport, since: date, until: date, client: str | None) -> dict[str, object]:
    """Return a report by mode."""
    total = report.total
    return {
        "client": client,
        "period": {"start_date": since, "end_date": until},
        "summary": {
            "total_items": total.items,
            "total_co2e_kg": kilograms(total.grams),
            "total_distance_km": float(total.distance_km),
            "avg_co2e_per_item": float(total.average(Decimal(total.grams) / GRAMS_PER_KG)),
        },
        "by_category": [
            {
                "category": mode,
                "items": found.items,
                "co2e_kg": kilograms(found.grams),
                "distance_km": float(found.distance_km),
                "percentage_co2e": float(total.share(found.grams)),
            }
            for mode, found in report.groups.items()
        ],
        "data_source": report.source,
        "methodology": METHODOLOGY,
    }


def client_report(report: FreightReport, since: date, until: date, client: str) -> dict[str, object]:
    """Return a report of the legacy API, by vehicle type."""
    total = report.total
    return {
        "client": client,
        "period": {"start_date": since, "end_date": until},
        "summary": {
            "total_co2e": kilograms(total.grams),
            "total_distance": float(total.distance_km),
            "total_load": float(total.load_kg),
            "total_shipments": total.items,
            "avg_co2e_per_shipment": float(total.average(Decimal(total.grams) / GRAMS_PER_KG)),
            "avg_distance_per_shipment": float(total.average(total.distance_km)),
        },
        "by_transport_type": [
            {
                "toc": toc,
                "shipments": found.items,
                "co2e": kilograms(found.grams),
                "distance": float(found.distance_km),
                "percentage_co2e": float(total.share(found.grams)),
            }
            for toc, found in report.groups.items()
        ],
        "methodology": METHODOLOGY,
    }


def fuels(fuels: Collection[FreightFuel]) -> dict[str, object]:
    return {
        "total_count": len(fuels),
        "fuels": [{"id": fuel.id, "name": fuel.name, "unit_id": fuel.unit_id, "region": fuel.region} for fuel in fuels],
    }


def recharge(recharge: Recharge, fuel: FreightFuel | None, toc: Toc | None) -> dict[str, object]:
    terms = recharge.terms
    return {
        "id": recharge.id,
        "vehicle_license_plate": terms.vehicle_license_plate,
        "vehicle_type": toc.toc if toc else None,
        "fuel_id": terms.fuel_id,
        "fuel_name": fuel.name if fuel else None,
        "country": terms.country,
        "quantity": terms.quantity,
        "unit": fuel.unit if fuel else None,
        "date": terms.date,
        "toc_id": terms.toc_id,
        "project_id": terms.project_id,
        "status": recharge.status,
        "co2e": kilograms(recharge.co2e_grams),
        "created_at": seconds(recharge.created_at),
        "updated_at": seconds(recharge.updated_at),
    }


def hub(hub: Hub, grams: int | None) -> dict[str, object]:
    terms = hub.terms
    return {
        "id": hub.id,
        "name": terms.name,
        "address": terms.address,
        "country": terms.country,
        "type": terms.type,
        "category": terms.category,
        "status": hub.status,
        "supercharger": terms.supercharger,
        "facility_id": terms.facility_id,
        "co2e": kilograms(grams),
        "created_at": seconds(hub.created_at),
        "updated_at": seconds(hub.updated_at),
    }
