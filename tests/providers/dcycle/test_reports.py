"""Reports on freight, and the clients that it is for."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import LOGISTICS, created, problems
from tests.support.caller import Caller

PATH = "/v1/logistics/report"
LEGACY = "/api/v1/logistics/clients"
JUNE = {"start_date": "2025-06-01", "end_date": "2025-06-30"}
LEG = {"distance_km": 100, "load": 1000, "client": "DHL", "shipment_date": "2025-06-30"}


def ship(dcycle: Caller, **terms: object) -> Any:
    return created(dcycle, "/v1/logistics/requests", {**LEG, "toc": "van_diesel", **terms}, 200)


def ask(dcycle: Caller, path: str = PATH, **query: object) -> Any:
    reply = dcycle.get(path, params={**JUNE, **query})
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.rule("dcycle.reports.summary", "dcycle.reports.source")
def test_a_report_on_requests(dcycle: Caller) -> None:
    """A report sums the shipments of its period by mode, with the share of each."""
    ship(dcycle)
    ship(dcycle, toc="general_cargo", distance_km=1000, load=10000, client="SEUR")
    ship(dcycle, shipment_date="2025-07-01")
    assert ask(dcycle) == {
        "client": None,
        "period": JUNE,
        "summary": {
            "total_items": 2,
            "total_co2e_kg": 247.0,
            "total_distance_km": 1100.0,
            "avg_co2e_per_item": 123.5,
        },
        "by_category": [
            {
                "category": "maritime",
                "items": 1,
                "co2e_kg": 120.0,
                "distance_km": 1000.0,
                "percentage_co2e": pytest.approx(12000 / 247),
            },
            {
                "category": "road",
                "items": 1,
                "co2e_kg": 127.0,
                "distance_km": 100.0,
                "percentage_co2e": pytest.approx(12700 / 247),
            },
        ],
        "data_source": "requests",
        "methodology": "ISO 14083",
    }
    assert [group["category"] for group in ask(dcycle, client="DHL")["by_category"]] == ["road"]


@pytest.mark.rule("dcycle.reports.source")
def test_a_report_on_packages(dcycle: Caller) -> None:
    """Once a shipment carries a package, the report is on packages: each counts once, and others are left out."""
    ship(dcycle, package_key="A")
    ship(dcycle, package_key="A", toc="general_cargo")
    ship(dcycle, package_key="B")
    ship(dcycle)
    report = ask(dcycle)
    assert (report["data_source"], report["summary"]["total_items"]) == ("packages", 2)
    assert {group["category"]: group["items"] for group in report["by_category"]} == {"maritime": 1, "road": 2}
    assert report["summary"]["total_co2e_kg"] == pytest.approx(127 + 127 + 1.2)


@pytest.mark.rule("dcycle.reports.summary", "dcycle.reports.client")
def test_an_empty_report(dcycle: Caller) -> None:
    """A report on nothing has zeros and no groups."""
    report = ask(dcycle)
    assert report["summary"] == dict.fromkeys(report["summary"], 0)
    assert report["by_category"] == []
    legacy = ask(dcycle, f"{LEGACY}/report", client="another")
    assert legacy["summary"] == dict.fromkeys(legacy["summary"], 0)


@pytest.mark.rule("dcycle.reports.client")
def test_the_report_of_a_client(dcycle: Caller) -> None:
    """The legacy report is on the shipments of one client, whose name is exact, by vehicle type."""
    ship(dcycle)
    ship(dcycle, distance_km=300, package_key="A")
    ship(dcycle, client="dhl")
    report = ask(dcycle, f"{LEGACY}/report", client="DHL")
    assert report["summary"] == {
        "total_co2e": 508.0,
        "total_distance": 400.0,
        "total_load": 2000.0,
        "total_shipments": 2,
        "avg_co2e_per_shipment": 254.0,
        "avg_distance_per_shipment": 200.0,
    }
    assert report["by_transport_type"] == [
        {"toc": "van_diesel", "shipments": 2, "co2e": 508.0, "distance": 400.0, "percentage_co2e": 100.0}
    ]


@pytest.mark.rule("dcycle.reports.clients")
def test_the_clients(dcycle: Caller) -> None:
    """The clients are those of the organization's shipments, each once, in the order in which they came."""
    for client in ("SEUR", "DHL", "SEUR"):
        ship(dcycle, client=client)
    assert dcycle.get(LEGACY).json() == ["CORREOS-EXPRESS", "CLIENT-001", "SEUR", "DHL"]
    assert dcycle.get(LEGACY, headers={"x-organization-id": LOGISTICS}).json() == []


@pytest.mark.rule("dcycle.reports.dates", "dcycle.reports.required", "dcycle.reports.days")
@pytest.mark.parametrize("path", [PATH, f"{LEGACY}/report"])
def test_the_dates_of_a_report(dcycle: Caller, path: str) -> None:
    """The period of a report is not reversed; one day is enough."""
    day = {"start_date": "2025-06-30", "end_date": "2025-06-30", "client": "DHL"}
    assert dcycle.get(path, params=day).status_code == 200
    reply = dcycle.get(path, params={**day, "end_date": "2025-06-29"})
    assert (reply.status_code, reply.json()["code"]) == (400, "INVALID_DATE_RANGE")
    assert problems(dcycle.get(path, params={"client": "DHL"})) == [
        ("missing", ["query", "start_date"]),
        ("missing", ["query", "end_date"]),
    ]
    wrong = dcycle.get(path, params={**day, "end_date": "2025-06-31"})
    assert problems(wrong) == [("date_from_datetime_parsing", ["query", "end_date"])]
