"""Employees and how they commute, scope 3 category 7 (docs.dcycle.io, Employees)."""

from collections.abc import Collection

from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.drafts import EmployeeFilter
from emulator.providers.dcycle.backend.records import EmittingRecords, Records
from emulator.providers.dcycle.backend.rounding import whole_grams
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.employees import CommutingPeriod, CommutingTerms, Employee, EmployeeTerms


class CommutingPeriods(EmittingRecords[CommutingPeriod, CommutingTerms]):
    """How the employees of every organization in one space commute, by employee."""

    kind = CommutingPeriod
    id_kind = "dcycle.commuting_period"
    not_found = errors.CommutingPeriodNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.commuting_periods)

    def owner(self, record: CommutingPeriod) -> str | None:
        return record.terms.employee_id

    def grams(self, terms: CommutingTerms) -> int:
        """Return the emissions of the kilometers of the whole period."""
        return whole_grams(terms.kilometers() * self.context.catalogue.commuting_factors.grams_per_km(terms))


class Employees(Records[Employee, EmployeeTerms]):
    """The employees of every organization in one space."""

    kind = Employee
    id_kind = "dcycle.employee"
    not_found = errors.EmployeeNotFound

    def __init__(self, context: Context, periods: CommutingPeriods) -> None:
        super().__init__(context, context.memory.employees)
        self._periods = periods

    def periods(self, employee: Employee) -> Collection[CommutingPeriod]:
        """Return the commuting periods of an employee, oldest first."""
        return self._periods.belonging_to(employee)

    def find_commuting(self, organization: Organization, wanted: EmployeeFilter) -> Collection[Employee]:
        """Return the employees that a filter matches, oldest first; it also looks at how they commute."""
        found = self.find(organization, wanted)
        if not wanted.transport_types and not wanted.response_media:
            return found
        return [employee for employee in found if any(map(wanted.commutes, self.periods(employee)))]

    def commute(self, organization: Organization, terms: CommutingTerms) -> CommutingPeriod:
        """Record how an employee commutes. Raises EmployeeNotFound."""
        self.get(organization, terms.employee_id)

        return self._periods.create(organization, terms)

    def delete(self, organization: Organization, id: str) -> None:
        """Delete an employee, the commuting periods and their emissions. Raises EmployeeNotFound."""
        employee = self.get(organization, id)

        for period in list(self.periods(employee)):
            self._periods.remove(period)
        self.remove(employee)
