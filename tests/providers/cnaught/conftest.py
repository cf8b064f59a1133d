"""CNaught as its client sees it."""

import pytest

from tests.support.caller import Caller

KEYS = {
    "no-billing": "test_no_billing_0001",
    "no-subaccounts": "test_no_subaccounts_0001",
    "sandbox": "test_sandbox_0001",
}


@pytest.fixture
def cnaught(caller: Caller) -> Caller:
    """The default account."""
    return caller


def as_account(cnaught: Caller, account: str) -> Caller:
    """Another account of the fixture."""
    return cnaught.identified({"Authorization": f"Bearer {KEYS[account]}"})
