"""The dashboard in a browser: each page opens, and each action is seen to have happened through the control API."""

from typing import Any

import httpx
import pytest

from emulator import Emulator
from tests.ui.conftest import Dashboard

pytestmark = pytest.mark.usefixtures("browser")


def cnaught(server: Emulator, method: str, path: str, **content: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.cnaught.credentials['api_key']}", **content.pop("headers", {})}
    return httpx.request(method, f"{server.cnaught.url}{path}", headers=headers, trust_env=False, **content)


# --- overview and clock


def test_the_root_leads_to_the_overview(dashboard: Dashboard) -> None:
    """A browser at the root sees the five vendors with their URLs and credentials."""
    dashboard.page.goto(dashboard.url)
    page = dashboard.page
    page.get_by_role("heading", name="Overview").wait_for()
    for title in ("1ClickImpact", "CNaught", "Carbon Insights", "Dcycle", "Thallo"):
        page.get_by_role("heading", name=title).wait_for()
    assert page.url == f"{dashboard.url}/_emulator/"


def test_credentials_are_copied(dashboard: Dashboard, server: Emulator) -> None:
    """The button beside a credential puts it into the clipboard."""
    page = dashboard.open("#overview")
    page.get_by_label("Copy the api key of CNaught").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == server.cnaught.credentials["api_key"]


def test_the_clock_is_moved_by_buttons(dashboard: Dashboard, server: Emulator) -> None:
    """Advancing, running and freezing by button changes the clock of the space, and the page shows it."""
    page = dashboard.open("#overview")
    page.get_by_role("button", name="+1 hour").click()
    page.locator("output", has_text="2026-01-05 10:00:00").wait_for()
    assert server.clock.now.hour == 10
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("button", name="Freeze").wait_for()
    assert server.clock.frozen is False
    page.get_by_label("Set to (UTC)").fill("2026-03-01T12:00")
    page.get_by_role("button", name="Set", exact=True).click()
    page.locator("output", has_text="2026-03-01 12:00").wait_for()
    assert server.clock.now.month == 3


def test_the_space_is_reset_by_a_button(dashboard: Dashboard, server: Emulator) -> None:
    """The overview's button resets the space, and the page shows it."""
    page = dashboard.open("#overview")
    cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1})
    page.get_by_text("/v1/orders").wait_for()
    questions = dashboard.answer(accept=True)
    page.get_by_role("button", name="Reset this space").click()
    page.get_by_text("Space default was reset").wait_for()
    page.get_by_text("/v1/orders").wait_for(state="detached")
    assert list(server.requests) == []
    assert questions == ["Reset the space default? Its records, clock, faults and journal are lost."]


def test_what_falls_due_is_on_the_time_line(dashboard: Dashboard, server: Emulator) -> None:
    """An order that will be fulfilled is listed, and its button advances the clock to it."""
    page = dashboard.open("#overview")
    page.get_by_text("Nothing is due").wait_for()
    order = cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1}).json()
    page.get_by_text("Order fulfilled").wait_for()
    page.get_by_role("button", name="Advance the clock to").click()
    page.get_by_text("Nothing is due").wait_for()
    assert cnaught(server, "GET", f"/v1/orders/{order['id']}").json()["state"] == "fulfilled"


# --- requests


def test_requests_appear_as_they_happen(dashboard: Dashboard, server: Emulator) -> None:
    """The journal grows without a reload, and filters by vendor, operation, method, path and status."""
    page = dashboard.open("#requests")
    page.get_by_text("No request yet").wait_for()
    cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1})
    cnaught(server, "GET", "/v1/orders/missing")
    rows = page.get_by_role("option").filter(has=page.locator(".method"))
    rows.nth(1).wait_for()
    page.get_by_label("Status begins with").fill("4")
    page.get_by_text("1 request of 2").wait_for()
    assert rows.count() == 1
    page.get_by_label("Status begins with").fill("")
    page.get_by_label("Any method").select_option("POST")
    assert rows.first.inner_text().count("/v1/orders") == 1
    page.get_by_label("Any vendor").select_option("thallo")
    page.get_by_text("No request matches").wait_for()
    page.get_by_role("button", name="Remove filters").click()
    assert rows.count() == 2


