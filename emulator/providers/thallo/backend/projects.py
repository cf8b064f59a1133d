"""Projects, with all their vintages, for sale or not."""

from collections.abc import Iterable, Mapping, Sequence

from emulator.core.struct import Struct
from emulator.providers.thallo.memory.catalogue import Catalogue, Project, Vintage


class Details(Struct, frozen=True):
    """A project and its vintages, oldest first."""

    project_id: str
    project: Project
    vintages: Mapping[str, Vintage]


class Projects:
    """All projects, by id."""

    def __init__(self, catalogue: Catalogue) -> None:
        vintages: dict[str, dict[str, Vintage]] = {project_id: {} for project_id in catalogue.projects}
        for vintage_id, vintage in sorted(catalogue.vintages.items(), key=lambda item: (item[1].year, item[0])):
            vintages[vintage.project_id][vintage_id] = vintage
        self._details = {
            project_id: Details(project_id, project, vintages[project_id])
            for project_id, project in catalogue.projects.items()
        }

    def with_ids(self, project_ids: Iterable[str]) -> Sequence[Details]:
        """Return the projects with these ids in the same order, each once; unknown ids are left out."""
        return [self._details[project_id] for project_id in dict.fromkeys(project_ids) if project_id in self._details]
