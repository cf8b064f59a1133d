"""The story of a scenario: the dashboard shows its steps, and walks through them."""

import pytest

from emulator import Emulator
from tests.ui.conftest import Dashboard
from tests.ui.walk import walk

pytestmark = pytest.mark.usefixtures("browser")


@pytest.mark.parametrize("name", ["shop", "bank", "group", "reseller"])
def test_a_story_is_walked_through(dashboard: Dashboard, server: Emulator, name: str) -> None:
    """Each step opens the page that shows it; the last one leads back to the first."""
    story = server.control("POST", f"/scenarios/{name}")
    page = dashboard.open("#overview")
    panel = page.get_by_role("region", name="Story")
    panel.get_by_role("button", name="Begin", exact=True).click()
    for step in story["steps"]:
        panel.get_by_role("heading", name=step["title"]).wait_for()
        page.locator(f'.nav-link[aria-current=page][href="#{step["view"]}"]').wait_for()
        if step["number"] < len(story["steps"]):
            panel.get_by_role("button", name="Next", exact=True).click()
    panel.get_by_role("button", name="Begin again").click()
    panel.get_by_text(story["summary"]).wait_for()


def test_without_a_scenario_there_is_no_story(dashboard: Dashboard) -> None:
    """A space that no scenario has filled has no story panel."""
    page = dashboard.open("#overview")
    page.get_by_role("heading", name="CNaught").wait_for()
    assert page.get_by_role("region", name="Story").count() == 0


def test_a_first_walk(dashboard: Dashboard, server: Emulator) -> None:
    """A first-time user pays, downloads a certificate, sees a refusal's rule and a webhook's retries, and resets."""
    server.play("shop")
    walk(dashboard)
    assert list(server.requests) == []
