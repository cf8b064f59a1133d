"""The pages of vendors and controls: each action is seen to have happened through the control API."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator import Emulator
from tests.ui.conftest import Dashboard
from tests.ui.test_dashboard import cnaught

pytestmark = pytest.mark.usefixtures("browser")

WEBHOOK = {"amount_kg": 1, "notification_config": {"url": "http://127.0.0.1:9/hook"}}


def webhooks(server: Emulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.control("GET", "/webhooks")["webhooks"]
    return found


# --- vendors


def test_state_marks_what_changed(dashboard: Dashboard, server: Emulator) -> None:
    """The tables show records of the vendor, and mark those that are new since the page was opened."""
    page = dashboard.open("#state/cnaught")
    page.get_by_role("button", name="Gre28Fc35bt3").wait_for()
    assert page.locator("tr.changed").count() == 0
    order = cnaught(server, "POST", "/v1/orders", json={"amount_kg": 7}).json()
    page.locator("tr.changed").get_by_role("button", name=order["id"]).click()
    assert '"amount_kg": "7"' in page.get_by_label(f"Record {order['id']}").inner_text()


@pytest.mark.parametrize("provider", ["oneclickimpact", "cnaught", "carboninsights", "dcycle", "thallo"])
def test_every_collection_opens(dashboard: Dashboard, server: Emulator, provider: str) -> None:
    """Every collection of every vendor is a table, or a note that it is empty."""
    totals = server.control("GET", f"/state/{provider}")["totals"]
    for name, count in totals.items():
        page = dashboard.open(f"#state/{provider}/{name}")
        page.get_by_role("button", name=name.replace("_", " ").capitalize()).and_(
            page.locator("[aria-current=page]")
        ).wait_for()
        page.locator("tbody tr" if count else ".empty").first.wait_for()


def test_books_show_balances_flows_and_checks(dashboard: Dashboard, server: Emulator) -> None:
    """An order moves the balances, and every check of the books holds."""
    page = dashboard.open("#books/cnaught")
    page.get_by_text("All hold").wait_for()
    cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1234})
    page.get_by_role("region", name="Balances").get_by_text("1.2 t").wait_for()
    page.get_by_role("img", name="From outside to Bought").wait_for()
    server.clock.advance(minutes=1)
    page.get_by_role("region", name="Entries").get_by_text("Order fulfilled").first.wait_for()


def test_emissions_are_charts_with_the_same_figures_as_text(dashboard: Dashboard) -> None:
    """The chart has bars by scope and by category, and a table of the same figures."""
    page = dashboard.open("#emissions")
    page.get_by_role("heading", name="By month").wait_for()
    assert page.locator(".bars rect.fill-1").count() > 0
    page.get_by_role("button", name="By category").click()
    page.locator("figcaption").get_by_text("Electricity").wait_for()
    page.get_by_label("Organization").select_option("Example Industries")
    page.get_by_text("1 organization").wait_for()
    page.get_by_text("1,550.8 t").wait_for()


# --- webhooks


def test_a_failed_webhook_is_retried_on_the_clock(dashboard: Dashboard, server: Emulator) -> None:
    """Paused deliveries are stepped; a failed one is retried when the clock reaches its time."""
    page = dashboard.open("#webhooks")
    page.get_by_text("No webhook yet").wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Deliveries wait").wait_for()
    cnaught(server, "POST", "/v1/orders", json=WEBHOOK)
    server.clock.advance(seconds=10)
    page.get_by_role("button", name="webhook-1").wait_for()
    page.get_by_role("button", name="Step").click()
    page.get_by_text("1 attempt made").wait_for()
    assert len(webhooks(server)[0]["attempts"]) == 1
    server.clock.advance(minutes=2)
    page.get_by_role("button", name="Deliver all that is due").click()
    page.get_by_text("attempts made").or_(page.get_by_text("1 attempt made").nth(1)).first.wait_for()
    page.get_by_role("button", name="webhook-1").click()
    page.get_by_text("no reply").first.wait_for()
    page.get_by_text("order.fulfilled").first.wait_for()
    assert len(webhooks(server)[0]["attempts"]) >= 2


def test_webhooks_are_duplicated_redelivered_and_reordered(dashboard: Dashboard, server: Emulator) -> None:
    """The buttons of a webhook do what the control API's operations do."""
    server.control("PATCH", "/webhooks", json={"paused": True})
    for _ in range(2):
        cnaught(server, "POST", "/v1/orders", json=WEBHOOK)
    server.clock.advance(seconds=10)
    page = dashboard.open("#webhooks")
    page.get_by_role("row", name="webhook-1").get_by_role("button", name="Duplicate").click()
    page.get_by_text("copy of webhook-1").wait_for()
    page.get_by_label("Choose webhook-2").check()
    page.get_by_label("Choose webhook-1").check()
    page.get_by_role("button", name="Reorder (2)").click()
    page.get_by_text("Order changed").wait_for()
    assert server.control("POST", "/webhooks/step")["attempted"][0]["id"] == "webhook-2"
    page.get_by_role("row", name="webhook-2").get_by_role("button", name="Redeliver").click()
    page.get_by_text("Due now").wait_for()
    assert server.control("GET", "/webhooks/webhook-2")["due"] == server.control("GET", "/clock")["now"]


# --- faults


