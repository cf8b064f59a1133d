"""Transactions: their fields, the accepted forms, and the position of a problem in the refusal."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from emulator.providers.carboninsights import endpoints
from tests.providers.carboninsights.conftest import (
    BLANK,
    CO2E,
    JSON,
    LAND,
    NO_NUMBER,
    NULL,
    REQUIRED,
    SCORE,
    WATER,
    WRONG_TEXTS,
    ask,
    change_settings,
    details,
    metrics,
    purchase,
    tonnes,
)
from tests.support.caller import Caller

NO_DATE = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD, DD-MM-YYYY."
LISTED = [
    "Air Travel", "Alcohol & Bars", "Allowance", "Amusement", "Arts", "ATM Fee", "Baby Supplies",
    "Babysitter & Daycare", "Bank Fee", "Bonus", "Books & Supplies", "Books", "Cash & ATM", "Charity", "Check",
    "Child Support", "Clothing", "Coffee Shops", "Credit Card Payment", "Dentist", "Doctor",
    "Electronics & Software", "Eyecare", "Fast Food", "Federal Tax", "Finance Charge", "Financial Advisor",
    "Furnishings", "Gift", "Groceries", "Gym", "Hair", "Health Insurance", "Hobbies", "Home Improvement",
    "Home Insurance", "Home Services", "Home Supplies", "Hotel", "Interest Income", "Investments",
    "Kids Activities", "Late Fee", "Laundry", "Lawn & Garden", "Life Insurance", "Local Tax", "Misc Expenses",
    "Mortgage & Rent", "Movies & DVDs", "Music", "Newspapers & Magazines", "Paycheck", "Pet Food & Supplies",
    "Pet Grooming", "Pharmacy", "Printing", "Property Tax", "Reimbursement", "Rental Car & Taxi", "Rental Income",
    "Renturned Purchase", "Restaurants", "Sales Tax", "Service Fee", "Shipping", "Spa & Massage", "Sporting Goods",
    "Sports", "State Tax", "Student Loan", "Toys", "Trade Commissions", "Transfer for Cash Spending", "Tuition",
    "Vacation", "Veterinary", "Auto & Transport", "Bills & Utilities", "Business Services", "Education",
    "Entertainment", "Fees & Charge", "Financial", "Food & Dining", "Gifts & Donations", "Health & Fitness", "Home",
    "Income", "Kids", "Personal Care", "Pets", "Shopping", "Taxes", "Transfer", "Travel", "Uncategorized",
]  # fmt: skip
RETIRED = [
    "Gas & Fuel", "Utilities", "Public Transportation", "Office Supplies", "Auto Payment", "Service & Parts",
    "Mobile Phone", "Advertising", "Parking", "Television", "Home Phone", "Internet", "Legal",
]  # fmt: skip


INVALID_DATES: list[object] = [
    "2020-003-3", "2020-3-003", "0-3-2020", "003-3-2020", "3-003-2020", "02020-03-03", "3-3-20", "2020-3- 3",
    "01-13-2020", "2020-02-30", "29-02-2021", "03/01/2020", "2020-03-01T00:00:00", " 2020-03-01", "2020-03-01\n",
    "20-03-01", "0000-01-01", "2020-03", "٢٠٢٠-٠٣-٠١", "", "today", 20200301, 1.5, True, [], {},
]  # fmt: skip
INVALID_AMOUNTS: list[object] = [
    "abc", "", " ", "1,000", "1_000", "NaN", "inf", "-Infinity", "1e999", "0x1F", "١",
    [], {}, [5], True, False, 10**400, -(10**400), 1.1e300, -1.7e308,
]  # fmt: skip


# --- problems ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("carboninsights.score.required")
def test_required_members_must_be_present(carboninsights: Caller) -> None:
    """The list and three members of each row are required."""
    assert carboninsights.post(SCORE, {}).json() == {"transactions": [REQUIRED]}
    missing = {"date": [REQUIRED], "amount": [REQUIRED], "category": [REQUIRED]}
    assert ask(carboninsights, {}).json() == {"transactions": [missing]}
    assert ask(carboninsights, purchase("Hotel")).status_code == 200
    notes = {"description": "Hilton", "original_description": 1234}
    assert ask(carboninsights, {**purchase("Hotel"), **notes}).status_code == 200


@pytest.mark.rule("carboninsights.score.nested-errors", "carboninsights.input.all-fields-reported")
def test_a_refusal_has_an_entry_per_row(carboninsights: Caller) -> None:
    """A refusal has an entry per row, an empty object for a valid one, and reports all problems."""
    rows = [purchase("Hotel"), purchase("Space Travel", "x", 5), 7, None, {}, "x", purchase("Hotel")]
    reply = ask(carboninsights, *rows, user_profile={"diet": "keto"}, options={"land": 2})
    assert (reply.status_code, reply.json()) == (
        400,
        {
            "transactions": [
                {},
                {"date": [NO_DATE], "amount": [NO_NUMBER], "category": ['"Space Travel" is not a valid choice.']},
                {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]},
                [NULL],
                {"date": [REQUIRED], "amount": [REQUIRED], "category": [REQUIRED]},
                {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]},
                {},
            ],
            "user_profile": {"diet": ['"keto" is not a valid choice.']},
            "options": {"land": ["Must be a valid boolean."]},
        },
    )


@pytest.mark.rule("carboninsights.score.part-of-wrong-type")
@pytest.mark.parametrize(
    ("part", "value", "errors"),
    [
        ("transactions", None, [NULL]),
        ("transactions", {}, {"non_field_errors": ['Expected a list of items but got type "dict".']}),
        ("transactions", "x", {"non_field_errors": ['Expected a list of items but got type "str".']}),
        ("user_profile", None, [NULL]),
        ("user_profile", "x", {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}),
        ("options", None, [NULL]),
        ("options", [], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    ],
)
def test_a_part_of_the_wrong_type_is_refused(carboninsights: Caller, part: str, value: object, errors: object) -> None:
    """A part that is not a list or not an object is refused as a whole."""
    reply = carboninsights.post(SCORE, {"transactions": [], part: value})
    assert (reply.status_code, reply.json()) == (400, {part: errors})


@pytest.mark.rule("carboninsights.score.empty-list")
def test_no_transactions_have_an_empty_footprint(carboninsights: Caller) -> None:
    """An empty list has an empty footprint."""
    assert details(carboninsights) == {"footprint": {"category": {}, CO2E: {}}}


@pytest.mark.rule("carboninsights.input.text-wrong")
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        *[("category", value, sentence) for value, sentence in WRONG_TEXTS],
        *[
            (field, value, sentence)
            for field in ("description", "original_description")
            for value, sentence in WRONG_TEXTS
            if sentence != BLANK
        ],
    ],
)
def test_an_invalid_text_is_refused(carboninsights: Caller, field: str, value: object, sentence: str) -> None:
    """The texts of a row are validated like all others."""
    reply = ask(carboninsights, {**purchase("Hotel"), field: value})
    assert (reply.status_code, reply.json()) == (400, {"transactions": [{field: [sentence]}]})


@pytest.mark.rule("carboninsights.score.empty-text")
@pytest.mark.parametrize("text", ["", " ", "\t\n", "Hilton", 5])
def test_an_optional_text_may_be_empty(carboninsights: Caller, text: object) -> None:
    """The descriptions are optional, and may be empty as well."""
    assert ask(carboninsights, {**purchase("Hotel"), "description": text, "original_description": text}).is_success


# --- dates and amounts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, marks=pytest.mark.rule(rule))
        for text, rule in [
            ("2020-03-01", "carboninsights.score.date-forms"),
            ("01-03-2020", "carboninsights.score.date-forms"),
            ("29-02-2020", "carboninsights.score.date-forms"),
            ("13-01-2020", "carboninsights.score.date-day-first"),
            *((text, "carboninsights.score.date-zeros") for text in ("2020-3-3", "2020-03-3", "2020-3-03")),
            *((text, "carboninsights.score.date-zeros") for text in ("3-3-2020", "03-3-2020", "3-03-2020")),
        ]
    ],
)
def test_a_date_has_several_forms(carboninsights: Caller, text: str) -> None:
    """A date is year first or day first, in any mixture, and changes nothing."""
    table = details(carboninsights, purchase("Hotel", date=text), purchase("Hotel", date="2021-08-15"))["footprint"]
    assert table[CO2E]["0"] == table[CO2E]["1"]


@pytest.mark.rule("carboninsights.score.date-wrong", "carboninsights.score.date-day-first")
@pytest.mark.parametrize("value", INVALID_DATES)
def test_an_invalid_date_is_refused(carboninsights: Caller, value: object) -> None:
    """Any other form is refused, and so is a day that does not exist."""
    reply = ask(carboninsights, purchase("Hotel", date=value))
    assert (reply.status_code, reply.json()) == (400, {"transactions": [{"date": [NO_DATE]}]})


DIGITS = st.integers(0, 12999).map(str) | st.sampled_from(["01", "1", "003", "0099", "2020", "1999"])


@pytest.mark.rule(
    "carboninsights.score.date-forms", "carboninsights.score.date-zeros", "carboninsights.score.date-wrong"
)
@given(parts=st.tuples(DIGITS, DIGITS, DIGITS), separator=st.sampled_from(["-", "-", "-", "/", "."]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@example(("2020", "3", "3"), "-")
@example(("3", "3", "2020"), "-")
@example(("29", "02", "2020"), "-")
def test_a_date_has_one_of_two_forms(carboninsights: Caller, parts: tuple[str, str, str], separator: str) -> None:
    """A date is accepted in the forms in which Django REST Framework reads it, YYYY-MM-DD and DD-MM-YYYY."""
    text = separator.join(parts)
    expected = 200 if [*_read(text)] else 400
    assert ask(carboninsights, purchase("Hotel", date=text)).status_code == expected


def _read(text: str) -> Iterator[datetime]:
    """Yield the days that a text means in the two forms."""
    for form in ("%Y-%m-%d", "%d-%m-%Y"):
        with suppress(ValueError):
            yield datetime.strptime(text, form).replace(tzinfo=UTC)


@pytest.mark.rule("carboninsights.score.amount-forms")
@pytest.mark.parametrize(
    ("amount", "value"),
    [
        ("12.5", 12.5),
        (" 12.5 ", 12.5),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        ("+7.", 7.0),
        (7, 7.0),
        (0, 0.0),
        (1e-300, 1e-300),
    ],
)
def test_an_amount_is_a_number_or_text(carboninsights: Caller, amount: object, value: float) -> None:
    """An amount is a number or its text."""
    assert tonnes(carboninsights, "Hotel", amount) == tonnes(carboninsights, "Hotel", value)


@pytest.mark.rule("carboninsights.score.amount-forms")
@pytest.mark.parametrize(
    ("amount", "sentence"),
    [*((amount, NO_NUMBER) for amount in INVALID_AMOUNTS), ("1" * 1001, "String value too large."), (None, NULL)],
)
def test_an_invalid_amount_is_refused(carboninsights: Caller, amount: object, sentence: str) -> None:
    """An amount that is not a finite number, or beyond 1e300, is refused."""
    reply = ask(carboninsights, purchase("Hotel", amount))
    assert (reply.status_code, reply.json()) == (400, {"transactions": [{"amount": [sentence]}]})


@pytest.mark.rule("carboninsights.score.amount-forms")
def test_an_amount_beyond_a_double_is_refused(carboninsights: Caller) -> None:
    """A literal beyond the range of a double is refused; sums of the largest amounts are finite."""
    body = b'{"transactions":[{"date":"2020-03-01","amount":1e999,"category":"Hotel"}]}'
    assert carboninsights.post(SCORE, content=body, headers=JSON).json() == {"transactions": [{"amount": [NO_NUMBER]}]}
    rows = [purchase("Rental Car & Taxi", 1e300)] * 1000
    options = {"aggregate": True, "recommendations": True, "land": True, "water": True}
    table = details(carboninsights, *rows, options=options)["footprint"]
    assert all(0 < table[title]["0"] < 1e306 for title in (CO2E, LAND, WATER))


@pytest.mark.parametrize(
    ("category", "amount"),
    [("Air Travel", 248.76), ("Groceries", 10), ("Bills & Utilities", 33.3), ("Rental Car & Taxi", 0.1)],
)
@pytest.mark.rule(
    "carboninsights.score.refund", "carboninsights.score.refund-exact", "carboninsights.score.refund-land-water"
)
def test_a_refund_is_a_negative_purchase(carboninsights: Caller, category: str, amount: float) -> None:
    """A refund is exactly the negative of the purchase in every metric, with any profile."""
    profile = {"diet": "vegan", "fuel_grade": "diesel", "zip_code": 19130, "renewable_energy": 0.3}
    paid = metrics(carboninsights, category, amount, **profile)
    assert metrics(carboninsights, category, -amount, **profile) == [-cause for cause in paid]
    assert all(cause > 0 for cause in paid)


# --- categories and codes ---------------------------------------------------------------------------------------------


@pytest.mark.rule("carboninsights.category.names")
def test_every_listed_category_is_accepted(carboninsights: Caller) -> None:
    """All 97 names are accepted and shown as they are spelled, the misspelled one included."""
    assert len(set(LISTED)) == 97
    table = details(carboninsights, *(purchase(name) for name in LISTED))["footprint"]
    assert list(table["category"].values()) == LISTED


@pytest.mark.rule("carboninsights.category.unknown")
@pytest.mark.parametrize("category", ["Space Travel", "air travel", "AirTravel", "5411", 'a"{b}', "☂", 5411, 1.5])
def test_an_unknown_category_is_refused(carboninsights: Caller, category: object) -> None:
    """A name that is not listed is refused at its row and repeated."""
    reply = ask(carboninsights, purchase("Hotel"), purchase(category))
    errors = [f'"{category}" is not a valid choice.']
    assert (reply.status_code, reply.json()) == (400, {"transactions": [{}, {"category": errors}]})


@pytest.mark.rule("carboninsights.category.alias")
def test_the_corrected_spelling_is_accepted(carboninsights: Caller) -> None:
    """Returned Purchase counts as Renturned Purchase and is shown as sent. Without the setting it is refused."""
    rows = purchase("Returned Purchase"), purchase("Renturned Purchase")
    table = details(carboninsights, *rows)["footprint"]
    assert table["category"] == {"0": "Returned Purchase", "1": "Renturned Purchase"}
    assert table[CO2E]["0"] == table[CO2E]["1"] > 0
    change_settings(carboninsights, category_aliases=False)
    refusal = {"category": ['"Returned Purchase" is not a valid choice.']}
    assert ask(carboninsights, *rows).json() == {"transactions": [refusal, {}]}


@pytest.mark.rule("carboninsights.category.retired")
def test_retired_categories(carboninsights: Caller) -> None:
    """The thirteen names of the 2020 list are accepted only with the setting."""
    rows = [purchase(name) for name in RETIRED]
    assert [list(row) for row in ask(carboninsights, *rows).json()["transactions"]] == [["category"]] * 13
    change_settings(carboninsights, retired_categories=True)
    assert list(details(carboninsights, *rows)["footprint"]["category"].values()) == RETIRED
    assert tonnes(carboninsights, "Gas & Fuel", fuel_grade="diesel") == 100 * (3.832 * 0.98) / 1000
    assert tonnes(carboninsights, "Utilities", natural_gas=True) == 100 * 3.8794 / 1000


@pytest.mark.parametrize(
    ("code", "shown", "category"),
    [
        pytest.param(code, shown, category, marks=pytest.mark.rule(*rules))
        for code, shown, category, *rules in [
            ("5411", "5411", "Groceries", "carboninsights.mcc.choice"),
            (5411, "5411", "Groceries", "carboninsights.mcc.shown"),
            (742, "0742", "Veterinary", "carboninsights.mcc.shown"),
            (742.0, "0742", "Veterinary", "carboninsights.mcc.shown"),
            (" 742 ", "0742", "Veterinary", "carboninsights.mcc.shown"),
            ("3000", "3000", "Air Travel", "carboninsights.mcc.ranges"),
            ("3299", "3299", "Air Travel", "carboninsights.mcc.ranges"),
            ("3351", "3351", "Rental Car & Taxi", "carboninsights.mcc.ranges"),
            ("3441", "3441", "Rental Car & Taxi", "carboninsights.mcc.ranges"),
            ("3501", "3501", "Hotel", "carboninsights.mcc.ranges"),
            ("3999", "3999", "Hotel", "carboninsights.mcc.ranges"),
            ("3300", "3300", "Uncategorized", "carboninsights.mcc.ranges", "carboninsights.mcc.unmapped"),
            ("3442", "3442", "Uncategorized", "carboninsights.mcc.ranges"),
            ("0", "0000", "Uncategorized", "carboninsights.mcc.unmapped"),
        ]
    ],
)
def test_a_merchant_code(carboninsights: Caller, code: object, shown: str, category: str) -> None:
    """A code is shown with four digits and counts as its category, or as Uncategorized with a message."""
    reply = ask(carboninsights, purchase(code), purchase(code), options={"category_type": "mcc"}).json()
    table = reply["details"]["footprint"]
    assert table["category"]["0"] == shown
    assert table[CO2E]["0"] == tonnes(carboninsights, category)
    unmapped = category == "Uncategorized"
    assert [shown in note for note in reply["messages"]] == ([True] if unmapped else [])


@pytest.mark.rule("carboninsights.mcc.wrong")
@pytest.mark.parametrize("code", ["Groceries", "54111", 54111, "-742", "7.4", "742.0", 742.5, "٧٤٢"])
def test_an_invalid_merchant_code(carboninsights: Caller, code: object) -> None:
    """A code is one to four digits; names are refused."""
    reply = ask(carboninsights, purchase(code), options={"category_type": "mcc"})
    errors = [f'"{code}" is not a valid choice.']
    assert (reply.status_code, reply.json()) == (400, {"transactions": [{"category": errors}]})


# --- any body ---------------------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
SOME = st.sampled_from(["Hotel", "2020-03-01", "01-03-2020", 12.5, "typical", "mcc", True, 19130, 0.5, "Peru"])
ANY = VALUES | SOME


def some(*names: str) -> st.SearchStrategy[object]:
    """Return an object with some of these members, or anything else."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, ANY)) | ANY


