"""Projects: ``/v1/projects``."""

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory.catalogue import Organization, User
from emulator.providers.dcycle.memory.projects import Project


def project(project: Project, user: User | None) -> dict[str, object]:
    terms = project.terms
    return {
        "id": project.id,
        "organization_id": project.organization_id,
        "name": terms.name,
        "description": terms.description,
        "start_date": terms.start_date,
        "end_date": terms.end_date,
        "due_date": terms.due_date,
        "project_type": terms.project_type,
        "methodology": terms.methodology,
        "responsible_user_id": terms.responsible_user_id,
        "responsible_user": {
            "id": terms.responsible_user_id,
            "email": None if user is None else user.email,
            "first_name": None,
            "last_name": None,
        },
        "parent": None,
        "created_at": seconds(project.created_at),
        "updated_at": seconds(project.updated_at),
    }


def extended_project(shown: Project, user: User | None, files: int) -> dict[str, object]:
    """Return a project with the number of its files, and of what the emulator does not keep."""
    nothing = {"number_of_widgets": 0, "number_of_tasks": 0, "number_of_tasks_completed": 0}
    return {**project(shown, user), "extended": {"number_of_files": files, **nothing}}


def linked_project(project: Project, organization: Organization) -> dict[str, object]:
    """Return a project as an item of a record that is linked to it."""
    return {
        "project_id": project.id,
        "project_name": project.terms.name,
        "organization_id": organization.id,
        "organization_name": organization.name,
    }
