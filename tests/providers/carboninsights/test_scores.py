"""Scores: the documented sample, the form of the reply, the arithmetic, and the recommendations."""

import json
from typing import Any

import pytest

from emulator.core.resources import resource
from tests.providers.carboninsights.conftest import CO2E, LAND, SCORE, WATER, ask, details, purchase, savings, tonnes
from tests.support.caller import Caller

AIR, HOTEL, TAXI = 0.23864127230148421, 0.021415030569301514, 0.04303300299010413


def sample() -> dict[str, Any]:
    """Return the documented request."""
    path = resource("contracts") / "carboninsights" / "exchanges" / "calculate-carbon-score.json"
    body: dict[str, Any] = json.loads(path.read_bytes())["request"]["body"]
    return body


def column(*values: object) -> dict[str, object]:
    return {str(row): value for row, value in enumerate(values)}


@pytest.mark.rule(
    "carboninsights.factors.sample",
    "carboninsights.recommend.sample",
    "carboninsights.reply.shape",
    "carboninsights.auth.prefix",
)
def test_the_sample_is_reproduced_to_the_last_digit(carboninsights: Caller) -> None:
    """The documented request is answered with the documented numbers, printed in full."""
    reply = carboninsights.post(SCORE, sample())
    assert reply.json() == {
        "messages": [],
        "details": {
            "footprint": {
                "category": column("Air Travel", "Hotel", "Rental Car & Taxi"),
                CO2E: column(AIR, HOTEL, TAXI),
            },
            "recommendations": {
                "category": column("One Less Flight", "Driving 10% less"),
                CO2E: column(AIR, 0.004303300299010413),
            },
        },
    }
    assert '"0":0.23864127230148421,"1":0.021415030569301514,"2":0.04303300299010413}' in reply.text


@pytest.mark.rule("carboninsights.reply.metrics", "carboninsights.reply.metric-titles")
@pytest.mark.parametrize(
    ("options", "titles"),
    [
        ({}, [CO2E]),
        ({"CO2e": False}, []),
        ({"land": True}, [CO2E, LAND]),
        ({"water": True}, [CO2E, WATER]),
        ({"water": True, "land": True}, [CO2E, LAND, WATER]),
        ({"CO2e": False, "water": True, "land": True}, [LAND, WATER]),
    ],
)
def test_each_metric_has_a_column(carboninsights: Caller, options: dict[str, bool], titles: list[str]) -> None:
    """Each requested metric has a column in both tables, in one order."""
    answer = details(carboninsights, purchase("Air Travel"), options={**options, "recommendations": True})
    assert list(answer) == ["footprint", "recommendations"]
    assert list(answer["footprint"]) == list(answer["recommendations"]) == ["category", *titles]


@pytest.mark.rule(
    "carboninsights.reply.aggregate", "carboninsights.reply.row-order", "carboninsights.reply.unaggregated"
)
def test_rows_are_single_or_aggregated(carboninsights: Caller) -> None:
    """There is a row per transaction in input order, or per category by code point, even if it nets to zero."""
    names = ["Travel", "Hotel", "ATM Fee", "Air Travel", "Hotel", "Travel"]
    amounts = [1, 2, 0, 4, 5, -1]
    rows = [purchase(name, amount) for name, amount in zip(names, amounts, strict=True)]
    single = details(carboninsights, *rows)["footprint"]
    assert list(single) == ["category", CO2E]
    assert single["category"] == column(*names)
    together = details(carboninsights, *rows, options={"aggregate": True})["footprint"]
    assert together["category"] == column("ATM Fee", "Air Travel", "Hotel", "Travel")
    assert together[CO2E] == column(0, single[CO2E]["3"], single[CO2E]["1"] + single[CO2E]["4"], 0)


@pytest.mark.rule("carboninsights.reply.aggregate", "carboninsights.mcc.shown")
def test_codes_are_aggregated_by_code(carboninsights: Caller) -> None:
    """Codes are grouped by their four digits, not by their category."""
    options = {"aggregate": True, "category_type": "mcc"}
    table = details(carboninsights, *map(purchase, (3058, "742", "3000", 742, "0742")), options=options)["footprint"]
    assert table["category"] == column("0742", "3000", "3058")


@pytest.mark.rule("carboninsights.factors.arithmetic")
def test_results_are_computed_in_order(carboninsights: Caller) -> None:
    """The result is amount times factor over a thousand in doubles, summed in the order of the rows."""
    amounts = [0.1, 0.2, 0.3, 1e16, 1, -1e16, 248.76, 73.88]
    rates = {"Hotel": 0.28986235204793603, "Groceries": 0.803, "Clothing": 0.2155}
    for name, rate in rates.items():
        causes = [amount * rate / 1000 for amount in amounts]
        rows = [
            purchase(name, amount, date) for amount, date in zip(amounts, ["2020-01-01", "31-12-1999"] * 4, strict=True)
        ]
        assert details(carboninsights, *rows)["footprint"][CO2E] == column(*causes)
        expected = 0.0
        for cause in causes:
            expected += cause
        assert details(carboninsights, *rows, options={"aggregate": True})["footprint"][CO2E] == column(expected)


