"""The profile and the options: their values, defaults and refusals."""

from typing import Any

import pytest

from tests.providers.carboninsights.conftest import (
    CO2E,
    NO_NUMBER,
    NULL,
    ask,
    change_settings,
    details,
    metrics,
    purchase,
    required,
    tonnes,
)
from tests.support.caller import Caller

DEFAULT_PROFILE = {
    "diet": "typical",
    "renewable_energy": 0,
    "natural_gas": False,
    "shared_account": False,
    "zip_code": "00000",
    "fuel_grade": "regular",
}
DEFAULT_OPTIONS = {
    "offsets": False,
    "recommendations": False,
    "CO2e": True,
    "land": False,
    "water": False,
    "category_type": "category",
    "country": "United States",
    "aggregate": False,
}
NO_BOOLEAN = "Must be a valid boolean."
NO_ZIP_CODE = "Enter a zip code in the format XXXXX or XXXXX-XXXX."
ROWS = [purchase(name) for name in ("Groceries", "Bills & Utilities", "Auto & Transport", "Hotel", "Groceries")]


def refused(carboninsights: Caller, part: str, name: str, value: object) -> Any:
    """Return the sentences about one member."""
    reply = ask(carboninsights, **{part: {name: value}})
    assert reply.status_code == 400
    assert list(reply.json()) == [part]
    assert list(reply.json()[part]) == [name]
    return reply.json()[part][name]


@pytest.mark.rule("carboninsights.profile.choices")
@pytest.mark.parametrize(
    ("name", "value"),
    [("diet", diet) for diet in ("typical", "vegetarian", "vegan")]
    + [("fuel_grade", grade) for grade in ("regular", "mid_grade", "premium", "diesel")],
)
def test_valid_choices_are_accepted(carboninsights: Caller, name: str, value: str) -> None:
    """Diet has three values and fuel grade has four."""
    assert ask(carboninsights, user_profile={name: value}).status_code == 200


@pytest.mark.rule("carboninsights.profile.choice-words")
@pytest.mark.parametrize(
    ("part", "name"), [("user_profile", "diet"), ("user_profile", "fuel_grade"), ("options", "category_type")]
)
@pytest.mark.parametrize("value", ["keto", "Typical", " vegan", "", 5, True, [1], {}, "{0}"])
def test_an_invalid_choice_is_refused(carboninsights: Caller, part: str, name: str, value: object) -> None:
    """Any other value is refused and repeated as Python prints it."""
    assert refused(carboninsights, part, name, value) == [f'"{value}" is not a valid choice.']


@pytest.mark.rule("carboninsights.profile.renewable-range")
@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (1.01, "Ensure this value is less than or equal to 1."),
        ("2", "Ensure this value is less than or equal to 1."),
        (-0.01, "Ensure this value is greater than or equal to 0."),
        (True, NO_NUMBER),
        ("half", NO_NUMBER),
        (None, NULL),
    ],
)
def test_an_invalid_fraction_is_refused(carboninsights: Caller, value: object, sentence: str) -> None:
    """The renewable fraction is a number from 0 to 1."""
    assert refused(carboninsights, "user_profile", "renewable_energy", value) == [sentence]


@pytest.mark.rule("carboninsights.profile.renewable-range")
@pytest.mark.parametrize("value", [0, 1, 0.5, "0.5", " 1 "])
def test_the_bounds_of_a_fraction_are_accepted(carboninsights: Caller, value: object) -> None:
    """Both bounds are accepted."""
    assert ask(carboninsights, user_profile={"renewable_energy": value}).status_code == 200


@pytest.mark.rule("carboninsights.profile.booleans")
@pytest.mark.parametrize(
    ("value", "meaning"),
    [(value, True) for value in (True, "true", "yes", "on", "1", 1, 1.0, "T", "ON")]
    + [(value, False) for value in (False, "false", "no", "off", "0", 0, "n", "F")],
)
def test_a_boolean_has_many_spellings(carboninsights: Caller, value: object, meaning: bool) -> None:
    """A boolean has many spellings, in the profile and in the options."""
    expected = tonnes(carboninsights, "Bills & Utilities", natural_gas=meaning)
    assert tonnes(carboninsights, "Bills & Utilities", natural_gas=value) == expected
    assert ("offsets" in details(carboninsights, options={"offsets": value})) == meaning


@pytest.mark.rule("carboninsights.profile.booleans")
@pytest.mark.parametrize(
    ("part", "name"),
    [("user_profile", name) for name in ("natural_gas", "shared_account")]
    + [("options", name) for name in ("offsets", "recommendations", "CO2e", "land", "water", "aggregate")],
)
def test_an_invalid_boolean_is_refused(carboninsights: Caller, part: str, name: str) -> None:
    """Any other value is refused."""
    wrong: list[object] = [2, -1, "", "maybe", " true", [], {}, [True], 10**400]
    for value in wrong:
        assert refused(carboninsights, part, name, value) == [NO_BOOLEAN]
    assert refused(carboninsights, part, name, None) == [NULL]


