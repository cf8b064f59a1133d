"""Projects, and the records that are linked to them (docs.dcycle.io, Projects)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.records import Records
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.projects import EntityType, Project, ProjectLink, ProjectTerms
from emulator.providers.dcycle.memory.records import Record

R = TypeVar("R", bound=Record[Any])
Linkable = Mapping[EntityType, tuple[Records[Any, Any], ...]]
"""The kinds of records that each type of entity stands for."""


class Projects(Records[Project, ProjectTerms]):
    """The projects of every organization in one space, and what is linked to them.

    A link to a record that was deleted counts for nothing.
    """

    kind = Project
    id_kind = "dcycle.project"
    not_found = errors.ProjectNotFound

    def __init__(self, context: Context, linkable: Linkable) -> None:
        super().__init__(context, context.memory.projects)
        self._links = context.memory.project_links
        self._linkable = linkable
        self._entities: dict[tuple[str, str], dict[str, None]] = {}
        self._projects: dict[str, dict[str, None]] = {}
        for link in self._links.values():
            self._index_link(link)
        self._above: dict[str, tuple[str, ...]] = {}
        for root in context.catalogue.trees:
            self._climb(root, ())

    def _climb(self, organization: Organization, above: tuple[str, ...]) -> None:
        self._above[organization.id] = above
        for child in organization.children:
            self._climb(child, (*above, organization.id))

    # --- read

    def visible(self, organization: Organization) -> Collection[Project]:
        """Return the projects of an organization, and those of the organizations above it."""
        members = (organization.id, *self._above[organization.id])
        return [project for project in self.records.values() if project.organization_id in members]

    def get(self, organization: Organization, id: str) -> Project:
        """Return a project that an organization sees. Raises ProjectNotFound."""
        project = self.seen(organization, id)
        if project is None:
            raise self.not_found(id)
        return project

    def seen(self, organization: Organization, id: str | None) -> Project | None:
        """Return a project; None if there is none of this id, or none that an organization sees."""
        project = self.records.get(id or "")
        if project is None or project.organization_id not in (organization.id, *self._above[organization.id]):
            return None
        return project

    def entities(self, project_id: str, entity_type: EntityType) -> Collection[str]:
        """Return the ids of the records of one type that are linked to a project."""
        return self._entities.get((project_id, entity_type), {})

    def narrow(self, found: Collection[R], project_id: str | None, entity_type: EntityType) -> Collection[R]:
        """Return the records that are linked to a project; all of them for None."""
        if project_id is None:
            return found
        linked = self.entities(project_id, entity_type)
        return [record for record in found if record.id in linked]

    def of_entity(self, entity_id: str) -> list[Project]:
        """Return the projects to which a record is linked, oldest first."""
        return [self.records[id] for id in self._projects.get(entity_id, {}) if id in self.records]

    # --- change

    def link(
        self, organization: Organization, project: Project, entity_type: EntityType, ids: Iterable[str]
    ) -> tuple[int, int]:
        """Link records; return how many were linked, and how many were before. Unknown ones count for neither."""
        created = skipped = 0
        for id in dict.fromkeys(ids):
            if not self._has(organization, entity_type, id):
                continue
            link = ProjectLink(project.id, entity_type, id)
            if _name(link) in self._links:
                skipped += 1
            else:
                created += 1
                self._links[_name(link)] = link
                self._index_link(link)
        return created, skipped

    def unlink_entities(
        self, organization: Organization, project: Project, entity_type: EntityType, ids: Iterable[str]
    ) -> int:
        """Unlink records of an organization; return how many were linked."""
        own = [id for id in dict.fromkeys(ids) if self._has(organization, entity_type, id)]
        return sum(self._forget(_name(ProjectLink(project.id, entity_type, id))) for id in own)

    def delete(self, organization: Organization, id: str) -> None:
        """Delete a project and its links; what was linked stays. Raises ProjectNotFound."""
        project = self.get(organization, id)

        for name in [name for name, link in self._links.items() if link.project_id == project.id]:
            self._forget(name)
        self.remove(project)

    def _has(self, organization: Organization, entity_type: EntityType, id: str) -> bool:
        """Return whether an organization has a record of this type and id."""
        return any(records.has(organization, id) for records in self._linkable.get(entity_type, ()))

    def _index_link(self, link: ProjectLink) -> None:
        self._entities.setdefault((link.project_id, link.entity_type), {})[link.entity_id] = None
        self._projects.setdefault(link.entity_id, {})[link.project_id] = None

    def _forget(self, name: str) -> bool:
        link = self._links.pop(name, None)
        if link is None:
            return False
        self._entities[link.project_id, link.entity_type].pop(link.entity_id, None)
        self._projects[link.entity_id].pop(link.project_id, None)
        return True


def _name(link: ProjectLink) -> str:
    return f"{link.project_id}/{link.entity_type}/{link.entity_id}"
