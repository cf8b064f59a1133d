"""Transport routes: ``/v1/transports``."""

from collections.abc import Sequence
from decimal import Decimal

from emulator.core.clock import seconds
from emulator.core.ids import uuid_of
from emulator.providers.dcycle.memory.catalogue import User
from emulator.providers.dcycle.memory.transports import (
    Combination,
    Section,
    TrackedFields,
    TransportRoute,
    TransportVersion,
)
from emulator.providers.dcycle.memory.units import Unit
from emulator.providers.dcycle.wire.outgoing.amounts import GRAMS_PER_KG, kilograms
from emulator.providers.dcycle.wire.outgoing.units import unit_object
from emulator.providers.dcycle.wire.outgoing.users import named_user


def route(
    route: TransportRoute,
    unit: Unit | None,
    user: User | None,
    sections: Sequence[dict[str, object]],
    pending: bool = False,
) -> dict[str, object]:
    """Return a route; a ``pending`` one is not calculated yet."""
    terms = route.terms
    return {
        "id": route.id,
        "name": terms.name,
        "transport_date": route.transport_date,
        "quantity_transported": terms.quantity_transported,
        "supplier": terms.supplier,
        "transport_direction": terms.transport_direction,
        "transport_frequency": terms.transport_frequency,
        "unit": unit_object(unit, terms.unit_id),
        "co2e": None if pending else kilograms(route.co2e_grams),
        "emissions": [],
        "status": "pending" if pending else route.status,
        "file_id": route.file_id,
        "file_name": None,
        "sections": sections,
        "uploaded_by": None if user is None else {**named_user(user), "profile_img_url": None},
        "created_at": seconds(route.created_at),
        "updated_at": seconds(route.updated_at),
    }


def section(
    route: TransportRoute,
    part: int,
    section: Section,
    distance_km: Decimal | None,
    grams: Decimal | None,
    pending: bool,
) -> dict[str, object]:
    return {
        "id": uuid_of(f"{route.id}/{part}"),
        "part": part,
        "transport_type": section.transport_type,
        "travel_method": section.travel_method,
        "electric": section.electric,
        "refrigerated": section.refrigerated,
        "detail": section.detail,
        "origin": section.origin,
        "destination": section.destination,
        "kms": None if pending or distance_km is None else float(distance_km),
        "kms_manual": section.kms_manual,
        "distance_manual": section.kms_manual is not None,
        "kms_source": "manual" if section.kms_manual is not None else "calculated",
        "status": "pending" if pending else "error" if grams is None else "active",
        "step": None,
        "error_messages": None,
        "emissions": None if pending or grams is None else float(grams / GRAMS_PER_KG),
    }


def combination(combination: Combination) -> dict[str, object]:
    return {
        "transport_type": combination.transport_type,
        "travel_method": combination.travel_method,
        "refrigerated": combination.refrigerated,
        "electric": combination.electric,
        "detail": combination.detail,
        "boundaries": {"from": combination.from_, "to": combination.to, "unit": combination.unit},
        "reference_product": combination.reference_product,
    }


def version(version: TransportVersion, user: User | None) -> dict[str, object]:
    """Return a change of a route, with the user who made it."""
    return {
        "transaction_id": version.transaction_id,
        "operation_type": version.operation,
        "issued_at": None if version.issued_at is None else seconds(version.issued_at),
        "user_id": version.user_id,
        "user_first_name": None if user is None else user.first_name,
        "user_last_name": None if user is None else user.last_name,
        "changes": _changes(version.before, version.after),
    }


def _changes(before: TrackedFields | None, after: TrackedFields | None) -> list[dict[str, object]]:
    """Return the fields that changed: all of a new route, and none of a deleted one."""
    if after is None:
        return []
    values = [(name, getattr(before, name, None), getattr(after, name)) for name in after.__struct_fields__]
    return [
        {"field": name, "old_value": old, "new_value": new} for name, old, new in values if before is None or old != new
    ]
