"""Clients of 1ClickImpact: of the sandbox, which has the records that the documents print, and of production."""

from typing import Any

import pytest

from emulator.client.handles import SpaceHandle
from tests.support.caller import Caller

LISTS = {"user_records": "/v1/records", "customer_records": "/v1/customer_records"}


@pytest.fixture
def oneclickimpact(caller: Caller) -> Caller:
    """Return a client of the sandbox account: four carbon records for customers, three own ones."""
    return caller


@pytest.fixture
def live(caller: Caller, space: SpaceHandle) -> Caller:
    """Return a client of the production account, which has records of all kinds."""
    return caller.identified({"x-api-key": space.oneclickimpact.credentials["live_api_key"]})


def own_records(caller: Caller, **params: object) -> list[dict[str, Any]]:
    """Return a page of the account's own records."""
    return listed(caller, "user_records", **params)


def customer_records(caller: Caller, **params: object) -> list[dict[str, Any]]:
    """Return a page of the records for its customers."""
    return listed(caller, "customer_records", **params)


def listed(caller: Caller, name: str, **params: object) -> list[dict[str, Any]]:
    """Return a page of either list."""
    records: list[dict[str, Any]] = caller.get(LISTS[name], params=params).json()[name]
    return records
