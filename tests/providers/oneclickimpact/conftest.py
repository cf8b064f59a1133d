"""1ClickImpact as its client sees it: the sandbox, whose records the documents print, and production."""

from typing import Any

import pytest

from emulator.client.handles import SpaceHandle
from tests.support.caller import Caller

LISTS = {"user_records": "/v1/records", "customer_records": "/v1/customer_records"}


@pytest.fixture
def oneclickimpact(caller: Caller) -> Caller:
    """The account of the sandbox: four carbon records for customers, three of its own."""
    return caller


@pytest.fixture
def live(caller: Caller, space: SpaceHandle) -> Caller:
    """The account of production, with records of all kinds."""
    return caller.identified({"x-api-key": space.oneclickimpact.credentials["live_api_key"]})


def own_records(caller: Caller, **asked: object) -> list[dict[str, Any]]:
    """A page of the account's own records."""
    return listed(caller, "user_records", **asked)


def customer_records(caller: Caller, **asked: object) -> list[dict[str, Any]]:
    """A page of the records of its customers."""
    return listed(caller, "customer_records", **asked)


def listed(caller: Caller, name: str, **asked: object) -> list[dict[str, Any]]:
    """A page of either list."""
    records: list[dict[str, Any]] = caller.get(LISTS[name], params=asked).json()[name]
    return records
