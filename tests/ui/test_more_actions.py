"""The remaining actions of the pages: each is seen to have happened through the control API."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from tests.ui.conftest import Dashboard
from tests.ui.test_control_pages import WEBHOOK, webhooks
from tests.ui.test_dashboard import cnaught

pytestmark = pytest.mark.usefixtures("browser")


def test_deliveries_resume(dashboard: Dashboard, server: Emulator) -> None:
    """The button that resumes deliveries lets the server make an attempt by itself."""
    server.webhooks.pause()
    cnaught(server, "POST", "/v1/orders", json=WEBHOOK)
    server.clock.advance(seconds=10)
    page = dashboard.open("#webhooks")
    page.get_by_role("button", name="Deliver in the background").click()
    page.get_by_text("no reply").wait_for()
    assert len(webhooks(server)[0]["attempts"]) == 1


def test_all_faults_are_removed(dashboard: Dashboard, server: Emulator) -> None:
    """One button removes all faults."""
    for status in (500, 503):
        server.faults.add("cnaught", effect={"status": status})
    page = dashboard.open("#faults")
    page.get_by_role("button", name="Remove all").click()
    page.get_by_text("All faults removed").wait_for()
    assert list(server.faults) == []


def test_changes_of_settings_are_discarded(dashboard: Dashboard, server: Emulator) -> None:
    """A change that is not saved can be taken back, and nothing was sent."""
    before = server.cnaught.settings
    page = dashboard.open("#settings/cnaught")
    page.get_by_label("Fulfilment seconds").fill("9")
    page.get_by_role("button", name="Discard").click()
    page.wait_for_function("document.querySelector('[name=fulfilment_seconds]').value === '2'")
    assert server.cnaught.settings == before


def test_the_recorded_run_is_downloaded(dashboard: Dashboard, server: Emulator, tmp_path: Path) -> None:
    """The file is the bundle of the control API."""
    cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1})
    page = dashboard.open("#snapshots")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the recorded run").click()
    file = tmp_path / "run.json"
    downloading.value.save_as(file)
    assert json.loads(file.read_text())["requests"] == server.bundle()["requests"]


def test_a_scenario_goes_on(dashboard: Dashboard, server: Emulator) -> None:
    """The story's button plays a round of activity."""
    server.play("reseller")
    page = dashboard.open("#overview")
    page.get_by_role("button", name="More activity").click()
    page.get_by_text("Another round of activity").wait_for()
    assert server.control("GET", "/story")["rounds"] == 1


def test_older_entries_of_the_books_are_shown(dashboard: Dashboard, server: Emulator) -> None:
    """The entries of the books can be paged back and forth."""
    server.play("shop")
    page = dashboard.open("#books/cnaught")
    entries = page.get_by_role("region", name="Entries").locator("tbody tr")
    entries.first.wait_for()
    newest = entries.first.inner_text()
    page.get_by_role("button", name="Older").click()
    page.wait_for_function("(before) => !document.body.innerText.includes(before)", arg=newest.split("\t")[2])
    page.get_by_role("button", name="Newer").click()
    entries.first.get_by_text(newest.split("\t")[2]).wait_for()


def test_a_space_is_reset_from_the_list(dashboard: Dashboard, server: Emulator) -> None:
    """The list of spaces resets any of them."""
    other = server.space("other")
    other.clock.freeze("2026-01-01")
    page = dashboard.open("#spaces")
    dashboard.answer(accept=True)
    page.get_by_role("button", name="Reset other").click()
    page.get_by_text("other was reset").wait_for()
    assert other.clock.frozen is False


LOSES: dict[tuple[str, str], str] = {
    ("overview", "Reset this space"): "Reset the space default?",
    ("spaces", "Reset default"): "Reset the space default?",
    ("spaces", "Delete default"): "Delete the space default,",
    ("snapshots", "Restore kept"): "Restore kept?",
    ("snapshots", "Delete kept"): "Delete the snapshot kept?",
    ("requests", "Clear"): "Empty the journal?",
}
"""The buttons that lose something, each with its page and with what it asks."""


@pytest.mark.parametrize(("place", "button"), LOSES)
def test_nothing_is_lost_without_a_question(dashboard: Dashboard, server: Emulator, place: str, button: str) -> None:
    """A button that loses something asks first, and does nothing if the answer is no."""
    cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1})
    server.control("POST", "/snapshots/kept")
    before = server.snapshot(), server.control("GET", "/snapshots"), server.control("GET", "/requests")
    page = dashboard.open(f"#{place}")
    questions = dashboard.answer(accept=False)
    page.get_by_role("button", name=button, exact=True).click()
    assert len(questions) == 1
    assert questions[0].startswith(LOSES[place, button])
    assert (server.snapshot(), server.control("GET", "/snapshots"), server.control("GET", "/requests")) == before


def test_a_space_that_exists_is_not_made_again_without_a_question(dashboard: Dashboard, server: Emulator) -> None:
    """To make a space with the name of an existing one resets that one, so the page asks."""
    other = server.space("other")
    other.clock.freeze("2026-01-01")
    page = dashboard.open("#spaces")
    questions = dashboard.answer(accept=False)
    page.get_by_label("Name").fill("other")
    page.get_by_role("button", name="Make", exact=True).click()
    assert questions == ["other exists. Reset the space other? Its records, clock, faults and journal are lost."]
    assert other.clock.frozen is True


def test_a_setting_that_is_changed_while_others_are_saved_is_kept(dashboard: Dashboard, server: Emulator) -> None:
    """What is changed before the saved settings are read again stays, and is saved next."""
    page = dashboard.open("#settings/cnaught")
    page.get_by_label("Fulfilment seconds").fill("")
    held: list[Any] = []
    reads = f"{dashboard.url}/_emulator/settings/cnaught"
    page.route(reads, lambda route: held.append(route) if route.request.method == "GET" else route.continue_())
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Settings saved").wait_for()
    page.get_by_label("Fractions").select_option("floor")
    while not held:
        page.wait_for_timeout(10)
    with page.expect_response(reads):
        held.pop().continue_()
    page.unroute(reads)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Settings saved").nth(1).wait_for()
    settings = server.cnaught.settings
    assert (settings["fulfilment_seconds"], settings["fractions"]) == (None, "floor")


def test_a_setting_that_cannot_be_read_is_refused(dashboard: Dashboard, server: Emulator) -> None:
    """A value that the setting cannot have is refused in the server's words, and stays in the form."""
    page = dashboard.open("#settings/cnaught")
    page.get_by_label("Fulfilment seconds").fill("soon")
    page.get_by_role("button", name="Save").click()
    page.locator(".toast").get_by_text("fulfilment_seconds").wait_for()
    assert page.get_by_label("Fulfilment seconds").input_value() == "soon"
    assert server.cnaught.settings["fulfilment_seconds"] == 2.0
    assert ["400" in error for error in dashboard.errors] == [True]  # the browser logs every refusal
    dashboard.errors.clear()