def test_an_entry_explains_itself(dashboard: Dashboard, server: Emulator) -> None:
    """A refused request names the rule that refused it, its evidence and source, and what nothing read."""
    cnaught(server, "POST", "/v1/orders", json={"amount_kg": -1, "color": "green"})
    page = dashboard.open("#requests")
    page.get_by_role("option").filter(has_text="/v1/orders").click()
    entry = page.get_by_label("Request 1")
    entry.get_by_text("cnaught.orders.amount-positive").first.wait_for()
    entry.get_by_text("is positive").wait_for()
    entry.get_by_text("body color").wait_for()
    assert '"amount_kg": -1' in entry.get_by_label("Request body").inner_text()


def test_a_request_is_copied_as_a_command_that_works(dashboard: Dashboard, server: Emulator) -> None:
    """The copied curl command, run in a shell, does what the request did."""
    import shlex
    import subprocess

    cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1, "description": "it's $HOME"})
    page = dashboard.open("#requests/1")
    page.get_by_role("button", name="Copy as curl").click()
    page.get_by_text("Copied").wait_for()
    command = page.evaluate("navigator.clipboard.readText()")
    parts = shlex.split(command)
    assert parts[0] == "curl"
    done = subprocess.run(["curl", "--noproxy", "*", "-s", *parts[1:]], capture_output=True, text=True, check=True)
    assert '"description":"it\'s $HOME"' in done.stdout


def test_a_request_is_replayed(dashboard: Dashboard, server: Emulator) -> None:
    """Replay sends the request again with its secrets, and opens the new entry."""
    cnaught(server, "POST", "/v1/orders", json={"amount_kg": 3})
    page = dashboard.open("#requests/1")
    page.get_by_role("button", name="Replay").click()
    page.get_by_label("Request 2").wait_for()
    assert [entry["status"] for entry in server.requests] == [201, 201]


def test_text_of_a_request_never_becomes_markup(dashboard: Dashboard, server: Emulator) -> None:
    """Markup in a path, a header, a body or a query is shown as text."""
    hostile = '<img src=x onerror="document.title=1">'
    body = {"amount_kg": 1, "description": hostile}
    cnaught(server, "POST", f"/v1/orders/{hostile}", json=body, params={"q": hostile}, headers={"X-Note": hostile})
    cnaught(server, "POST", "/v1/orders", json=body)
    for id in (1, 2):
        page = dashboard.open(f"#requests/{id}")
        page.get_by_label(f"Request {id}").get_by_label("Request body").wait_for()
        assert page.locator("img").count() == 1  # the mark of the emulator
        assert "Carbon Emulator" in page.title()


def test_requests_are_read_by_keyboard(dashboard: Dashboard, server: Emulator) -> None:
    """The arrows move through the list, Escape closes an entry, and letters open pages."""
    for _ in range(3):
        cnaught(server, "GET", "/v1/orders")
    page = dashboard.open("#overview")
    page.get_by_role("heading", name="Overview").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.get_by_role("listbox", name="Requests").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_label("Request 3").wait_for()
    page.keyboard.press("ArrowDown")
    page.get_by_label("Request 2").wait_for()
    page.keyboard.press("Escape")
    page.get_by_label("Request 2").wait_for(state="detached")
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("Go to the filter").wait_for()


def test_the_journal_is_cleared(dashboard: Dashboard, server: Emulator) -> None:
    """Clear empties the journal of the space, and every page learns of it."""
    cnaught(server, "GET", "/v1/orders")
    page = dashboard.open("#requests")
    page.get_by_role("option").filter(has_text="/v1/orders").wait_for()
    dashboard.answer(accept=True)
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("No request yet").wait_for()
    assert len(server.requests) == 0
