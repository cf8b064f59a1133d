"""Projects, categories and portfolios."""

import pytest

from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller


@pytest.mark.rule("cnaught.catalogue.project", "cnaught.catalogue.project-details")
def test_a_project_has_credit_issuances(cnaught: Caller) -> None:
    """A project's own reply has its issuances in addition to the members in a category."""
    project = cnaught.get("/v1/projects/I0UbDH").json()
    assert project["credit_issuances"][0] == {"vintage_year": 2022, "total_amount": 5000}
    assert project["lifetime"] == {"start_year": 2022, "end_year": 2052}
    assert project["activity_types"] == ["Reforestation", "Improved Forest Management"]
    (within,) = cnaught.get("/v1/project-categories/hkgyn3").json()["projects"]
    assert within.keys() < project.keys()
    assert within == {name: project[name] for name in within}


@pytest.mark.rule("cnaught.catalogue.project")
def test_a_project_without_details_has_nulls(cnaught: Caller) -> None:
    """An unknown detail is null, and a list without entries is empty."""
    project = cnaught.get("/v1/projects/kQ7fRn").json()
    assert (project["lifetime"], project["methodology"], project["registry_url"]) == (None, None, None)
    for several in ("credit_issuances", "activity_types", "third_party_labels", "notable_buyers", "news_articles"):
        assert project[several] == []


@pytest.mark.rule("cnaught.catalogue.category")
def test_a_category_contains_its_projects(cnaught: Caller) -> None:
    """A category contains its projects in full."""
    category = cnaught.get("/v1/project-categories/XBfyJ8").json()
    assert category["name"] == "Oxford Type 5 - Carbon Removal, Long-Term Storage"
    assert [(project["id"], project["registry_id"]) for project in category["projects"]] == [("tbCjWP", "253")]


@pytest.mark.rule("cnaught.catalogue.portfolios-default")
def test_the_first_portfolio_is_the_default(cnaught: Caller) -> None:
    """A quote without a portfolio has the price of the first one in the list."""
    first = cnaught.get("/v1/portfolios").json()["data"][0]["id"]
    named, default = (
        cnaught.post("/v1/quotes", {"amount_kg": 12345, **portfolio}).json()
        for portfolio in ({"portfolio_id": first}, {})
    )
    assert named == default


@pytest.mark.rule("cnaught.catalogue.portfolios")
@pytest.mark.parametrize(
    ("account", "ids"),
    [(None, ["mHvNvWbq", "oH5hlq", "ixmZSK"]), ("sandbox", ["oH5hlq", "ixmZSK"]), ("no-billing", ["oH5hlq"])],
)
def test_an_account_lists_its_portfolios(cnaught: Caller, account: str | None, ids: list[str]) -> None:
    """Each account lists the portfolios that it may use, in their order."""
    caller = as_account(cnaught, account) if account else cnaught
    portfolios = caller.get("/v1/portfolios").json()["data"]
    assert [portfolio["id"] for portfolio in portfolios] == ids


@pytest.mark.rule("cnaught.catalogue.portfolio", "cnaught.catalogue.portfolio-fractions")
@pytest.mark.parametrize(
    ("portfolio_id", "prices", "fractions"),
    [
        ("mHvNvWbq", (2, 2), {"XBfyJ8": 1}),
        ("oH5hlq", (2, 2), {"hkgyn3": 0.35, "9SGM2Q": 0.35, "pV5xNs": 0.2, "2JrGqa": 0.1}),
        ("ixmZSK", (1.6, 2.5), {"hkgyn3": 0.5, "2JrGqa": 0.5}),
    ],
)
def test_a_portfolio_has_prices_and_categories(
    cnaught: Caller, portfolio_id: str, prices: tuple[float, float], fractions: dict[str, float]
) -> None:
    """A portfolio has both prices and its categories, each as in its own reply."""
    portfolio = cnaught.get(f"/v1/portfolios/{portfolio_id}").json()
    assert (portfolio["api_price_per_kg_usd_cents"], portfolio["checkout_price_per_kg_usd_cents"]) == prices
    shares = portfolio["category_allocations"]
    assert {share["category"]["id"]: share["allocated_fraction"] for share in shares} == fractions
    for share in shares:
        assert share["category"] == cnaught.get(f"/v1/project-categories/{share['category']['id']}").json()


@pytest.mark.parametrize(
    ("path", "account", "title"),
    [
        pytest.param(path, account, title, marks=pytest.mark.rule(rule))
        for path, account, title, rule in [
            ("/v1/projects/unknown", None, "Could not find project", "cnaught.catalogue.unknown-project"),
            ("/v1/projects/hkgyn3", None, "Could not find project", "cnaught.catalogue.unknown-project"),
            (
                "/v1/project-categories/unknown",
                None,
                "Could not find project category",
                "cnaught.catalogue.unknown-category",
            ),
            ("/v1/portfolios/unknown", None, "Could not find portfolio", "cnaught.catalogue.portfolios-apart"),
            ("/v1/portfolios/mHvNvWbq", "sandbox", "Could not find portfolio", "cnaught.catalogue.portfolios-apart"),
        ]
    ],
)
def test_an_unknown_id_is_not_found(cnaught: Caller, path: str, account: str | None, title: str) -> None:
    """An unknown id answers 404, and so does a portfolio that only other accounts may use."""
    caller = as_account(cnaught, account) if account else cnaught
    reply = caller.get(path)
    assert (reply.status_code, reply.json()["title"]) == (404, title)
    assert reply.json()["type"] == "https://api.cnaught.com/v1/errors/not-found"


@pytest.mark.rule("cnaught.catalogue.shared")
@pytest.mark.parametrize("path", ["/v1/projects/tbCjWP", "/v1/project-categories/XBfyJ8"])
def test_all_accounts_see_all_projects(cnaught: Caller, path: str) -> None:
    """A project is the same for an account that cannot buy its credits."""
    assert as_account(cnaught, "sandbox").get(path).json() == cnaught.get(path).json()
