"""Projects: selected by id, with their details."""

from typing import Any

import pytest

from tests.support.caller import Caller

HYDRO, COOKSTOVES, FILTERS = "003c1hatqib9jbpwwl", "003g3ghxs84jlgw5pi", "003waterfilters000"


def projects(thallo: Caller, query: str) -> list[dict[str, Any]]:
    """Return the projects for a query string."""
    reply = thallo.get(f"/api/projects?{query}")
    assert reply.json().keys() == {"projects"}
    return list(reply.json()["projects"])


def ids(listed: list[dict[str, Any]]) -> list[str]:
    return [project["project_id"] for project in listed]


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
def test_the_parameter_has_several_spellings(thallo: Caller, query: str, expected: list[str]) -> None:
    """The name may have brackets, encoded or not; there may be one id or several."""
    assert ids(projects(thallo, query)) == expected


@pytest.mark.rule("thallo.projects.order", "thallo.projects.unknown")
@pytest.mark.parametrize(
    ("query_ids", "expected"),
    [
        ([COOKSTOVES, HYDRO], [COOKSTOVES, HYDRO]),
        ([FILTERS, HYDRO, COOKSTOVES, HYDRO, FILTERS], [FILTERS, HYDRO, COOKSTOVES]),
        ([HYDRO, "003nosuchproject00", "", "%00", HYDRO.upper()], [HYDRO]),
        ([""], []),
        (["003nosuchproject00"] * 200, []),
    ],
)
def test_projects_are_in_the_order_of_the_query(thallo: Caller, query_ids: list[str], expected: list[str]) -> None:
    """Projects are in the order of the query, each once; unknown ids are left out."""
    assert ids(projects(thallo, "&".join(f"project_ids[]={project_id}" for project_id in query_ids))) == expected


@pytest.mark.rule("thallo.projects.none", "thallo.errors.message-list")
@pytest.mark.parametrize("query", ["", "projectIds=x", "project_ids[0]=x", f"project_id={HYDRO}"])
def test_an_id_is_required(thallo: Caller, query: str) -> None:
    """A query without ids is refused."""
    reply = thallo.get(f"/api/projects?{query}")
    assert (reply.status_code, reply.json()["message"]) == (400, ["project_ids[] should not be empty"])


@pytest.mark.rule("thallo.projects.vintages", "thallo.projects.vintage-order")
def test_all_vintages_are_listed(thallo: Caller) -> None:
    """Vintages are sorted by year, on sale or not, with their registry page if they have one."""
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
def test_missing_details_are_absent(thallo: Caller) -> None:
    """A project without a description has no such member."""
    [hydro, filters] = projects(thallo, f"project_ids[]={HYDRO}&project_ids[]={FILTERS}")
    assert hydro.keys() - filters.keys() == {"description"}
    assert filters.keys() <= hydro.keys()


def test_every_project_of_the_market_has_details(thallo: Caller) -> None:
    """Every project on the market has details, with the same vintages and years."""
    market = thallo.get("/api/market").json()["projects"]
    listed = projects(thallo, "&".join(f"project_ids[]={project_id}" for project_id in ids(market)))
    assert ids(listed) == ids(market)
    for sale, details in zip(market, listed, strict=True):
        years = {vintage["vintage_id"]: vintage["vintage_year"] for vintage in details["vintages"]}
        assert all(years[vintage["vintage_id"]] == vintage["vintage_year"] for vintage in sale["vintages"])
