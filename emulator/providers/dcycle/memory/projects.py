"""Projects, and the records that are linked to them."""

from typing import Literal, TypeAlias

from emulator.core.documents import Day
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import Uuid
from emulator.providers.dcycle.memory.records import Record

ProjectType: TypeAlias = Literal[
    "carbon_footprint", "custom", "einf", "iso_14064", "iso_14001", "iso_9001", "acv", "visualization", "suppliers",
    "logistics",
]  # fmt: skip
Methodology: TypeAlias = Literal["esrs", "gri", "glec"]
EntityType: TypeAlias = Literal[
    "logistic_requests", "logistic_recharges", "logistic_packages", "invoices", "file_readings"
]


class ProjectTerms(Struct, frozen=True):
    """The data that a client sends about a project."""

    name: str
    responsible_user_id: str
    description: str | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    due_date: Day | None = None
    project_type: ProjectType | None = None
    methodology: Methodology | None = None

    def __post_init__(self) -> None:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValueError("end_date must not be before start_date")


class Project(Record[ProjectTerms], frozen=True):
    """A project, which gathers records; its links are no part of any sum."""

    terms: ProjectTerms


class ProjectLink(Struct, frozen=True):
    """A record that is linked to a project."""

    project_id: Uuid
    entity_type: EntityType
    entity_id: Uuid
