"""Drafts: the filters of lists, and the queries of totals. The client's data about a record is in its ``terms``."""

from datetime import date, datetime

from emulator.core.struct import Struct
from emulator.providers.dcycle.backend.drafts.criteria import among, between, contains, within
from emulator.providers.dcycle.backend.totals import GroupBy
from emulator.providers.dcycle.memory.employees import CommutingPeriod, Employee
from emulator.providers.dcycle.memory.facilities import Facility
from emulator.providers.dcycle.memory.invoices import Invoice
from emulator.providers.dcycle.memory.purchases import Purchase
from emulator.providers.dcycle.memory.travels import Travel
from emulator.providers.dcycle.memory.vehicles import Consumption, Vehicle


class TotalsDraft(Struct, frozen=True):
    """The totals of a period, both days included; with ``include_children``, those of all subsidiaries, too."""

    start_date: date
    end_date: date
    group_by: GroupBy
    include_children: bool


class PurchaseFilter(Struct, frozen=True):
    statuses: tuple[str, ...] = ()
    purchase_types: tuple[str, ...] = ()
    expense_types: tuple[str, ...] = ()
    file_ids: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()

    def matches(self, purchase: Purchase) -> bool:
        terms = purchase.terms
        return (
            among(terms.status, self.statuses)
            and among(terms.purchase_type, self.purchase_types)
            and among(terms.expense_type, self.expense_types)
            and among(terms.file_id, self.file_ids)
            and among(terms.file_name, self.file_names)
        )


class InvoiceFilter(Struct, frozen=True):
    """``since`` and ``until`` bound the period, and ``number`` is a part of the invoice's number."""

    types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    facility_ids: tuple[str, ...] = ()
    cups: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    calculated: bool | None = None
    number: str | None = None
    supplier_ids: tuple[str, ...] = ()
    facility_fuel_ids: tuple[str, ...] = ()
    uploaders: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    created_since: datetime | None = None
    created_until: datetime | None = None
    stationary_fuel_ids: tuple[str, ...] = ()
    supply_contract_ids: tuple[str, ...] = ()

    def matches(self, invoice: Invoice) -> bool:
        terms = invoice.terms
        return (
            among(invoice.type, self.types)
            and among(terms.status, self.statuses)
            and among(terms.facility_id, self.facility_ids)
            and among(terms.cups, self.cups)
            and within(invoice.start_date, invoice.end_date, self.since, self.until)
            and (self.calculated is None or self.calculated == (invoice.co2e_grams is not None))
            and contains(terms.invoice_id, self.number)
            and among(terms.supplier_id, self.supplier_ids)
            and among(invoice.facility_fuel_id, self.facility_fuel_ids)
            and among(terms.uploaded_by, self.uploaders)
            and among(invoice.source or "manual", self.sources)
            and between(invoice.created_at, self.created_since, self.created_until)
            and among(invoice.stationary_fuel_id, self.stationary_fuel_ids)
            and among(invoice.supply_contract_id, self.supply_contract_ids)
        )


class InvoicesDraft(Struct, frozen=True):
    """A page of the invoices that a filter matches, sorted by members."""

    page: int
    size: int
    filter: InvoiceFilter
    sort_members: tuple[str, ...] = ()


class VehicleFilter(Struct, frozen=True):
    """``text`` is a part of the name or of the license plate."""

    statuses: tuple[str, ...] = ()
    ownerships: tuple[str, ...] = ()
    unknown_vehicle_ids: tuple[str, ...] = ()
    vehicle_fuel_ids: tuple[str, ...] = ()
    text: str | None = None

    def matches(self, vehicle: Vehicle) -> bool:
        terms = vehicle.terms
        return (
            among(vehicle.status, self.statuses)
            and among(terms.ownership, self.ownerships)
            and among(terms.unknown_vehicle_id, self.unknown_vehicle_ids)
            and among(terms.vehicle_fuel_id, self.vehicle_fuel_ids)
            and (contains(terms.name, self.text) or contains(terms.license_plate, self.text))
        )


class ConsumptionFilter(Struct, frozen=True):
    statuses: tuple[str, ...] = ()

    def matches(self, consumption: Consumption) -> bool:
        return among(consumption.terms.status, self.statuses)


class FacilityFilter(Struct, frozen=True):
    """``name`` is a part of the facility's name."""

    name: str | None = None
    country: str | None = None
    type: str | None = None
    statuses: tuple[str, ...] = ()

    def matches(self, facility: Facility) -> bool:
        terms = facility.terms
        return (
            contains(terms.name, self.name)
            and self.country in (None, terms.country)
            and self.type in (None, terms.type)
            and among(terms.status, self.statuses)
        )


class EmployeeFilter(Struct, frozen=True):
    """``text`` is a part of the name or of the email address; the last two look at how the employee commutes."""

    situations: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    text: str | None = None
    transport_types: tuple[str, ...] = ()
    response_media: tuple[str, ...] = ()

    def matches(self, employee: Employee) -> bool:
        terms = employee.terms
        return (
            among(terms.situation, self.situations)
            and among(terms.status, self.statuses)
            and (contains(terms.name, self.text) or contains(terms.email, self.text))
        )

    def commutes(self, period: CommutingPeriod) -> bool:
        """Return whether a period is one of those wanted."""
        terms = period.terms
        return among(terms.transport_type, self.transport_types) and among(terms.response_medium, self.response_media)


class TravelFilter(Struct, frozen=True):
    """``since`` and ``until`` bound the day of the travel."""

    transport_types: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def matches(self, travel: Travel) -> bool:
        terms = travel.terms
        return (
            among(terms.transport_type, self.transport_types)
            and among(travel.status, self.statuses)
            and within(terms.travel_date, terms.travel_date, self.since, self.until)
        )