@pytest.mark.rule("carboninsights.profile.zip-code")
@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        pytest.param(19130, "19130", marks=pytest.mark.rule("carboninsights.profile.zip-code-integer")),
        (19130.0, "19130"),
        ("19130-2211", "19130"),
        (" 19130 ", "19130"),
        (1001, "01001"),
        (0, "00000"),
    ],
)
def test_valid_zip_codes_are_accepted(carboninsights: Caller, value: object, meaning: str) -> None:
    """An integer is padded to five digits; of nine digits the first five count."""
    expected = tonnes(carboninsights, "Bills & Utilities", zip_code=meaning)
    assert tonnes(carboninsights, "Bills & Utilities", zip_code=value) == expected


@pytest.mark.rule("carboninsights.profile.zip-code")
@pytest.mark.parametrize(
    "value", [100000, -1, 19130.5, "1913", "191301", "19130-22", "19130 2211", "ABCDE", "", "١٢٣٤٥", True, [], 10**400]
)
def test_an_invalid_zip_code_is_refused(carboninsights: Caller, value: object) -> None:
    """Any other value is refused."""
    assert refused(carboninsights, "user_profile", "zip_code", value) == [NO_ZIP_CODE]


@pytest.mark.rule("carboninsights.profile.defaults")
def test_the_profile_has_defaults(carboninsights: Caller) -> None:
    """Missing members have the documented defaults."""
    plain = ask(carboninsights, *ROWS).json()
    assert ask(carboninsights, *ROWS, user_profile={}).json() == plain
    assert ask(carboninsights, *ROWS, user_profile=DEFAULT_PROFILE).json() == plain
    for name in DEFAULT_PROFILE:
        part = {member: value for member, value in DEFAULT_PROFILE.items() if member != name}
        assert ask(carboninsights, *ROWS, user_profile=part).json() == plain


@pytest.mark.rule("carboninsights.options.defaults")
def test_the_options_have_defaults(carboninsights: Caller) -> None:
    """Missing members have the documented defaults."""
    plain = ask(carboninsights, *ROWS).json()
    assert list(plain["details"]["footprint"][CO2E]) == ["0", "1", "2", "3", "4"]
    assert ask(carboninsights, *ROWS, options={}).json() == plain
    assert ask(carboninsights, *ROWS, options=DEFAULT_OPTIONS).json() == plain
    for name in DEFAULT_OPTIONS:
        part = {member: value for member, value in DEFAULT_OPTIONS.items() if member != name}
        assert ask(carboninsights, *ROWS, options=part).json() == plain


@pytest.mark.rule("carboninsights.options.all-children", "carboninsights.options.all-children-refused")
@pytest.mark.parametrize(("part", "whole"), [("user_profile", DEFAULT_PROFILE), ("options", DEFAULT_OPTIONS)])
def test_all_members_can_be_required(carboninsights: Caller, part: str, whole: dict[str, object]) -> None:
    """With the setting, a part that is sent must have all its members."""
    change_settings(carboninsights, all_children_required=True)
    assert ask(carboninsights, *ROWS).status_code == 200
    assert ask(carboninsights, *ROWS, **{part: whole}).status_code == 200
    assert ask(carboninsights, *ROWS, **{part: {}}).json() == {part: required(whole)}
    first, *rest = whole
    assert ask(carboninsights, *ROWS, **{part: {first: whole[first]}}).json() == {part: required(rest)}


@pytest.mark.rule("carboninsights.options.country")
def test_another_country_uses_us_data(carboninsights: Caller) -> None:
    """Another country is calculated with US data, and one message names it."""
    plain = ask(carboninsights, *ROWS).json()
    abroad = ask(carboninsights, *ROWS, options={"country": "Perú"}).json()
    assert abroad["details"] == plain["details"]
    assert plain["messages"] == []
    assert ["Perú" in note for note in abroad["messages"]] == [True]
    assert refused(carboninsights, "options", "country", "") == ["This field may not be blank."]


@pytest.mark.rule("carboninsights.factors.other-profiles")
@pytest.mark.parametrize(
    "profile",
    [{}, {"diet": "vegan"}, {"natural_gas": True}, {"renewable_energy": 1}, {"zip_code": 90210}],
    ids=lambda profile: "".join(profile) or "none",
)
def test_the_samples_categories_have_one_factor(carboninsights: Caller, profile: dict[str, object]) -> None:
    """Flights, hotels and taxis cause the same with any diet and energy at home."""
    sample = {"Air Travel": (248.76, 0.23864127230148421), "Hotel": (73.88, 0.021415030569301514)}
    sample["Rental Car & Taxi"] = (11.23, 0.04303300299010413)
    for category, (amount, expected) in sample.items():
        assert tonnes(carboninsights, category, amount, **profile) == expected


