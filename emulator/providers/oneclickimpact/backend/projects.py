"""Projects: the catalogue's, for every account."""

from collections.abc import Sequence

from emulator.providers.oneclickimpact import errors
from emulator.providers.oneclickimpact.memory.catalogue import Catalogue, Project, ProjectType


class Projects:
    """The projects of the catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._projects = {project.id: project for project in catalogue.projects}

    def list(self, type: ProjectType | None) -> Sequence[Project]:
        """Return all projects, or those of one type."""
        return [project for project in self._projects.values() if type in (None, project.type)]

    def get(self, project_id: str) -> Project:
        """Return a project. Raises ProjectUnknown."""
        if project := self._projects.get(project_id):
            return project
        raise errors.ProjectUnknown
