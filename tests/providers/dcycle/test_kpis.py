"""Custom KPIs and their datasets."""

import pytest

from tests.providers.dcycle.conftest import LOGISTICS, created, problems
from tests.support.caller import Caller

PATH = "/v1/custom-kpi-datasets"
UNKNOWN = "11111111-2222-4333-8444-555555555555"


@pytest.mark.rule("dcycle.kpis.create")
def test_a_dataset_is_created_with_its_kpis(dcycle: Caller) -> None:
    """A dataset shows its KPIs in their order; another one can be added."""
    kpis = [{"name": "Spills", "sort_order": 2}, {"name": "Water", "unit": "m3", "value_type": "percentage"}]
    dataset = created(dcycle, PATH, {"name": "Site", "kpis": kpis})
    assert (dataset["description"], dataset["created_by"]) == (None, "1f6f2c0e-8d5b-4a57-9a57-3f0d5a1c7b10")
    assert [kpi["name"] for kpi in dataset["kpis"]] == ["Water", "Spills"]
    assert {kpi["dataset_id"] for kpi in dataset["kpis"]} == {dataset["id"]}

    added = created(dcycle, f"{PATH}/{dataset['id']}/kpis", {"name": "Audits"})
    assert (added["value_type"], added["required"], added["sort_order"], added["unit"]) == ("number", True, 0, None)


@pytest.mark.rule("dcycle.kpis.create")
def test_a_dataset_has_at_most_100_kpis_at_once(dcycle: Caller) -> None:
    """100 KPIs may come with a dataset, and not one more."""
    assert len(created(dcycle, PATH, {"name": "Site", "kpis": [{"name": "A"}] * 100})["kpis"]) == 100
    refused = dcycle.post(PATH, {"name": "Site", "kpis": [{"name": "A"}] * 101})
    assert problems(refused) == [("too_long", ["body", "kpis"])]


@pytest.mark.rule("dcycle.kpis.dataset-unknown")
@pytest.mark.parametrize("organization", [None, LOGISTICS])
def test_an_unknown_dataset(dcycle: Caller, organization: str | None) -> None:
    """A KPI needs a dataset of the organization."""
    id = created(dcycle, PATH, {"name": "Site"})["id"] if organization else UNKNOWN
    headers = {"x-organization-id": organization} if organization else {}
    reply = dcycle.post(f"{PATH}/{id}/kpis", {"name": "Audits"}, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (404, "CUSTOM_KPI_DATASET_NOT_FOUND")
