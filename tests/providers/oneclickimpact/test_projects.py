"""The catalogue of projects."""

import pytest

from tests.support.caller import Caller

TYPES = ["trees", "ocean", "carbon"]


@pytest.mark.rule("oneclickimpact.projects.listed", "oneclickimpact.projects.invented")
def test_all_projects_are_listed(oneclickimpact: Caller) -> None:
    """Every project is listed with all its keys, also one that is not available."""
    projects = oneclickimpact.get("/v1/projects").json()["projects"]
    assert [project["type"] for project in projects] == TYPES
    assert [project["available"] for project in projects] == [True, True, False]
    assert all(len(project) == 13 and project["sdgs"] for project in projects)


@pytest.mark.rule("oneclickimpact.projects.type")
@pytest.mark.parametrize("type", TYPES)
def test_a_type_lists_its_projects(oneclickimpact: Caller, type: str) -> None:
    """A type lists its projects only."""
    projects = oneclickimpact.get("/v1/projects", params={"type": type}).json()["projects"]
    assert [project["project_id"] for project in projects] == [f"project_{type}_1"]


@pytest.mark.rule(
    "oneclickimpact.projects.locale", "oneclickimpact.projects.locale-english", "oneclickimpact.projects.refused"
)
@pytest.mark.parametrize("path", ["/v1/projects", "/v1/projects/project_trees_1"])
def test_the_texts_are_in_english(oneclickimpact: Caller, path: str) -> None:
    """Five locales are accepted, and the texts are English in each."""
    plain = oneclickimpact.get(path).json()
    for locale in ("en", "de", "es", "fr", "nl"):
        assert oneclickimpact.get(path, params={"locale": locale}).json() == plain


@pytest.mark.rule("oneclickimpact.projects.locale-english")
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v1/projects?locale=it", "locale must be one of en, de, es, fr, nl"),
        ("/v1/projects/project_trees_1?locale=", "locale must be one of en, de, es, fr, nl"),
        ("/v1/projects?type=coral", "type must be one of trees, ocean, carbon"),
        ("/v1/projects?type=trees&type=ocean", "type must be given only once"),
    ],
)
def test_unknown_locales_and_types_are_refused(oneclickimpact: Caller, path: str, message: str) -> None:
    """Another locale or type is refused with 400, and the message names those that exist."""
    reply = oneclickimpact.get(path)
    assert (reply.status_code, reply.json()["message"]) == (400, message)


@pytest.mark.rule("oneclickimpact.projects.one")
def test_a_project_is_the_same_as_in_the_list(oneclickimpact: Caller) -> None:
    """A single project is the same as in the list."""
    for project in oneclickimpact.get("/v1/projects").json()["projects"]:
        assert oneclickimpact.get(f"/v1/projects/{project['project_id']}").json() == project


@pytest.mark.rule("oneclickimpact.projects.unknown")
@pytest.mark.parametrize("id", ["project_trees_2", "PROJECT_TREES_1", "%00"])
def test_an_unknown_project_is_refused(oneclickimpact: Caller, id: str) -> None:
    """An unknown id is refused with 404."""
    reply = oneclickimpact.get(f"/v1/projects/{id}")
    assert (reply.status_code, reply.json()["type"]) == (404, "invalid_request_error")
