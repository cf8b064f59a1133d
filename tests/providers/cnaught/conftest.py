"""CNaught's client for the tests."""

import pytest

from tests.support.caller import Caller

KEYS = {
    "empty": "test_empty_0001",
    "no-billing": "test_no_billing_0001",
    "no-subaccounts": "test_no_subaccounts_0001",
    "sandbox": "test_sandbox_0001",
}


@pytest.fixture
def cnaught(caller: Caller) -> Caller:
    """Return a client of the first account."""
    return caller


def as_account(cnaught: Caller, account: str) -> Caller:
    """Return a client of another account of the fixture."""
    return cnaught.identified({"Authorization": f"Bearer {KEYS[account]}"})
