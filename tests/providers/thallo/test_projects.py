"""The details of projects: how they are asked for, and what is said of them."""

from typing import Any

import pytest

from tests.support.caller import Caller

HYDRO, COOKSTOVES, FILTERS = "003c1hatqib9jbpwwl", "003g3ghxs84jlgw5pi", "003waterfilters000"


def projects(thallo: Caller, query: str) -> list[dict[str, Any]]:
    """The projects that a query, as it goes over the wire, asks for."""
    reply = thallo.get(f"/api/projects?{query}")
    assert reply.json().keys() == {"projects"}
    return list(reply.json()["projects"])


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [project["project_id"] for project in found]


@pytest.mark.rule("thallo.projects.spellings")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"project_ids[]={HYDRO}", [HYDRO]),
        (f"project_ids%5B%5D={HYDRO}", [HYDRO]),
        (f"project_ids[]={HYDRO}&project_ids%5b%5d={FILTERS}", [HYDRO, FILTERS]),
        (f"project_ids={HYDRO}", [HYDRO]),
        (f"project_ids={HYDRO}&project_ids={FILTERS}", [HYDRO, FILTERS]),
        (f"project_ids={HYDRO}&project_ids[]={FILTERS}", [FILTERS]),
    ],
)
def test_ids_may_be_spelt_in_several_ways(thallo: Caller, query: str, expected: list[str]) -> None:
    """With brackets or without, encoded or not, one id or several."""
    assert ids(projects(thallo, query)) == expected


@pytest.mark.rule("thallo.projects.order", "thallo.projects.unknown")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ([COOKSTOVES, HYDRO], [COOKSTOVES, HYDRO]),
        ([FILTERS, HYDRO, COOKSTOVES, HYDRO, FILTERS], [FILTERS, HYDRO, COOKSTOVES]),
        ([HYDRO, "003nosuchproject00", "", "%00", HYDRO.upper()], [HYDRO]),
        ([""], []),
        (["003nosuchproject00"] * 200, []),
    ],
)
def test_projects_come_as_asked(thallo: Caller, asked: list[str], expected: list[str]) -> None:
    """The order is that of the question; what comes twice is told once, and what is unknown is left out."""
    assert ids(projects(thallo, "&".join(f"project_ids[]={project_id}" for project_id in asked))) == expected


@pytest.mark.rule("thallo.projects.none", "thallo.errors.message-list")
@pytest.mark.parametrize("query", ["", "projectIds=x", "project_ids[0]=x", f"project_id={HYDRO}"])
def test_an_id_is_needed(thallo: Caller, query: str) -> None:
    """Without an id there is no answer."""
    reply = thallo.get(f"/api/projects?{query}")
    assert (reply.status_code, reply.json()["message"]) == (400, ["project_ids[] should not be empty"])


@pytest.mark.rule("thallo.projects.vintages")
def test_all_vintages_are_told(thallo: Caller) -> None:
    """A vintage is told by year whether it is for sale or not, with its page at the registry where it has one."""
    [hydro, mangroves] = projects(thallo, f"project_ids[]={HYDRO}&project_ids[]=003ksr13jstw0zcq8g")
    url = "https://registry.verra.org/app/projectDetail/CCB/904"
    assert hydro["vintages"] == [
        {"vintage_id": "004l7azww8l14bnxio", "vintage_year": 2014, "registry_vintage_url": url},
        {"vintage_id": "004hlpexhy9dec7ef1", "vintage_year": 2019, "registry_vintage_url": url},
        {"vintage_id": "00410wiwk6v7q7aa10", "vintage_year": 2020, "registry_vintage_url": url},
    ]
    assert mangroves["vintages"] == [
        {"vintage_id": "0049zfm3m2vbnpxacv", "vintage_year": 2017},
        {"vintage_id": "004mangrove2021000", "vintage_year": 2021},
    ]


@pytest.mark.rule("thallo.projects.optional")
def test_what_a_project_has_not_got_is_absent(thallo: Caller) -> None:
    """A project without a description says nothing of it."""
    [hydro, filters] = projects(thallo, f"project_ids[]={HYDRO}&project_ids[]={FILTERS}")
    assert hydro.keys() - filters.keys() == {"description"}
    assert filters.keys() <= hydro.keys()


def test_every_project_of_the_market_has_details(thallo: Caller) -> None:
    """What is on the market can be looked up, with the same vintages and years."""
    market = thallo.get("/api/market").json()["projects"]
    found = projects(thallo, "&".join(f"project_ids[]={project_id}" for project_id in ids(market)))
    assert ids(found) == ids(market)
    for sale, details in zip(market, found, strict=True):
        years = {vintage["vintage_id"]: vintage["vintage_year"] for vintage in details["vintages"]}
        assert all(years[vintage["vintage_id"]] == vintage["vintage_year"] for vintage in sale["vintages"])
