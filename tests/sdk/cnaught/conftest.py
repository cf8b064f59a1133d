"""CNaught's official Node SDK, as installed, against a served emulator: only the target of its fetch is changed."""

from collections.abc import Iterator
from typing import Any

import pytest

from emulator import Emulator
from emulator.client.embedded import ProviderHandle
from tests.conftest import START
from tests.sdk.cnaught.client import Client, NodeSdk, Thrown, installed_node

ORDER, SUBACCOUNT, SESSION = "Gre28Fc35bt3", "5nubL0NS", "zpQ6QSNRQh"
TYPES = "https://api.cnaught.com/v1/errors/"
CHECKOUT = {
    "email": "jane.doe@example.com",
    "amount_kg": 100,
    "success_url": "https://example.com/yes?{CHECKOUT_SESSION_ID}",
    "cancel_url": "https://example.com/no",
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
FOR_SUBACCOUNT = {"subaccountId": SUBACCOUNT}

CALLS: dict[str, list[Any]] = {
    "getOrderDetails": [ORDER],
    "getListOfOrders": [],
    "placeGenericOrder": [{"amount_kg": 10}],
    "placeRideOrder": [{"distance_km": 30}],
    "cancelOrder": [ORDER],
    "createCheckoutSession": [CHECKOUT, FOR_SUBACCOUNT],
    "getCheckoutSession": [SESSION],
    "getGenericQuote": [{"amount_kg": 10}],
    "getAirFreightQuote": [{"freight_mass_kg": 10, "distance_km": 100}],
    "getFlightQuote": [{"distance_km": 100}],
    "getGroundFreightQuote": [{"freight_mass_kg": 100, "distance_km": 1000}],
    "getGroundTransportQuote": [{"distance_km": 1000, "vehicle_type": "school_bus"}],
    "getOfficeSpaceQuote": [{"square_footage": 1000}],
    "getTrainQuote": [{"distance_km": 1000}],
    "getRideQuote": [{"distance_km": 30}],
    "createSubaccount": [{"name": "Sales team travel"}],
    "updateSubaccount": [SUBACCOUNT, {"name": "Sales team travel"}],
    "updateSubaccountLogoFromUrl": [SUBACCOUNT, {"logo_url": "https://example.com/logo.png"}],
    "updateSubaccountLogoFromImageData": [SUBACCOUNT, {"logo_file_content": PNG, "content_type": "image/png"}],
    "removeSubaccountLogo": [SUBACCOUNT],
    "getSubaccountDetails": [SUBACCOUNT],
    "getListOfSubaccounts": [],
    "getImpactData": [],
    "getImpactHostedPageConfig": [],
    "getProjectDetails": ["I0UbDH"],
    "getProjectCategoryDetails": ["hkgyn3"],
    "getPortfolioDetails": ["oH5hlq"],
    "getListOfPortfolios": [],
}
"""Every method of the SDK, with arguments that are valid in a fresh space."""


@pytest.fixture(scope="session")
def sdk() -> Iterator[NodeSdk]:
    """Return the SDK, running in its own process."""
    node = installed_node()
    if node is None:
        pytest.skip("no Node, or no SDK: npm ci --prefix tests/sdk/cnaught")
    with NodeSdk(node) as running:
        yield running


@pytest.fixture(scope="session")
def served() -> Iterator[Emulator]:
    """Return an emulator with its own port, since the SDK opens its own connections."""
    with Emulator(port=0) as running:
        yield running


@pytest.fixture
def cnaught(served: Emulator) -> Iterator[ProviderHandle]:
    """Return CNaught in a fresh space with a frozen clock."""
    space = served.space()
    space.clock.freeze(START)
    yield space.cnaught
    space.delete()


@pytest.fixture
def client(sdk: NodeSdk, cnaught: ProviderHandle) -> Client:
    """Return the SDK's client in that space. Its results are checked against the SDK's declared types."""
    return Client(sdk, cnaught.url, cnaught.credentials["api_key"])


def thrown(client: Client, method: str, *args: Any) -> Thrown:
    """Return what a call throws: the SDK's own error, with the title of its problem."""
    with pytest.raises(Thrown) as caught:
        getattr(client, method)(*args)
    error = caught.value
    assert error.kind == "CNaughtError", error
    assert (error.status, error.message) == (error.problem["status"], error.problem["title"])
    return error


def refused(client: Client, method: str, *args: Any) -> tuple[int | None, str]:
    """Return the status of what a call throws, and its problem type."""
    error = thrown(client, method, *args)
    return error.status, error.problem["type"].removeprefix(TYPES)
