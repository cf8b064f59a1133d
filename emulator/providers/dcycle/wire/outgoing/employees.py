"""Employees and how they commute: ``/v1/employees`` and ``/v1/employee-historic``."""

from collections.abc import Collection

from msgspec.structs import asdict

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory.employees import CommutingPeriod, Employee
from emulator.providers.dcycle.wire.outgoing.amounts import kilograms


def employee(employee: Employee, periods: Collection[CommutingPeriod] | None) -> dict[str, object]:
    """Return an employee, with the commuting periods (None for a new employee)."""
    terms = employee.terms
    return {
        "id": employee.id,
        "name": terms.name,
        "email": terms.email,
        "organization_id": employee.organization_id,
        "situation": terms.situation,
        "status": terms.status,
        "periods": None if periods is None else [commuting_period(period) for period in periods],
        "created_at": seconds(employee.created_at),
        "updated_at": seconds(employee.updated_at),
    }


def commuting_period(period: CommutingPeriod) -> dict[str, object]:
    return {
        "id": period.id,
        **asdict(period.terms),
        "co2e": kilograms(period.co2e_grams),
        "created_at": seconds(period.created_at),
        "updated_at": seconds(period.updated_at),
    }
