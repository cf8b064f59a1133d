"""Accessibility: axe finds nothing on any page, in either theme, at desktop and phone width; nothing overflows."""

from typing import Any

import pytest

from emulator import Emulator
from scripts.vendored import TESTS
from tests.ui.conftest import DESKTOP, PHONE, Dashboard
from tests.ui.test_control_pages import WEBHOOK
from tests.ui.test_dashboard import cnaught

pytestmark = pytest.mark.usefixtures("browser")

AXE = (TESTS / "axe.min.js").read_text()
PAGES = {
    "#overview": "Vendors",
    "#requests/1": "Copy as curl",
    "#webhooks": "webhook-1",
    "#state/cnaught": "Gre28Fc35bt3",
    "#books/cnaught": "All hold",
    "#emissions": "By month",
    "#faults": "Faults of this space",
    "#settings/cnaught": "Fulfil order",
    "#snapshots": "No snapshot",
    "#spaces": "Spaces of this server",
    "#trust/cnaught": "place order",
}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(browser: Any, server: Emulator, scheme: str, size: dict[str, int]) -> None:
    """No page has a problem that axe finds, and none is wider than the screen."""
    server.reset()
    server.clock.freeze("2026-01-05T09:00:00Z")
    server.control("PATCH", "/webhooks", json={"paused": True})
    cnaught(server, "POST", "/v1/orders", json={**WEBHOOK, "color": "green"})
    cnaught(server, "POST", "/v1/orders", json={"amount_kg": -1})
    server.faults.add("thallo", effect={"status": 503})
    server.clock.advance(seconds=10)
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    dashboard = Dashboard(context.new_page(), server.url)
    found = {}
    for path, text in PAGES.items():
        page = dashboard.open(path)
        page.locator("main").get_by_text(text).first.wait_for()
        page.evaluate(AXE)
        problems = page.evaluate("axe.run().then(({ violations }) => violations)")
        found[path] = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in problems]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[path].append("wider than the screen")
    context.close()
    assert {path: problems for path, problems in found.items() if problems} == {}
