"""Projects: ``/v1/projects``."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from emulator.providers.dcycle.backend.drafts import InvoiceFilter
from emulator.providers.dcycle.backend.drafts.freight import FreightFilter, PackageFilter, RechargeFilter
from emulator.providers.dcycle.memory.projects import EntityType, Methodology, ProjectTerms, ProjectType
from emulator.providers.dcycle.wire.incoming.fields import Day, Id, Name, Several, Since, Until
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
    fuel_id: Several[Id] = ()
    movement_id: Text | None = None
    client: Text | None = None
    package_key: Text | None = None


class EntityFilters(Body):
    """``POST /v1/projects/{project_id}/entities/link-by-filters``"""

    entity_type: EntityType
    filters: LinkFilters

    def filter(self) -> FreightFilter | RechargeFilter | PackageFilter | InvoiceFilter | None:
        """Return the filter of the type; None for file readings, of which there are none."""
        given = self.filters
        since, until = given.created_at_from, given.created_at_to
        filters: Mapping[str, FreightFilter | RechargeFilter | PackageFilter | InvoiceFilter] = {
            "logistic_requests": FreightFilter(
                text=given.search,
                clients=given.clients,
                tocs=given.vehicle_type,
                uploaders=given.uploaded_by,
                file_ids=given.file_id,
                since=given.trip_date_from,
                until=given.trip_date_until,
                created_since=since,
                created_until=until,
            ),
            "logistic_recharges": RechargeFilter(
                text=given.search,
                toc_ids=given.vehicle_type,
                fuel_ids=given.fuel_id,
                file_ids=given.file_id,
                created_since=since,
                created_until=until,
            ),
            "logistic_packages": PackageFilter(given.package_key, given.movement_id, given.client),
            "invoices": InvoiceFilter(number=given.search, created_since=since, created_until=until),
        }
        return filters.get(self.entity_type)
