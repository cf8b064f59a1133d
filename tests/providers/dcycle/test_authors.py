"""The users who created records."""

from typing import Any

import pytest

from tests.providers.dcycle.conftest import INDUSTRIES, KEY, LEAF_KEY, PROJECT_ALPHA, USER, created, identity
from tests.providers.dcycle.test_transports import PATH as ROUTES
from tests.providers.dcycle.test_transports import ROUTE
from tests.providers.dcycle.test_wastes import MEASURED, WASTE, WATER, measured
from tests.providers.dcycle.test_wastes import PATH as WASTES
from tests.support.caller import NO_CREDENTIALS, Caller

NAMED = {"id": "1f6f2c0e-8d5b-4a57-9a57-3f0d5a1c7b10", "first_name": None, "last_name": None}
"""The user who made the first key: the fixture has no names."""


def bearing(dcycle: Caller) -> Caller:
    """Return the client of a user who has logged in."""
    token = dcycle.identified(NO_CREDENTIALS).post("/auth/login", USER).json()["access_token"]
    return dcycle.identified({"Authorization": f"Bearer {token}", "x-organization-id": INDUSTRIES})


def shown(dcycle: Caller) -> list[Any]:
    """Create a waste, a treatment and a route, and return how their lists show the user."""
    facility = created(dcycle, "/v1/facilities", {"name": "Annex", "type": "office", "country": "PT"})["id"]
    of_facility = {"facility_id": facility}
    created(dcycle, WASTES, {**WASTE, **of_facility})
    created(dcycle, MEASURED, {**measured((1, 100, 90)), **of_facility}, 200)
    route = created(dcycle, ROUTES, {**ROUTE, "name": "Ours"})
    (waste,) = dcycle.get(WASTES, params=of_facility).json()["items"]
    (treatment,) = dcycle.get(WATER, params=of_facility).json()["items"]
    return [waste["user"], treatment["user"], dcycle.get(f"{ROUTES}/{route['id']}").json()["uploaded_by"]]


@pytest.mark.rule("dcycle.records.user")
def test_a_record_shows_the_user_who_created_it(dcycle: Caller) -> None:
    """A record of a key is one of the user who made it, and a user's own is the user's; both stay in a snapshot."""
    for client in (dcycle.identified(identity(KEY, INDUSTRIES)), bearing(dcycle)):
        with_address = {**NAMED, "email": USER["email"]}
        assert shown(client) == [with_address, with_address, {**NAMED, "profile_img_url": None}]
    dcycle.space.restore(dcycle.space.snapshot())
    assert [route["uploaded_by"] for route in dcycle.get(ROUTES, params={"search": "Ours"}).json()["items"]] == [
        {**NAMED, "profile_img_url": None}
    ] * 2


@pytest.mark.rule("dcycle.records.user")
def test_a_record_of_a_key_without_a_user_shows_none(dcycle: Caller) -> None:
    """A key that no user has made leaves the user empty."""
    assert shown(dcycle.identified(identity(LEAF_KEY, PROJECT_ALPHA))) == [None, None, None]
