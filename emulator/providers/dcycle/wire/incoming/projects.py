"""Projects: ``/v1/projects``."""

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import Field

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts import InvoiceFilter
from emulator.providers.dcycle.backend.drafts.freight import FreightFilter, PackageFilter, RechargeFilter
from emulator.providers.dcycle.memory.invoices import InvoiceSource, InvoiceStatus, InvoiceType
from emulator.providers.dcycle.memory.projects import EntityType, Methodology, ProjectTerms, ProjectType
from emulator.providers.dcycle.wire.incoming.fields import (
    Calculated,
    Day,
    Id,
    Name,
    Several,
    Since,
    Until,
    is_calculated,
)
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord, Path
from emulator.web.fields import Text

IDS_MAX = 100


class ProjectPath(Path):
    project_id: Id


class ProjectReplacement(NewRecord):
    """``PUT /v1/projects/{project_id}``: what is left out becomes null."""

    name: Name
    description: Text | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    responsible_user_id: Name | None = None

    def terms(self, earlier: ProjectTerms | None = None) -> ProjectTerms:
        return ProjectTerms(
            name=self.name,
            responsible_user_id=self.responsible_user_id or (earlier.responsible_user_id if earlier else ""),
            description=self.description,
            start_date=self.start_date,
            end_date=self.end_date,
            due_date=earlier.due_date if earlier else None,
            project_type=earlier.project_type if earlier else None,
            methodology=earlier.methodology if earlier else None,
        )


class NewProject(NewRecord):
    """``POST /v1/projects``"""

    name: Name
    responsible_user_id: Name
    description: Text | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    due_date: Day | None = None
    project_type: ProjectType | None = None
    methodology: Methodology | None = None

    def terms(self) -> ProjectTerms:
        return ProjectTerms(**self.sent())


class Entities(Body):
    """``POST /v1/projects/{project_id}/entities/link`` and ``/unlink``"""

    entity_type: EntityType
    entity_ids: Annotated[Several[Id], Field(min_length=1, max_length=IDS_MAX)]


class LinkFilters(Body):
    """The filters of every type of entity; those of another type are ignored."""

    search: Text | None = None
    clients: Several[Text] = ()
    trip_date_from: Day | None = None
    trip_date_until: Day | None = None
    vehicle_type: Several[Text] = ()
    uploaded_by: Several[Id] = ()
    file_id: Several[Id] = ()
    created_at_from: Since | None = None
    created_at_to: Until | None = None
    created_at_until: Until | None = None
    uploaded_from: Since | None = None
    uploaded_until: Until | None = None
    fuel_id: Several[Id] = ()
    vehicle_license_plate: Several[Text] = ()
    date_from: Day | None = None
    date_until: Day | None = None
    movement_id: Text | None = None
    client: Text | None = None
    package_key: Text | None = None
    type: Several[InvoiceType] = ()
    status: Several[InvoiceStatus] = ()
    facility_id: Several[Id] = ()
    start_date: Day | None = None
    end_date: Day | None = None
    co2e_status: Calculated | None = None
    invoice_id: Text | None = None
    cups: Several[Text] = ()
    supplier_id: Several[Id] = ()
    facility_fuel_id: Several[Id] = ()
    source: Several[InvoiceSource] = ()
    stationary_fuel_id: Several[Id] = ()
    supply_contract_id: Several[Id] = ()

    def of_legs(self) -> FreightFilter:
        return FreightFilter(
            text=self.search,
            movement_id=self.movement_id,
            clients=(*self.clients, *([] if self.client is None else [self.client])),
            tocs=self.vehicle_type,
            uploaders=self.uploaded_by,
            file_ids=self.file_id,
            since=self.trip_date_from,
            until=self.trip_date_until,
            created_since=self.created_at_from,
            created_until=self.created_at_to,
        )

    def of_recharges(self) -> RechargeFilter:
        return RechargeFilter(
            text=self.search,
            tocs=self.vehicle_type,
            fuel_ids=self.fuel_id,
            plates=self.vehicle_license_plate,
            statuses=self.status,
            file_ids=self.file_id,
            since=self.date_from,
            until=self.date_until,
            created_since=self.created_at_from,
            created_until=min(filter(None, (self.created_at_to, self.created_at_until)), default=None),
        )

    def of_packages(self) -> PackageFilter:
        return PackageFilter(self.package_key, self.movement_id, self.client)

    def of_invoices(self) -> InvoiceFilter:
        return InvoiceFilter(
            types=self.type,
            statuses=self.status,
            facility_ids=self.facility_id,
            cups=self.cups,
            since=self.start_date,
            until=self.end_date,
            calculated=is_calculated(self.co2e_status),
            number=self.search if self.invoice_id is None else self.invoice_id,
            supplier_ids=self.supplier_id,
            facility_fuel_ids=self.facility_fuel_id,
            uploaders=self.uploaded_by,
            sources=self.source,
            created_since=max(filter(None, (self.created_at_from, self.uploaded_from)), default=None),
            created_until=min(filter(None, (self.created_at_to, self.uploaded_until)), default=None),
            stationary_fuel_ids=self.stationary_fuel_id,
            supply_contract_ids=self.supply_contract_id,
        )


class EntityFilters(Body):
    """``POST /v1/projects/{project_id}/entities/link-by-filters``"""

    entity_type: EntityType
    filters: LinkFilters

    @cached_property
    def filter(self) -> FreightFilter | RechargeFilter | PackageFilter | InvoiceFilter | None:
        """Return the filter of the type; None for file readings, of which there are none."""
        given = self.filters
        filters: Mapping[str, Callable[[], FreightFilter | RechargeFilter | PackageFilter | InvoiceFilter]] = {
            "logistic_requests": given.of_legs,
            "logistic_recharges": given.of_recharges,
            "logistic_packages": given.of_packages,
            "invoices": given.of_invoices,
        }
        return filters[self.entity_type]() if self.entity_type in filters else None
