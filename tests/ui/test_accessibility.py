"""Accessibility: axe finds nothing on any page, in either theme, at desktop and phone width; nothing overflows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from emulator import Emulator
from emulator.client.handles import SpaceHandle
from scripts.vendored import TESTS
from tests.ui.conftest import DESKTOP, NARROW, PHONE, TABLET, Dashboard
from tests.ui.test_control_pages import WEBHOOK
from tests.ui.test_dashboard import cnaught

pytestmark = pytest.mark.usefixtures("browser")

AXE = (TESTS / "axe.min.js").read_text()
WIDER = "document.documentElement.scrollWidth > innerWidth"
PAGES = {
    "#overview": "Due next",
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
REFERENCE = {
    "docs?api=oneclickimpact": "Environmental impact by the pound",
    "docs?api=cnaught#?route=post-/v1/orders": "total_price_usd_cents",
    "docs?api=control": "It imitates no vendor",
}


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(browser: Any, server: Emulator, scheme: str, size: dict[str, int]) -> None:
    """No page has a problem that axe finds, and none is wider than the screen."""
    fill(server)
    with opened(browser, scheme, size) as page:
        dashboard = Dashboard(page, server.url)
        found = {}
        for path, text in PAGES.items():
            dashboard.open(path).locator("main").get_by_text(text).first.wait_for()
            found[path] = problems(page)
    assert {path: each for path, each in found.items() if each} == {}


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_reference_is_accessible(browser: Any, server: Emulator, scheme: str, size: dict[str, int]) -> None:
    """Neither the API reference nor the viewer in it has a problem that axe finds, at an overview or an operation."""
    with opened(browser, scheme, size) as page:
        dashboard = Dashboard(page, server.url)
        found = {}
        for path, text in REFERENCE.items():
            page.goto("about:blank")
            dashboard.open(path).locator("openapi-explorer").get_by_text(text).first.wait_for()
            found[path] = problems(page)
    assert {path: each for path, each in found.items() if each} == {}


@pytest.mark.parametrize("name", ["default", "s" * 64], ids=["short", "long"])
def test_every_page_fits_a_narrow_screen(browser: Any, server: Emulator, name: str) -> None:
    """No page is wider than 320 pixels (WCAG 2.2, 1.4.10), however long the name of the space is."""
    fill(space := server.space(name))
    with opened(browser, "light", NARROW) as page:
        dashboard = Dashboard(page, f"{server.url}/~{name}")
        wide = []
        for path, text in PAGES.items():
            dashboard.open(path).locator("main").get_by_text(text).first.wait_for()
            wide += [path] * page.evaluate(WIDER)
    space.delete()
    assert wide == []


def fill(space: SpaceHandle) -> None:
    """Fill a space with something for each page."""
    space.reset()
    space.clock.freeze("2026-01-05T09:00:00Z")
    space.control("PATCH", "/webhooks", json={"paused": True})
    cnaught(space, "POST", "/v1/orders", json={**WEBHOOK, "color": "green"})
    cnaught(space, "POST", "/v1/orders", json={"amount_kg": -1})
    space.faults.add("thallo", effect={"status": 503})
    space.clock.advance(seconds=10)


@contextmanager
def opened(browser: Any, scheme: str, size: dict[str, int]) -> Iterator[Any]:
    """Open a page that axe can be added to."""
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def problems(page: Any) -> list[str]:
    """Return what axe finds on a page, and whether the page is wider than the screen."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    wide = page.evaluate(WIDER)
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found] + ["wider than the screen"] * wide
