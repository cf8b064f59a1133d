"""Clients of Carbon Insights, and the sentences of its refusals."""

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from tests.support.caller import Caller

SCORE = "/calculateCarbonScore"
PATHS = ("/register", "/token", "/token/refresh", SCORE)
JSON = {"Content-Type": "application/json"}
CO2E, LAND, WATER = "CO2e Emissions [tonne]", "Land Use [m2]", "Water Use [litre]"

SAMPLE_USER = {
    "username": "ilovetheplanet",
    "password": "Sav3Th3Whal3s",
    "first_name": "jeff",
    "last_name": "whalen",
    "email": "jwhalen@bluebank.com",
}
NEW_USER = {**SAMPLE_USER, "username": "newcomer", "password": "0nlyL0calFood"}
LOGIN = {name: SAMPLE_USER[name] for name in ("username", "password")}

REQUIRED = "This field is required."
NULL = "This field may not be null."
BLANK = "This field may not be blank."
NO_TEXT = "Not a valid string."
NO_NUMBER = "A valid number is required."
WRONG_TEXTS: list[tuple[object, str]] = [
    (None, NULL),
    ("", BLANK),
    (" \t\n", BLANK),
    (True, NO_TEXT),
    ([], NO_TEXT),
    ({"a": 1}, NO_TEXT),
    ("abcdefgh\0", "Null characters are not allowed."),
]
"""Values that are not valid text, with their refusals."""


@pytest.fixture
def carboninsights(caller: Caller) -> Caller:
    """Return a client of the documented sample account, with an access token."""
    return caller


def required(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the refusal of missing fields."""
    return {name: [REQUIRED] for name in names}


def anonymous(carboninsights: Caller) -> Caller:
    return carboninsights.identified({})


def bearing(carboninsights: Caller, access: str) -> Caller:
    """Return the client with another access token."""
    return carboninsights.identified({"Authorization": f"Token {access}"})


def log_in(carboninsights: Caller, login: dict[str, str] = LOGIN) -> dict[str, str]:
    """Return a new pair of tokens."""
    pair: dict[str, str] = carboninsights.post("/token", {name: login[name] for name in LOGIN}).json()
    return pair


def newcomer(carboninsights: Caller) -> Caller:
    """Return a client that has just registered."""
    assert carboninsights.post("/register", NEW_USER).status_code == 201
    return bearing(carboninsights, log_in(carboninsights, NEW_USER)["access"])


def purchase(category: object, amount: object = 100, date: object = "2021-08-15") -> dict[str, object]:
    return {"date": date, "amount": amount, "category": category}


def ask(carboninsights: Caller, *transactions: object, **parts: object) -> httpx.Response:
    """Request a score; ``parts`` are user_profile and options."""
    return carboninsights.post(SCORE, {"transactions": list(transactions), **parts})


def details(carboninsights: Caller, *transactions: object, **parts: object) -> dict[str, Any]:
    reply = ask(carboninsights, *transactions, **parts)
    assert reply.status_code == 200, reply.text
    body: dict[str, Any] = reply.json()["details"]
    return body


def tonnes(carboninsights: Caller, category: str, amount: object = 100, **profile: object) -> float:
    """Return the tonnes of one purchase."""
    table = details(carboninsights, purchase(category, amount), user_profile=profile)["footprint"]
    cause: float = table[CO2E]["0"]
    return cause


def metrics(carboninsights: Caller, category: str, amount: object = 100, **profile: object) -> list[float]:
    """Return the tonnes, square meters and liters of one purchase."""
    options = {"land": True, "water": True}
    table = details(carboninsights, purchase(category, amount), user_profile=profile, options=options)["footprint"]
    return [table[title]["0"] for title in (CO2E, LAND, WATER)]


def savings(carboninsights: Caller, *transactions: object, **parts: Any) -> dict[str, float]:
    """Return tonnes by the title of the recommendation, in their order."""
    options = {**parts.pop("options", {}), "recommendations": True}
    table = details(carboninsights, *transactions, options=options, **parts)["recommendations"]
    return dict(zip(table["category"].values(), table[CO2E].values(), strict=True))


def change_settings(carboninsights: Caller, **settings: object) -> None:
    carboninsights.space.control("PATCH", "/settings/carboninsights", json=settings)


def change_memory(carboninsights: Caller, change: Callable[[dict[str, Any]], object]) -> None:
    """Change Carbon Insights' memory."""
    snapshot = carboninsights.space.snapshot()
    change(snapshot["memory"]["carboninsights"])
    carboninsights.space.restore(snapshot)