BODIES = st.fixed_dictionaries(
    {},
    optional={
        "transactions": st.lists(some("date", "amount", "category", "description"), max_size=4) | ANY,
        "user_profile": some("diet", "renewable_energy", "zip_code"),
        "options": some("CO2e", "category_type", "country"),
    },
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES)
def test_any_body_is_scored_or_refused_in_its_shape(carboninsights: Caller, body: dict[str, object]) -> None:
    """Any JSON answers a promised 200 or 400, with an entry per row."""
    reply = carboninsights.post(SCORE, body)
    assert reply.status_code in (200, 400)
    errors = reply.json().get("transactions")
    if isinstance(errors, list) and errors not in ([REQUIRED], [NULL]):
        assert isinstance(body["transactions"], list)
        assert len(errors) == len(body["transactions"])


USUAL: dict[str, list[object]] = {
    "date": ["2020-03-01", "01-03-2020"],
    "amount": [1, 2.5, -3, -0.0],
    "category": ["Groceries", "Air Travel", "Café"],
    "description": ["", "a text"],
}
UNUSUAL: dict[str, list[object]] = {
    "date": INVALID_DATES[:4],
    "amount": ["4.5", True, None, 1e301, "x", 10**400],
    "category": ["", 5411, "5411", None, "no such", [], {}],
    "description": [None, 5, "a\0", []],
    "other": [1, "\0"],
}
NUMBERS = [
    "-0", "0.1000000000000000055", "1e300", "1.0000000000000000526e300", "1e-4300", "1e-5000", "0e5000", "1e400",
    "1e99999", "0." + "1" * 5000, "1" * 4301, "1" + "0" * 4299 + "e-4299", "01", "1.",
]  # fmt: skip
"""Amounts that not every parser reads in the same way."""

