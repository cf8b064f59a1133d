"""Files that the vendor reads by itself (docs.dcycle.io, Upload Files)."""

from collections.abc import Iterable, Sequence

from emulator.core.struct import replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.records import Records
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.files import File, FileStatus, FileTerms
from emulator.providers.dcycle.memory.projects import Project


class Files(Records[File, FileTerms]):
    """The files of every organization in one space, by project."""

    kind = File
    id_kind = "dcycle.file"
    not_found = errors.UploadNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.files)

    def owner(self, record: File) -> str | None:
        return record.project_id

    def count(self, project: Project) -> int:
        """Return how many files a project has, those of every organization that sees it."""
        members = self.context.catalogue.organizations()
        return sum(len(self._by_owner.get((member.id, project.id), ())) for member in members)

    def confirm(
        self, organization: Organization, ids: Iterable[str], status: FileStatus, project: Project | None
    ) -> Sequence[File]:
        """Give files a status, and a project if one is named. Raises UploadNotFound if any is unknown."""
        found = [self.get(organization, id) for id in dict.fromkeys(ids)]

        return [
            self.put(
                replace(
                    file,
                    updated_at=self.clock.now,
                    status=status,
                    project_id=project.id if project else file.project_id,
                )
            )
            for file in found
        ]
