"""Projects, and the records that are linked to them."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import (
    ACME_KEY,
    HOLDINGS,
    INDUSTRIES,
    KEY,
    LAST_MILE,
    LOGISTICS,
    created,
    identity,
    problems,
)
from tests.support.caller import Caller

PATH = "/v1/projects"
SAMPLE = "550e8400-e29b-41d4-a716-446655440000"
LINKED = "b7f2a1c3-4d5e-6f7a-8b9c-0d1e2f3a4b5c"
LEG = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
DIESEL = "f51a1645-c201-43da-9dcd-6408be3cb517"
PLANT = "3a7f9e54-6f0b-4c53-8c1e-5d2b7a908f11"
UNKNOWN = "11111111-2222-4333-8444-555555555555"
USER = "1f6f2c0e-8d5b-4a57-9a57-3f0d5a1c7b10"
PROJECT = {"name": "Report", "responsible_user_id": USER, "due_date": "2026-06-30", "methodology": "esrs"}


def create(dcycle: Caller, **terms: object) -> Any:
    return created(dcycle, PATH, {**PROJECT, **terms})


def entities(dcycle: Caller, project: str, action: str, **body: object) -> Any:
    reply = dcycle.post(f"{PATH}/{project}/entities/{action}", body)
    assert reply.status_code == 200, reply.text
    return reply.json()


def legs(dcycle: Caller, **query: str) -> Any:
    return dcycle.get("/v1/logistics/requests", params=query).json()["items"]


@pytest.mark.rule("dcycle.projects.create", "dcycle.projects.any-user", "dcycle.projects.dates")
def test_a_project_is_created(dcycle: Caller) -> None:
    """A project is returned whole with 201; any user may be responsible, and it ends after it begins."""
    project = create(dcycle)
    assert len(project) == 14
    assert (project["responsible_user"]["email"], project["parent"]) == ("user@example.com", None)
    assert create(dcycle, responsible_user_id="nobody")["responsible_user"]["email"] is None
    assert dcycle.get(f"{PATH}/{project['id']}").json() == project
    wrong = {**PROJECT, "start_date": "2025-02-01", "end_date": "2025-01-01"}
    assert problems(dcycle.post(PATH, wrong)) == [("value_error", ["body"])]


@pytest.mark.rule("dcycle.projects.list", "dcycle.projects.visible")
def test_projects_of_the_organizations_above_are_seen(dcycle: Caller) -> None:
    """An organization sees its projects and those above it, but neither those below nor those beside."""
    below = created(dcycle.identified({**dcycle.credentials, "x-organization-id": LAST_MILE}), PATH, PROJECT)["id"]
    seen = {
        organization: [
            project["id"] for project in dcycle.get(PATH, headers={"x-organization-id": organization}).json()
        ]
        for organization in (INDUSTRIES, LOGISTICS, LAST_MILE)
    }
    assert seen == {INDUSTRIES: [SAMPLE, LINKED], LOGISTICS: [SAMPLE, LINKED], LAST_MILE: [SAMPLE, LINKED, below]}
    assert dcycle.get(f"{PATH}/{below}").status_code == 404
    extended = dcycle.get(f"{PATH}/extended").json()
    assert [project.pop("extended")["number_of_tasks"] for project in extended] == [0, 0]
    assert extended == dcycle.get(PATH).json()


@pytest.mark.rule("dcycle.projects.replace", "dcycle.projects.replace-rest", "dcycle.projects.dates")
def test_a_project_is_replaced(dcycle: Caller) -> None:
    """What is left out of a PUT becomes null, but for what the page does not list."""
    before = dcycle.get(f"{PATH}/{SAMPLE}").json()
    changed = dcycle.request("PUT", f"{PATH}/{SAMPLE}", json={"name": "B"}).json()
    nothing = {"description": None, "start_date": None, "end_date": None}
    assert changed == {**before, **nothing, "name": "B", "updated_at": "2026-01-01T00:00:00Z"}
    assert problems(dcycle.request("PUT", f"{PATH}/{SAMPLE}", json={})) == [("missing", ["body", "name"])]


@pytest.mark.rule("dcycle.projects.link", "dcycle.projects.link-unknown", "dcycle.projects.unlink")
def test_records_are_linked(dcycle: Caller) -> None:
    """Records are linked once; unknown ones, and those of other types, not at all."""
    link = {"entity_type": "logistic_requests", "entity_ids": [LEG, LEG, UNKNOWN]}
    assert entities(dcycle, SAMPLE, "link", **link) == {"created": 1, "skipped": 0}
    assert entities(dcycle, SAMPLE, "link", **link) == {"created": 0, "skipped": 1}
    assert entities(dcycle, SAMPLE, "link", entity_type="file_readings", entity_ids=[LEG]) == {
        "created": 0,
        "skipped": 0,
    }
    assert entities(dcycle, SAMPLE, "unlink", **link) == {"deleted": 1}
    assert entities(dcycle, SAMPLE, "unlink", **link) == {"deleted": 0}


@pytest.mark.rule(
    "dcycle.projects.by-filters",
    "dcycle.projects.by-filters-names",
    "dcycle.projects.filters-refused",
    "dcycle.projects.link",
)
@pytest.mark.parametrize(
    ("entity_type", "filters", "found"),
    [
        ("logistic_requests", {}, 4),
        ("logistic_requests", {"search": "mov-2024"}, 1),
        ("logistic_requests", {"clients": ["CLIENT-001"], "trip_date_from": "2024-11-20"}, 3),
        ("logistic_requests", {"created_at_from": "2025-01-01"}, 0),
        ("logistic_requests", {"uploaded_by": [USER]}, 0),
        ("logistic_requests", {"file_id": [UNKNOWN]}, 0),
        ("logistic_recharges", {"fuel_id": [DIESEL], "vehicle_type": ["van_diesel"]}, 1),
        ("logistic_packages", {"package_key": "PKG-2024-123456"}, 1),
        ("logistic_requests", {"vehicle_type": ["generic_average_road"]}, 0),
        ("logistic_requests", {"movement_id": "SHIP-2024-001"}, 3),
        ("logistic_requests", {"client": "CLIENT-001"}, 3),
        ("logistic_recharges", {"vehicle_license_plate": ["1234-ABC"], "date_from": "2024-06-15"}, 1),
        ("logistic_recharges", {"vehicle_license_plate": ["other"]}, 0),
        ("logistic_recharges", {"date_until": "2024-06-14"}, 0),
        ("logistic_recharges", {"created_at_until": "2024-01-01"}, 0),
        ("logistic_recharges", {"created_at_until": "2026-01-01", "created_at_to": "2024-01-01"}, 0),
        ("logistic_recharges", {"created_at_until": "2026-01-01"}, 1),
        ("logistic_packages", {"client": "other"}, 0),
        ("invoices", {"search": "INV-2024-001"}, 1),
        ("invoices", {"invoice_id": "inv-2024-001"}, 1),
        ("invoices", {"type": ["electricity"], "invoice_id": "INV-2024-001", "status": ["active"]}, 1),
        ("invoices", {"type": ["water"], "invoice_id": "INV-2024-001"}, 0),
        ("invoices", {"facility_id": [UNKNOWN]}, 0),
        ("invoices", {"supplier_id": [UNKNOWN]}, 0),
        ("invoices", {"facility_fuel_id": [UNKNOWN]}, 0),
        ("invoices", {"stationary_fuel_id": [UNKNOWN]}, 0),
        ("invoices", {"supply_contract_id": [UNKNOWN]}, 0),
        ("invoices", {"cups": ["other"]}, 0),
        ("invoices", {"uploaded_until": "2023-01-01"}, 0),
        ("invoices", {"uploaded_from": "2030-01-01"}, 0),
        ("invoices", {"uploaded_from": "2023-01-01", "invoice_id": "INV-2024-001"}, 1),
        ("invoices", {"source": ["pdf"], "invoice_id": "INV-2024-001"}, 0),
        ("invoices", {"start_date": "2030-01-01"}, 0),
        ("invoices", {"end_date": "2010-01-01"}, 0),
        ("invoices", {"co2e_status": "not_calculated", "invoice_id": "INV-2024-001"}, 0),
        ("file_readings", {}, 0),
    ],
)
def test_records_are_linked_by_filters(dcycle: Caller, entity_type: str, filters: object, found: int) -> None:
    """What filters choose is linked once; wrong filters are refused."""
    for linked, skipped in ((found, 0), (0, found)):
        outcome = entities(dcycle, SAMPLE, "link-by-filters", entity_type=entity_type, filters=filters)
        assert outcome == {"created": linked, "skipped": skipped}
    path = f"{PATH}/{SAMPLE}/entities/link-by-filters"
    assert problems(dcycle.post(path, {"entity_type": entity_type, "filters": 5})) == [
        ("model_attributes_type", ["body", "filters"])
    ]


@pytest.mark.rule("dcycle.freight.no-origin")
@pytest.mark.parametrize("query", [{"uploaded_by": USER}, {"file_id": UNKNOWN}])
def test_legs_have_no_uploader_and_no_file(dcycle: Caller, query: dict[str, str]) -> None:
    """Filters by uploader and by file match no leg."""
    assert legs(dcycle, **query) == []


@pytest.mark.rule("dcycle.projects.linked-wastes")
def test_wastes_are_narrowed_by_project(dcycle: Caller) -> None:
    """Wastes and treatments of waste water are linked as invoices, and listed by their project."""
    facility = {"facility_id": PLANT}
    day = {"name": "W", "measurement_date": "2025-05-05", "m3_water_in": 1, "m3_water_out": 1}
    measured = {**facility, "daily_waste_water_treatment_data": [day]}
    treatment = created(dcycle, "/api/v1/bulk/waste_water_treatments", measured, 200)["id"]
    period = {"start_date": "2025-05-01", "end_date": "2025-05-31"}
    waste = created(dcycle, "/v1/wastes", {**facility, **period, "identification_name": "W", "base_quantity": 1})["id"]
    link = {"entity_type": "invoices", "entity_ids": [waste, treatment]}
    for path, id in (("/v1/wastes", waste), ("/v1/waste-water-treatments", treatment)):
        assert dcycle.get(path, params={**facility, "project_id": LINKED}).json()["items"] == []
        assert entities(dcycle, LINKED, "link", **{**link, "entity_ids": [id]}) == {"created": 1, "skipped": 0}
        for project, found in ((LINKED, [id]), (LINKED.upper(), [id]), (SAMPLE, []), (UNKNOWN, [])):
            shown = dcycle.get(path, params={**facility, "project_id": project}).json()
            assert ([item["id"] for item in shown["items"]], shown["total_general"]) == (found, len(found))
        (item,) = dcycle.get(path, params={**facility, "project_id": LINKED}).json()["items"]
        assert [project["project_id"] for project in item["linked_projects"]] == [LINKED]
    shown = dcycle.get(f"/v1/waste-water-treatments/{treatment}/detail").json()
    assert [project["project_name"] for project in shown["linked_projects"]] == [
        item["linked_projects"][0]["project_name"]
    ]
    assert entities(dcycle, LINKED, "unlink", **link) == {"deleted": 2}
    assert dcycle.get("/v1/wastes", params={**facility, "project_id": LINKED}).json()["items"] == []


@pytest.mark.rule("dcycle.projects.linked", "dcycle.projects.delete", "dcycle.projects.unknown")
def test_linked_records_are_narrowed(dcycle: Caller) -> None:
    """Legs, recharges and the summary are narrowed by project; with a project its links go, and the records stay."""
    (leg,) = legs(dcycle, project_id=LINKED)
    assert (leg["id"], [project["project_id"] for project in leg["linked_projects"]]) == (LEG, [LINKED])
    recharge = {"fuel_id": DIESEL, "country": "ES", "date": "2025-05-05", "quantity": 1, "project_id": LINKED}
    id = created(dcycle, "/v1/logistics/recharges", recharge, 200)["id"]
    found = dcycle.get("/v1/logistics/recharges", params={"project_id": LINKED}).json()["items"]
    assert [item["id"] for item in found] == [id]
    summary = dcycle.get("/v1/logistics/summary", params={"project_id": LINKED}).json()
    assert (summary["requests"]["count"], summary["recharges"]["count"]) == (1, 1)
    assert dcycle.request("DELETE", f"/v1/logistics/recharges/{id}").status_code == 204
    assert dcycle.get("/v1/logistics/recharges", params={"project_id": LINKED}).json()["items"] == []
    assert dcycle.request("DELETE", f"{PATH}/{LINKED}").status_code == 204
    assert legs(dcycle, project_id=LINKED) == []
    assert legs(dcycle)[0]["linked_projects"] == []
    for method, path in (("GET", LINKED), ("DELETE", LINKED), ("GET", UNKNOWN)):
        reply = dcycle.request(method, f"{PATH}/{path}")
        assert (reply.status_code, reply.json()) == (404, {"detail": "Project not found"})


@pytest.mark.rule("dcycle.projects.recharges")
@pytest.mark.parametrize("in_batch", [False, True])
def test_a_recharge_is_linked_to_the_project_that_it_names(dcycle: Caller, in_batch: bool) -> None:
    """One by one or in a batch, a recharge is in the project that it named last, and in none that cannot be seen."""
    acme = dcycle.identified(identity(ACME_KEY, HOLDINGS))
    foreign = created(acme, PATH, PROJECT)["id"]
    below = created(dcycle.identified(identity(KEY, LOGISTICS)), PATH, PROJECT)["id"]

    for named, linked in ((LINKED, True), (SAMPLE, True), (foreign, False), (UNKNOWN, False), (below, False)):
        recharge = {"fuel_id": DIESEL, "country": "ES", "date": "2025-05-05", "quantity": 1, "project_id": named}
        path, body = ("/bulk", {"records": [recharge]}) if in_batch else ("", recharge)
        created(dcycle, f"/v1/logistics/recharges{path}", body, 200)
        for project in (LINKED, SAMPLE, foreign, UNKNOWN, below):
            total = dcycle.get("/v1/logistics/recharges", params={"project_id": project}).json()["total"]
            assert total == (linked and project == named), (named, project)
    del recharge["project_id"]
    for again in ({**recharge, "project_id": LINKED}, recharge):
        created(dcycle, "/v1/logistics/recharges", again, 200)
    assert dcycle.get("/v1/logistics/recharges", params={"project_id": LINKED}).json()["total"] == 0


@pytest.mark.rule("dcycle.projects.link-unknown")
def test_records_of_others_are_not_unlinked(dcycle: Caller) -> None:
    """A subsidiary sees a project of its parent, whose records stay linked; a deleted one does not count."""
    subsidiary = dcycle.identified(identity(KEY, LOGISTICS))
    own = created(subsidiary, "/v1/logistics/requests", {"distance_km": 1, "load": 1, "category": "rail"}, 200)["id"]
    ids = {"entity_type": "logistic_requests", "entity_ids": [LEG, own]}
    assert entities(subsidiary, LINKED, "link", **ids) == {"created": 1, "skipped": 0}
    assert entities(subsidiary, LINKED, "unlink", **ids) == {"deleted": 1}
    assert [leg["id"] for leg in legs(dcycle, project_id=LINKED)] == [LEG]
    assert dcycle.request("DELETE", f"/v1/logistics/requests/{LEG}").status_code == 204
    assert entities(dcycle, LINKED, "unlink", **ids) == {"deleted": 0}