ENDS = [
    "}", "} ", "", "}}", ', "transactions": []}', ', "options": {"land": 1e999}}', ', "other": "\\ud800"}',
    ', "options": {"land": "\udcff"}, "options": {}}',
    ', "user_profile": {"\udced\udca0\udc80": 1}, "user_profile": {}}',
    ', "user_profile": {"diet": 1e5000}, "user_profile": {}}', ', "options": 1, "options": {}}',
    *(', "options": {"x": ' + "[" * depth + "]" * depth + "}}" for depth in (197, 198, 199, 200, 300, 5000)),
    *(', "options": {"x": ' + "[" * depth + "]" * depth + '}, "options": {}}' for depth in (198, 200, 300)),
]  # fmt: skip
"""How a body may end: whole, cut off, with a member that comes twice, or with one that is no JSON.

A surrogate stands for a byte that is no UTF-8.
"""

PARTS: dict[str, list[object]] = {
    "user_profile": [{}, {"diet": "vegan"}, {"zip_code": 19130, "other": "x" * 600}, {"diet": "keto"}, None, []],
    "options": [{}, {"category_type": "mcc"}, {"aggregate": "yes", "land": True}, {"country": ""}, {"CO2e": 2}, None],
    "other": [1],
}
rows = st.fixed_dictionaries({name: st.sampled_from(USUAL[name]) for name in ("date", "amount", "category")})
changes = st.sampled_from([(name, value) for values in (USUAL, UNUSUAL) for name in values for value in values[name]])
parts = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in PARTS.items()})


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(rows, st.lists(changes, max_size=1)), max_size=2),
    parts,
    st.booleans(),
    st.sampled_from(["-3", *NUMBERS]),
    st.sampled_from(ENDS),
)
def test_fast_scores_are_read_as_the_models_read_them(
    carboninsights: Caller,
    found: list[tuple[dict[str, object], list[tuple[str, object]]]],
    sent: dict[str, object],
    escaped: bool,
    number: str,
    end: str,
) -> None:
    """A request gets the reply that the models would give, whether they read it or the fast path does."""
    body = {"transactions": [row | dict(changed) for row, changed in found], **sent}
    text = json.dumps(body, ensure_ascii=escaped)[:-1].replace('"amount": -3', f'"amount": {number}') + end
    assert_read_alike(carboninsights, text.encode(errors="surrogateescape"))


@pytest.mark.parametrize("end", ENDS)
def test_every_end_of_a_fast_score(carboninsights: Caller, end: str) -> None:
    text = json.dumps({"transactions": [purchase("Groceries")]})[:-1] + end
    assert_read_alike(carboninsights, text.encode(errors="surrogateescape"))


def assert_read_alike(carboninsights: Caller, content: bytes) -> None:
    """Check that the fast path and the models lead to the same reply."""
    quick = carboninsights.post(SCORE, content=content, headers=JSON)
    with patch.object(endpoints, "fast_score", lambda body, backend: None):
        slow = carboninsights.post(SCORE, content=content, headers=JSON)
    assert (quick.status_code, quick.content) == (slow.status_code, slow.content)


def test_a_fast_score_needs_no_models(carboninsights: Caller) -> None:
    """The documented members, with JSON's own types, are read straight into a draft."""
    profile, options = {"diet": "vegan", "zip_code": 19130}, {"offsets": True, "land": True}
    ask(carboninsights, purchase("Groceries"))  # the category is known from now on
    with patch.object(endpoints, "read_new", side_effect=AssertionError):
        reply = ask(carboninsights, purchase("Groceries", 4), user_profile=profile, options=options)
    assert reply.status_code == 200
