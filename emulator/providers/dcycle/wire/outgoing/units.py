"""The units in which records are counted."""

from emulator.providers.dcycle.memory.units import Unit


def unit_object(unit: Unit | None, unit_id: str) -> dict[str, object]:
    """Return a unit inside a record, which may be one that is not listed."""
    return {"id": unit_id, "name": unit.name if unit else None, "type": unit.type if unit else None}
