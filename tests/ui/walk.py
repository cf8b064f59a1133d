"""The walk of a first-time user through the demo of the shop, in a browser.

As a script it starts the demo itself: ``test_unplugged`` runs it in a network without any other host.
"""

import re
import subprocess
import sys
from typing import Any

from tests.ui.conftest import DESKTOP, FLAGS, Dashboard

VENDORS = ("1ClickImpact", "CNaught", "Carbon Insights", "Dcycle", "Thallo")


def walk(dashboard: Dashboard) -> None:
    """Meet the vendors, pay, download a certificate, find a refusal's rule, see a webhook's retries, and reset."""
    page = dashboard.open("")
    for vendor in VENDORS:
        page.get_by_role("heading", name=vendor).wait_for()
    panel = page.get_by_role("region", name="Story")

    def go_to(title: str) -> None:
        while not panel.get_by_role("heading", name=title).count():
            panel.get_by_role("button", name=re.compile("^(Begin|Next)$")).click()

    go_to("Pay a checkout")
    _pay(dashboard, panel)
    go_to("Find out why a request was refused")
    page.locator(".request-row").first.click()
    entry = page.get_by_label(re.compile("^Request [0-9]+$"))
    entry.get_by_text("Decided by").wait_for()
    entry.get_by_text("cnaught.orders.amount-bounds").first.wait_for()
    entry.get_by_text("inferred").first.wait_for()
    go_to("See a failed webhook")
    _retry(page, panel)
    go_to("Reset all of it")
    panel.get_by_role("button", name="Reset to the fixtures").click()
    panel.wait_for(state="detached")
    page.get_by_text("No request yet").first.wait_for()
    assert page.request.get(f"{dashboard.url}/_emulator/requests").json()["requests"] == []


def _pay(dashboard: Dashboard, panel: Any) -> None:
    """Pay the checkout, and download the certificate of its order."""
    with dashboard.page.expect_popup() as opened:
        panel.get_by_role("link", name="Open the checkout").click()
    visit = Dashboard(opened.value, dashboard.url, dashboard.errors, dashboard.foreign)
    visit.watch()
    visit.page.get_by_role("button", name="Pay").click()
    visit.page.get_by_role("heading", name="Paid").wait_for()
    visit.page.get_by_role("link", name="Certificate").click()
    visit.page.get_by_role("heading", name="Carbon offset certificate").wait_for()
    file = visit.page.get_by_role("link", name="Download as PDF").get_attribute("href")
    reply = visit.page.request.get(f"{dashboard.url}{file}")
    assert reply.body().startswith(b"%PDF")
    visit.page.close()


def _retry(page: Any, panel: Any) -> None:
    """Start the deliveries, and let the second and the third attempt fall due."""
    row = page.locator("tr", has_text="webhook-1")
    panel.get_by_role("button", name="Start deliveries").click()
    attempts_in(row, 1).wait_for()
    for attempts, minutes in enumerate(("one minute", "two minutes"), 2):
        panel.get_by_role("button", name=f"Advance {minutes}").click()
        attempts_in(row, attempts).wait_for()


def attempts_in(row: Any, attempts: int) -> Any:
    """Return the cell of a webhook's row that has so many attempts, the last of which had no reply."""
    return row.locator("td", has_text="no reply").filter(has_text=re.compile(rf"^\s*{attempts}\D"))


def main() -> None:
    """Start the demo as a user does, and walk through it. Fail on any error in the console, and any foreign request."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "emulator", "demo", "--no-browser", "--port", "0", "--exit-with-parent"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo, sync_playwright() as driver:
        assert demo.stdout
        url = next(match[1] for line in demo.stdout if (match := re.match("Dashboard: (.*)/_emulator/", line)))
        browser = driver.chromium.launch(executable_path=sys.argv[1], args=list(FLAGS))
        dashboard = Dashboard(browser.new_context(viewport=DESKTOP).new_page(), url)
        dashboard.watch()
        walk(dashboard)
        browser.close()
        demo.terminate()
    assert dashboard.errors == []
    assert dashboard.foreign == []


if __name__ == "__main__":
    main()
