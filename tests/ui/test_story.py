"""The story of a scenario: the dashboard shows its steps, and walks through them."""

import re

import pytest

from emulator import Emulator
from tests.ui.conftest import Dashboard

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
    page = dashboard.open("#overview")
    panel = page.get_by_role("region", name="Story")

    def go_to(title: str) -> None:
        while not panel.get_by_role("heading", name=title).count():
            panel.get_by_role("button", name=re.compile("^(Begin|Next)$")).click()

    go_to("Pay a checkout")
    checkout = panel.get_by_role("link", name="Open the checkout").get_attribute("href")
    visit = page.context.new_page()
    visit.goto(checkout)
    visit.get_by_text("Both buttons lead back to shop.example.").wait_for()
    visit.context.route("https://shop.example/**", lambda route: route.fulfill(body="Thanks", content_type="text/html"))
    visit.get_by_role("button", name="Pay").click()
    visit.wait_for_url("https://shop.example/thanks?session=*")
    visit.goto(checkout)
    visit.get_by_role("heading", name="Paid").wait_for()

    go_to("Download a certificate")
    visit.goto(panel.get_by_role("link", name="The certificate").get_attribute("href"))
    file = visit.get_by_role("link", name="Download as PDF").get_attribute("href")
    assert page.request.get(f"{server.url}{file}").body().startswith(b"%PDF")
    visit.close()

    go_to("Find out why a request was refused")
    page.locator(".request-row").first.click()
    page.get_by_text("Decided by").wait_for()
    page.get_by_text("cnaught.orders.amount-bounds").first.wait_for()

    go_to("See a failed webhook")
    panel.get_by_role("button", name="Start deliveries").click()
    page.get_by_role("row", name="webhook-1").get_by_text("no reply").wait_for()
    for attempts, minutes in enumerate(("one minute", "two minutes"), 2):
        panel.get_by_role("button", name=f"Advance {minutes}").click()
        page.locator("tr", has_text="webhook-1").locator("td", has_text="no reply").filter(
            has_text=re.compile(rf"^\s*{attempts}\D")
        ).wait_for()
    assert len(server.webhooks.matching()[0]["attempts"]) == 3

    go_to("Reset all of it")
    panel.get_by_role("button", name="Reset to the fixtures").click()
    panel.wait_for(state="detached")
    assert list(server.requests) == []