@pytest.mark.rule("carboninsights.factors.shared")
def test_a_shared_account_halves_metrics(carboninsights: Caller) -> None:
    """A shared account halves all metrics of all categories."""
    for category in ("Hotel", "Groceries", "Bills & Utilities"):
        whole = metrics(carboninsights, category)
        assert metrics(carboninsights, category, shared_account=True) == [cause / 2 for cause in whole]


@pytest.mark.rule("carboninsights.factors.diet")
@pytest.mark.parametrize(
    ("diet", "factors"), [("vegetarian", [0.677, 0.55, 0.85]), ("vegan", [0.513, 0.35, 0.75]), ("typical", [1, 1, 1])]
)
def test_a_diet_affects_food_categories(carboninsights: Caller, diet: str, factors: list[float]) -> None:
    """A diet affects the four food categories, with one factor per metric."""
    for category in ("Groceries", "Restaurants", "Fast Food", "Food & Dining"):
        expected = [cause * factor for cause, factor in zip(metrics(carboninsights, category), factors, strict=True)]
        assert metrics(carboninsights, category, diet=diet) == pytest.approx(expected, rel=1e-14)
    for category in ("Coffee Shops", "Alcohol & Bars", "Hotel"):
        assert metrics(carboninsights, category, diet=diet) == metrics(carboninsights, category)


@pytest.mark.rule("carboninsights.factors.utilities")
def test_natural_gas_affects_bills(carboninsights: Caller) -> None:
    """Gas affects Bills & Utilities in every metric, and nothing else."""
    assert metrics(carboninsights, "Bills & Utilities", 1000) == [2.3393, 140.0, 174670.0]
    assert metrics(carboninsights, "Bills & Utilities", 1000, natural_gas=True) == [2.698, 136.0, 127190.0]
    assert metrics(carboninsights, "Hotel", natural_gas=True) == metrics(carboninsights, "Hotel")


GRID = [0.60, 0.70, 0.85, 1.02, 1.25, 1.25, 1.35, 1.00, 1.12, 0.60]


@pytest.mark.rule("carboninsights.factors.electricity", "carboninsights.factors.utilities")
@pytest.mark.parametrize(("gas", "whole", "electric"), [(False, 2.3393, 2.2262), (True, 2.698, 1.4166)])
@pytest.mark.parametrize("renewable", [0, 0.25, 1])
def test_electricity_depends_on_renewables_and_region(
    carboninsights: Caller, gas: bool, whole: float, electric: float, renewable: float
) -> None:
    """The electric part depends on the renewable fraction and the region; without a region it is average."""
    for zip_code, region in [("00000", 1.0), *((f"{digit}5000", factor) for digit, factor in enumerate(GRID))]:
        profile = {"natural_gas": gas, "renewable_energy": renewable, "zip_code": zip_code}
        expected = 1000 * (whole - electric + electric * (1 - renewable) * region) / 1000
        assert tonnes(carboninsights, "Bills & Utilities", 1000, **profile) == pytest.approx(expected, rel=1e-14)
        assert tonnes(carboninsights, "Hotel", 1000, **profile) == tonnes(carboninsights, "Hotel", 1000)


@pytest.mark.rule("carboninsights.factors.fuel-grade")
@pytest.mark.parametrize(
    ("grade", "factor"), [("regular", 1.0), ("mid_grade", 0.85), ("premium", 0.78), ("diesel", 0.98)]
)
def test_a_fuel_grade_affects_fuel(carboninsights: Caller, grade: str, factor: float) -> None:
    """A grade affects the CO2e of Rental Car & Taxi and of the fuel in Auto & Transport, and nothing else."""
    taxi, car = metrics(carboninsights, "Rental Car & Taxi"), metrics(carboninsights, "Auto & Transport")
    assert metrics(carboninsights, "Rental Car & Taxi", fuel_grade=grade) == [
        pytest.approx(taxi[0] * factor, rel=1e-14),
        *taxi[1:],
    ]
    expected = 100 * (1.3412 * factor + 0.1812) / 1000
    changed = metrics(carboninsights, "Auto & Transport", fuel_grade=grade)
    assert changed == [pytest.approx(expected, rel=1e-14), *car[1:]]
    assert metrics(carboninsights, "Travel", fuel_grade=grade) == metrics(carboninsights, "Travel")