@pytest.mark.rule("carboninsights.reply.offset-link", "carboninsights.reply.offsets")
def test_the_offset_link_is_optional(carboninsights: Caller) -> None:
    """The link is included if requested, and its domain is an example domain."""
    assert "offsets" not in details(carboninsights)
    link = details(carboninsights, options={"offsets": True})["offsets"]["referral_link"]
    assert link.startswith("https://offsets.example.com/")


@pytest.mark.rule("carboninsights.recommend.absent")
def test_recommendations_can_be_empty(carboninsights: Caller) -> None:
    """Recommendations are absent unless requested, and empty if there are none."""
    assert list(details(carboninsights, purchase("Air Travel"))) == ["footprint"]
    options = {"recommendations": True, "land": True}
    answer = details(carboninsights, purchase("Hotel"), purchase("Paycheck", -5000), options=options)
    assert answer["recommendations"] == {"category": {}, CO2E: {}, LAND: {}}


@pytest.mark.rule("carboninsights.recommend.flight")
def test_one_flight_less_saves_the_mean_of_flights(carboninsights: Caller) -> None:
    """One Less Flight saves the mean of the paid flights, by name or by code; refunds do not count."""
    flights = [purchase("Air Travel", amount) for amount in (100, 200, -600, 0)]
    mean = (tonnes(carboninsights, "Air Travel", 100) + tonnes(carboninsights, "Air Travel", 200)) / 2
    assert savings(carboninsights, *flights) == {"One Less Flight": mean}
    assert savings(carboninsights, purchase("Air Travel", -100)) == {}
    assert savings(carboninsights, purchase("Travel")) == {}
    by_code = savings(carboninsights, purchase("3058", 100), options={"category_type": "mcc"})
    assert by_code == {"One Less Flight": tonnes(carboninsights, "Air Travel", 100)}


@pytest.mark.rule("carboninsights.recommend.others", "carboninsights.recommend.sample")
@pytest.mark.parametrize(
    ("category", "profile", "title", "fraction"),
    [
        ("Rental Car & Taxi", {}, "Driving 10% less", 0.1),
        ("Auto & Transport", {"fuel_grade": "premium"}, "Driving 10% less", 0.1),
        ("Clothing", {}, "Buying 10% less clothing", 0.1),
        ("Groceries", {}, "Going vegetarian", 1 - 0.677),
        ("Fast Food", {"diet": "vegetarian"}, "Going vegan", 1 - 0.513 / 0.677),
        ("Restaurants", {"diet": "vegan"}, None, 0),
        ("Bills & Utilities", {}, "Switching to renewable energy", 2.2262 / 2.3393),
        ("Bills & Utilities", {"natural_gas": True}, "Switching to renewable energy", 1.4166 / 2.698),
        ("Bills & Utilities", {"renewable_energy": 1}, None, 0),
    ],
)
def test_a_habit_saves_a_fraction(
    carboninsights: Caller, category: str, profile: dict[str, object], title: str | None, fraction: float
) -> None:
    """A habit with positive net emissions saves its fraction of them."""
    rows = [purchase(category, 100), purchase(category, -40)]
    expected = tonnes(carboninsights, category, 60, **profile) * fraction
    saved = savings(carboninsights, *rows, user_profile=profile)
    assert saved == ({} if title is None else {title: pytest.approx(expected, rel=1e-12)})
    assert savings(carboninsights, *rows, purchase(category, -61), user_profile=profile) == {}


@pytest.mark.rule("carboninsights.recommend.others")
def test_renewable_energy_saves_the_difference(carboninsights: Caller) -> None:
    """Renewable energy saves the difference that it makes; land and water are unchanged."""
    profile: dict[str, object] = {"renewable_energy": 0.25, "zip_code": 60601, "shared_account": True}
    green = tonnes(carboninsights, "Bills & Utilities", **{**profile, "renewable_energy": 1})
    options = {"recommendations": True, "land": True, "water": True}
    answer = details(carboninsights, purchase("Bills & Utilities"), user_profile=profile, options=options)
    table = answer["recommendations"]
    assert table[CO2E]["0"] == pytest.approx(answer["footprint"][CO2E]["0"] - green, rel=1e-12)
    assert (table[LAND], table[WATER]) == (column(0), column(0))


@pytest.mark.rule("carboninsights.recommend.order")
def test_recommendations_are_sorted_by_saving(carboninsights: Caller) -> None:
    """The largest saving comes first; equal ones are sorted by title."""
    rows = [purchase(name, 100) for name in ("Clothing", "Groceries", "Bills & Utilities", "Air Travel")]
    saved = savings(carboninsights, *rows, purchase("Auto & Transport", 100))
    assert len(saved) == 5
    assert list(saved.values()) == sorted(saved.values(), reverse=True)
    equal = savings(carboninsights, purchase("Auto & Transport", 0.2155), purchase("Clothing", 1.5224))
    assert list(equal) == ["Buying 10% less clothing", "Driving 10% less"]
    assert len(set(equal.values())) == 1


def test_a_score_is_repeatable(carboninsights: Caller) -> None:
    """A score changes nothing: the next one is the same."""
    assert (
        ask(carboninsights, *sample()["transactions"]).content == ask(carboninsights, *sample()["transactions"]).content
    )