def test_a_fault_is_made_from_the_form(dashboard: Dashboard, server: Emulator) -> None:
    """Every part of the form is in the fault; it strikes, is counted, and is removed."""
    page = dashboard.open("#faults")
    page.locator("[name=provider]").select_option("cnaught")
    page.locator("[name=operation]").select_option("place_order")
    page.locator("[name=status]").fill("503")
    page.locator("[name=body]").fill('{"why": "maintenance"}')
    page.locator("[name=headers]").fill("Retry-After: 30\nX-Note: a: b")
    page.locator("[name=times]").fill("2")
    page.get_by_role("button", name="Add fault").click()
    page.get_by_text("0 of 2").wait_for()
    reply = cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1})
    assert (reply.status_code, reply.json()) == (503, {"why": "maintenance"})
    assert (reply.headers["retry-after"], reply.headers["x-note"]) == ("30", "a: b")
    page.get_by_text("1 of 2").wait_for()
    page.get_by_role("button", name="Remove fault-1").click()
    page.get_by_role("region", name="Faults").wait_for(state="detached")
    assert list(server.faults) == []


def test_an_impossible_fault_is_explained(dashboard: Dashboard, server: Emulator) -> None:
    """What the control API refuses is shown with its reason, and nothing is added."""
    page = dashboard.open("#faults")
    page.get_by_role("button", name="Add fault").click()
    page.locator(".toast.bad").wait_for()
    assert list(server.faults) == []
    assert ["400" in error for error in dashboard.errors] == [True]  # the browser logs every refusal
    dashboard.errors.clear()


def test_a_request_becomes_a_fault(dashboard: Dashboard, server: Emulator) -> None:
    """Making a fault of a request fills the form with its vendor, operation and status."""
    cnaught(server, "GET", "/v1/orders/missing")
    page = dashboard.open("#requests/1")
    page.get_by_role("link", name="Make it a fault").click()
    page.get_by_role("button", name="Add fault").click()
    page.get_by_text("0 of 1").wait_for()
    fault = next(iter(server.faults))
    assert (fault["provider"], fault["operation"], fault["effect"]["status"]) == ("cnaught", "get_order", 404)


# --- settings, snapshots, spaces


def test_settings_and_acts(dashboard: Dashboard, server: Emulator) -> None:
    """A setting is saved with its own type, and an act happens to its subject."""
    page = dashboard.open("#settings/cnaught")
    page.get_by_label("Fulfilment seconds").fill("")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Settings saved").wait_for()
    assert server.cnaught.settings["fulfilment_seconds"] is None
    page.get_by_label("Fractions").select_option("floor")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function("document.querySelector('[name=fractions]').value === 'floor'")
    assert server.cnaught.settings["fractions"] == "floor"
    order = cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1}).json()
    form = page.locator("form").filter(has_text="Fulfil order")
    form.get_by_label("Id of its subject").fill(order["id"])
    form.get_by_role("button", name="Perform").click()
    page.get_by_text("Fulfil order: done").wait_for()
    assert cnaught(server, "GET", f"/v1/orders/{order['id']}").json()["state"] == "fulfilled"


def test_snapshots_are_kept_restored_and_downloaded(dashboard: Dashboard, server: Emulator, tmp_path: Path) -> None:
    """A kept snapshot brings the space back; so does a downloaded one."""
    page = dashboard.open("#snapshots")
    page.get_by_label("Name").fill("before")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Restore before").wait_for()
    dashboard.answer(accept=True)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the space").click()
    file = tmp_path / "space.json"
    downloading.value.save_as(file)
    assert json.loads(file.read_text()) == server.snapshot()
    for restore in (
        lambda: page.get_by_role("button", name="Restore before").click(),
        lambda: page.locator("input[type=file]").set_input_files(file),
    ):
        order = cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1}).json()
        restore()
        page.locator(".toast", has_text="Restored").last.wait_for()
        assert cnaught(server, "GET", f"/v1/orders/{order['id']}").status_code == 404
        page.locator(".toast").first.wait_for(state="detached", timeout=9000)


def test_spaces_are_made_copied_opened_and_deleted(dashboard: Dashboard, server: Emulator) -> None:
    """A copy of a space opens without a page load, is another world, and is deleted."""
    order = cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1}).json()
    page = dashboard.open("#spaces")
    page.evaluate("window.loaded = true")
    page.get_by_label("Name").fill("copy")
    page.get_by_label("Content").select_option("default")
    page.get_by_role("button", name="Make", exact=True).click()
    page.get_by_role("link", name="Space copy").wait_for()
    assert page.url == f"{dashboard.url}/~copy/_emulator/#overview"
    assert page.evaluate("window.loaded") is True
    page.get_by_text(f"{dashboard.url.removeprefix('http://')}/~copy/cnaught").wait_for()
    key = {"Authorization": f"Bearer {server.cnaught.credentials['api_key']}"}
    url = f"{dashboard.url}/~copy/cnaught/v1/orders/{order['id']}"
    assert httpx.get(url, headers=key, trust_env=False).status_code == 200
    page.go_back()
    page.get_by_role("link", name="Space default").wait_for()
    dashboard.answer(accept=True)
    page.get_by_role("button", name="Delete copy").click()
    page.get_by_role("button", name="Delete copy").wait_for(state="detached")
    assert "copy" not in [space["name"] for space in server.control("GET", "/spaces")["spaces"]]


# --- trust


def test_trust_counts_and_finds_rules(dashboard: Dashboard, server: Emulator) -> None:
    """The page counts operations and rules by evidence, and finds a rule by its words."""
    rules = server.control("GET", "/evidence")["providers"]["cnaught"]["rules"]
    page = dashboard.open("#trust/cnaught")
    page.get_by_text(f"{len(rules)} rules").wait_for()
    page.get_by_role("button", name="Rules", exact=True).click()
    page.get_by_label("Search").fill("negative value or zero")
    page.get_by_text("cnaught.orders.amount-positive").wait_for()
    page.get_by_label("Evidence").select_option("inferred")
    page.get_by_text("No rule matches").wait_for()
