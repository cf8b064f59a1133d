"""The API reference in a browser: every contract offline, with credentials filled in, and its evidence shown."""

import pytest

from emulator import Emulator
from tests.ui.conftest import Dashboard

pytestmark = pytest.mark.usefixtures("browser")


@pytest.mark.parametrize("api", ["oneclickimpact", "cnaught", "carboninsights", "dcycle", "thallo", "control"])
def test_every_contract_opens(dashboard: Dashboard, api: str) -> None:
    """Each contract is shown without an error, and without a request to another host."""
    page = dashboard.open(f"docs?api={api}")
    page.locator("openapi-explorer .nav-bar-path").first.wait_for(timeout=15_000)


def test_a_request_is_tried(dashboard: Dashboard, server: Emulator) -> None:
    """Trying an operation sends it to this space with the vendor's credentials."""
    page = dashboard.open("docs?api=cnaught#?route=get-/v1/orders")
    page.get_by_role("button", name="Execute").first.click(timeout=15_000)
    page.get_by_text("Gre28Fc35bt3").first.wait_for()
    assert [(entry["operation"], entry["status"]) for entry in server.requests] == [("list_orders", 200)]


def test_evidence_is_shown_beside_operations_and_fields(dashboard: Dashboard) -> None:
    """Badges name the evidence of the operation, its parameters and its fields."""
    page = dashboard.open("docs?api=cnaught#?route=post-/v1/orders")
    page.get_by_alt_text("evidence: seed").first.wait_for(timeout=15_000)
    assert page.get_by_alt_text("evidence: inferred").count() > 0
