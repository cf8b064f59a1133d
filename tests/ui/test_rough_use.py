"""Rough use of the pages: hidden tabs, odd addresses, exact numbers, long lists, a keyboard alone, a wrong token."""

import itertools
import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator import Emulator
from emulator.app import create_app
from tests.ui.conftest import DESKTOP, PHONE, Dashboard
from tests.ui.test_control_pages import WEBHOOK
from tests.ui.test_dashboard import cnaught

pytestmark = pytest.mark.usefixtures("browser")

HIDDEN = "Object.defineProperty(document, 'hidden', {get: () => !window.shown, configurable: true})"
SHOW = "() => { window.shown = true; document.dispatchEvent(new Event('visibilitychange')); }"
LARGE = 2**53 + 1
ROWS = 100
"""How many rows of a long list a page shows."""


def rows(page: Any) -> list[str]:
    """Return the first cell of each row of the page's table, which may have a mark."""
    return [text.split()[0] for text in page.locator("main tbody tr > td:first-child").all_inner_texts()]


# --- requests


@pytest.mark.parametrize("query", ["provider=cnaught", "status=4", "path=orders&method=GET", "operation=list_orders"])
def test_opening_an_entry_keeps_the_filter_of_the_address(dashboard: Dashboard, server: Emulator, query: str) -> None:
    """Opening, replaying and closing an entry leave the list as the address filters it."""
    cnaught(server, "GET", "/v1/orders?starting_after=none")
    httpx.post(f"{server.oneclickimpact.url}/v1/plant_tree", json={"amount": 0}, trust_env=False)
    page = dashboard.open(f"#requests?{query}")
    listed = page.locator(".request-row")
    page.get_by_text(re.compile(" of 2")).or_(page.get_by_text("2 requests")).first.wait_for()
    before = listed.count()
    listed.last.click()
    page.get_by_role("button", name="Copy as curl").wait_for()
    assert listed.count() == before
    page.get_by_role("button", name="Replay").click()
    page.get_by_label("Request 3").wait_for()
    assert page.url.endswith(f"?{query}")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("complementary", name="Request 3").wait_for(state="detached")
    assert page.url.endswith(f"#requests?{query}")
    assert listed.count() == before + 1


@pytest.mark.parametrize("emptied", ["reset", "cleared"])
def test_a_paused_list_counts_what_is_new(dashboard: Dashboard, server: Emulator, emptied: str) -> None:
    """What arrived after the pause is counted, even if the journal was emptied meanwhile."""
    for _ in range(3):
        cnaught(server, "GET", "/v1/orders")
    page = dashboard.open("#requests")
    page.get_by_text("3 requests").wait_for()
    page.get_by_role("button", name="Pause").click()
    if emptied == "reset":
        server.reset()
    else:
        server.control("DELETE", "/requests")
    for _ in range(2):
        cnaught(server, "GET", "/v1/orders")
    page.get_by_role("button", name="Resume (2 new)").click()
    page.get_by_text("2 requests").wait_for()


def test_numbers_of_a_body_are_shown_and_copied_as_they_were_sent(dashboard: Dashboard, server: Emulator) -> None:
    """A page rounds no number of a body, and writes none in another way."""
    body = f'{{"amount_kg": 10.0, "large": {LARGE}, "long": 12345678901234567.25, "plain": [1, -2.5, null, "1.0"]}}'
    typed = {"Content-Type": "application/json"}
    assert cnaught(server, "POST", "/v1/orders", content=body, headers=typed).status_code == 201
    page = dashboard.open("#requests/1")
    shown = page.get_by_role("region", name="Request body").inner_text()
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", body)
    page.get_by_role("button", name="Copy as curl").click()
    page.get_by_text("Copied").wait_for()
    assert f"--data-raw '{re.sub(r' ', '', body)}'" in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_rare_methods_are_filtered_and_made_faults(dashboard: Dashboard, server: Emulator, method: str) -> None:
    """The choices of methods have those that clients send rarely."""
    cnaught(server, "GET", "/v1/orders")
    cnaught(server, method, "/v1/none")
    page = dashboard.open(f"#requests?method={method}")
    page.get_by_text("1 request of 2").wait_for()
    page.locator(".request-row").click()
    page.get_by_role("link", name="Make it a fault").click()
    page.locator("select[name=method]").wait_for()
    assert page.locator("select[name=method]").input_value() == method


@pytest.mark.parametrize("way", ["Escape", "Enter"])
def test_an_entry_is_left_by_keyboard(dashboard: Dashboard, server: Emulator, way: str) -> None:
    """Escape inside an entry, or its button, closes it; the arrows then go on in the list."""
    for _ in range(3):
        cnaught(server, "GET", "/v1/orders")
    page = dashboard.open("#requests")
    page.get_by_role("listbox", name="Requests").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Copy as curl").wait_for()
    page.get_by_role("button", name="Close", exact=True).focus()
    page.keyboard.press(way)
    page.get_by_label("Request 3").wait_for(state="detached")
    page.locator(".windowed:focus").wait_for()
    page.keyboard.press("ArrowDown")
    page.get_by_label("Request 3").wait_for()


# --- faults


def test_a_fault_is_listed_with_all_its_conditions(dashboard: Dashboard, server: Emulator) -> None:
    """The list tells faults apart that differ in a header or in the first request."""
    for nth in (1, 2, 3, 11, 21):
        server.faults.add(nth=nth, headers={"X-Shop": f"s{nth}"}, effect={"status": 503})
    page = dashboard.open("#faults")
    page.get_by_text("X-Shop: s1", exact=True).wait_for()
    listed = page.get_by_role("region", name="Faults").locator("tbody tr > td:nth-child(2)").all_inner_texts()
    assert listed == ["X-Shop: s1", *(f"X-Shop: s{nth}, from number {nth} on" for nth in (2, 3, 11, 21))]


# --- refusals


@pytest.mark.parametrize(
    ("hash", "label", "text", "button", "refusal"),
    [
        ("settings/cnaught", "Fulfilment seconds", "soon", "Save", "fulfilment_seconds"),
        ("settings/cnaught", "Checkout hours", "{", "Save", "checkout_hours"),
        ("settings/oneclickimpact", "Webhook endpoints", "[{]", "Save", "webhook_endpoints"),
        ("faults", "Status", "", "Add fault", "the request is invalid: body.effect: it has no effect"),
        (
            "overview",
            "Advance by",
            "99999999999999",
            "Advance",
            "the request is invalid: body.seconds: must be at most",
        ),
    ],
)
def test_a_refusal_is_shown_in_the_words_of_the_server(
    browser: Any, server: Emulator, hash: str, label: str, text: str, button: str, refusal: str
) -> None:
    """What a form cannot be is worded by the control API, with the place, as for any other client."""
    server.reset()
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.set_default_timeout(5000)
    page.goto(f"{server.url}/_emulator/#{hash}")
    page.get_by_label(label).first.fill(text)
    page.locator("main").get_by_role("button", name=button, exact=True).click()
    shown = page.locator(".toast.bad")
    shown.get_by_text(refusal).wait_for()
    assert "JSON" not in shown.inner_text()
    context.close()


# --- long lists


@pytest.mark.parametrize("collection", ["orders", "keyed_replies"])
def test_the_newest_records_come_first_and_are_marked(dashboard: Dashboard, server: Emulator, collection: str) -> None:
    """A record that is added to a long collection appears on the page that is open, with a mark."""
    for number in range(ROWS + 5):
        cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1}, headers={"Idempotency-Key": f"key-{number}"})
    page = dashboard.open(f"#state/cnaught/{collection}")
    page.get_by_text("newest first").wait_for()
    before = rows(page)
    assert len(before) == ROWS
    cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1}, headers={"Idempotency-Key": "another"})
    page.locator("tr.changed").wait_for()
    after = rows(page)
    assert after[1:] == before[:-1]
    assert page.locator("tr.changed").count() == 1
    page.get_by_role("button", name="Older").click()
    page.get_by_role("button", name="Older").and_(page.locator(":disabled")).wait_for()
    page.get_by_role("button", name="Newer").click()
    page.locator("main").get_by_role("button", name=after[0], exact=True).wait_for()


def test_records_of_a_list_keep_their_numbers(dashboard: Dashboard, server: Emulator) -> None:
    """Records without ids are numbered by their place in the whole list, on each of its pages."""
    key = {"x-api-key": server.oneclickimpact.credentials["api_key"]}
    for _ in range(ROWS):
        httpx.post(f"{server.oneclickimpact.url}/v1/plant_tree", json={"amount": 1}, headers=key, trust_env=False)
    total = server.control("GET", "/state/oneclickimpact")["totals"]["impacts"]
    page = dashboard.open("#state/oneclickimpact/impacts")
    page.get_by_text("newest first").wait_for()
    assert rows(page) == [str(number) for number in range(total, total - ROWS, -1)]
    page.get_by_role("button", name="Older").click()
    page.locator("main").get_by_role("button", name="1", exact=True).wait_for()
    assert rows(page) == [str(number) for number in range(ROWS, 0, -1)]


def test_webhooks_are_filtered_by_the_address(dashboard: Dashboard, server: Emulator) -> None:
    """A story may lead to the webhooks about one order, and a link to all of them."""
    server.webhooks.pause()
    orders = [cnaught(server, "POST", "/v1/orders", json=WEBHOOK).json()["id"] for _ in range(3)]
    server.clock.advance(seconds=10)
    for name, value, count in (("subject", orders[1], 1), ("state", "pending", 3), ("kind", "order.fulfilled", 3)):
        page = dashboard.open(f"#webhooks?{name}={value}")
        page.get_by_text(f"{name} {value}", exact=True).wait_for()
        page.locator("tr.webhook").nth(count - 1).wait_for()
        assert page.locator("tr.webhook").count() == count
    page.get_by_role("link", name="Show all").click()
    page.get_by_text("kind order.fulfilled").wait_for(state="detached")
    page.locator("tr.webhook").nth(2).wait_for()
    assert page.locator("tr.webhook").count() == 3


def test_many_webhooks_are_shown_in_pages(dashboard: Dashboard, server: Emulator) -> None:
    """The newest hundred come first; older ones are a button away."""
    server.webhooks.pause()
    for _ in range(ROWS + 20):
        cnaught(server, "POST", "/v1/orders", json=WEBHOOK)
    server.clock.advance(seconds=10)
    page = dashboard.open("#webhooks")
    page.get_by_role("button", name=f"webhook-{ROWS + 20}").wait_for()
    assert page.locator("tr.webhook").count() == ROWS
    page.get_by_role("button", name="Older").click()
    page.get_by_role("button", name="webhook-1", exact=True).wait_for()
    assert page.locator("tr.webhook").count() == 20


@pytest.mark.parametrize("hash", ["webhooks", "books/cnaught", "state/cnaught/orders"])
def test_a_page_reads_no_more_than_it_shows(dashboard: Dashboard, server: Emulator, hash: str) -> None:
    """Lists come from the server in parts, so that a page costs the same however long they are."""
    server.webhooks.pause()
    for _ in range(ROWS + 20):
        cnaught(server, "POST", "/v1/orders", json=WEBHOOK)
    server.clock.advance(seconds=10)
    read: list[Any] = []
    dashboard.page.on("response", lambda reply: read.append(reply) if "limit=" in reply.url else None)
    page = dashboard.open(f"#{hash}")
    page.locator("main tbody tr").nth(20).wait_for()
    page.wait_for_timeout(500)
    replies = [reply.json() for reply in read]
    lists = [each for reply in replies for each in _lists(reply)]
    assert lists
    assert max(map(len, lists)) <= ROWS


def _lists(content: Any) -> list[Any]:
    """Return all lists and tables in JSON content."""
    below = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    own = [content] if isinstance(content, dict | list) else []
    return own + [found for each in below for found in _lists(each)]


def test_a_page_that_takes_long_to_read_is_read_less_often(dashboard: Dashboard, server: Emulator) -> None:
    """A page with much to calculate leaves the server time for its clients, however often the space changes."""
    began: list[float] = []

    def slowly(route: Any) -> None:
        began.append(time.monotonic())
        time.sleep(0.25)
        route.continue_()

    dashboard.page.route("**/ledger/verify", slowly)
    page = dashboard.open("#books/cnaught")
    page.get_by_text("All hold").wait_for()
    for _ in range(30):
        cnaught(server, "POST", "/v1/orders", json={"amount_kg": 1})
        page.wait_for_timeout(100)
    assert len(began) >= 2
    assert min(later - earlier for earlier, later in itertools.pairwise(began)) >= 1


# --- large amounts

LINES = """() => [...document.querySelectorAll('.tiles .figure')].map((figure) =>
    Math.round(figure.offsetHeight / parseFloat(getComputedStyle(figure).lineHeight)))"""
BOXES = """() => [...document.querySelectorAll('.flow-picture')].map((picture) =>
    [...picture.querySelectorAll('.flow-name')].map((name) => name.getBoundingClientRect().toJSON()))"""


@pytest.fixture
def donor(server: Emulator) -> str:
    """A customer with the largest amounts that the vendor takes."""
    key = {"x-api-key": server.oneclickimpact.credentials["api_key"]}
    content = {"amount": 10_000_000, "customer_email": "ada@example.com", "customer_name": "Ada"}
    for kind in ("capture_carbon", "donate_money", "plant_tree", "clean_ocean"):
        url = f"{server.oneclickimpact.url}/v1/{kind}"
        reply = httpx.post(url, json=content, headers=key, trust_env=False).json()
    found: str = reply["customer"]["customer_id"]
    return found


@pytest.mark.parametrize("width", [320, 360, 768, 1360])
def test_large_amounts_stay_on_one_line(dashboard: Dashboard, donor: str, width: int) -> None:
    """No figure of a customer's page is broken in two, and no page is wider than its window."""
    dashboard.page.set_viewport_size({"width": width, "height": 800})
    page = dashboard.open(f"pages/oneclickimpact/customers/{donor}")
    assert page.evaluate(LINES) == [1] * 4
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 360, 768, 1360])
def test_the_test_card_of_a_checkout_is_not_broken(dashboard: Dashboard, server: Emulator, width: int) -> None:
    """Neither the number nor the expiry of the card is broken in two."""
    urls = {"success_url": "https://shop.example/", "cancel_url": "https://shop.example/"}
    session = cnaught(server, "POST", "/v1/checkout/sessions", json={"amount_kg": 99_999, **urls}).json()
    dashboard.page.set_viewport_size({"width": width, "height": 800})
    dashboard.page.goto(session["checkout_url"])
    heights = dashboard.page.locator(".test-card span").evaluate_all("(all) => all.map((each) => each.offsetHeight)")
    assert len(heights) == 2
    assert max(heights) < 40
    assert dashboard.page.evaluate("document.scrollingElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 360, 768, 1360])
def test_labels_of_a_flow_do_not_overlap(dashboard: Dashboard, donor: str, width: int) -> None:
    """Where a picture has no room for its labels side by side, it is wider than its panel, which scrolls."""
    dashboard.page.set_viewport_size({"width": width, "height": 800})
    page = dashboard.open("#books/oneclickimpact")
    page.get_by_text("Money").first.wait_for()
    for boxes in page.evaluate(BOXES):
        for one, other in itertools.combinations(boxes, 2):
            beside = one["right"] <= other["left"] or other["right"] <= one["left"]
            assert beside or one["bottom"] <= other["top"] + 4 or other["bottom"] <= one["top"] + 4
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


# --- addresses, tabs and menus


@pytest.mark.parametrize("hash", ["state/%E0%A4", "requests/%", "books/%ZZ", "%C3%28"])
def test_an_address_that_cannot_be_decoded_opens_a_page(browser: Any, server: Emulator, hash: str) -> None:
    """A broken link opens a page, and throws nothing."""
    context = browser.new_context(viewport=DESKTOP)
    page, thrown = context.new_page(), []
    page.on("pageerror", lambda error: thrown.append(error))
    page.goto(f"{server.url}/_emulator/#{hash}")
    page.get_by_role("navigation", name="Pages").wait_for()
    context.close()
    assert thrown == []


def test_a_space_is_named_as_the_server_reads_its_address(dashboard: Dashboard, server: Emulator) -> None:
    """Percent signs in the address of a space are read by the page as they are by the server."""
    dashboard.page.goto(f"{server.url}/~a%2Db%41/_emulator/")
    dashboard.page.get_by_role("link", name="a-bA").wait_for()


def test_hidden_tabs_leave_the_connections_to_others(browser: Any, server: Emulator) -> None:
    """A tab that was opened in the background holds no stream: browsers allow six connections for all tabs."""
    context = browser.new_context(viewport=DESKTOP)
    context.add_init_script(HIDDEN)
    tabs = [context.new_page() for _ in range(8)]
    for tab in tabs:
        tab.set_default_timeout(5000)
        tab.goto(f"{server.url}/_emulator/")
    for tab in tabs:
        tab.get_by_role("heading", name="Thallo").wait_for()
    tabs[0].evaluate(SHOW)
    tabs[0].get_by_text("Live", exact=True).wait_for()
    context.close()


def test_the_menu_closes(dashboard: Dashboard) -> None:
    """On a phone the menu closes when a page is chosen, even the one that is open, and with Escape."""
    dashboard.page.set_viewport_size(PHONE)
    page = dashboard.open("#overview")
    menu = page.get_by_role("navigation", name="Pages")
    for close in (lambda: menu.get_by_role("link", name="Overview").click(), lambda: page.keyboard.press("Escape")):
        page.get_by_role("button", name="Menu", exact=True).click()
        menu.wait_for()
        close()
        menu.wait_for(state="hidden")


# --- documents


@pytest.mark.parametrize("way", ["copy", "file"])
def test_a_document_keeps_its_numbers(dashboard: Dashboard, server: Emulator, tmp_path: Path, way: str) -> None:
    """A space that is copied, or saved to a file and restored, has the same seed, however large."""
    source, target = server.space("large"), server.space("large-again")
    source.reset(seed=LARGE)
    page = dashboard.open("#spaces")
    if way == "copy":
        page.get_by_label("Name").fill("large-again")
        page.get_by_label("Content").select_option("large")
        page.get_by_role("button", name="Make").click()
        page.get_by_text("Space large-again made").wait_for()
    else:
        page.goto(f"{source.url}/_emulator/#snapshots")
        with page.expect_download() as downloading:
            page.get_by_role("button", name="Download the space").click()
        downloading.value.save_as(tmp_path / "large.json")
        page.goto(f"{target.url}/_emulator/#snapshots")
        page.get_by_label("Restore from a file").set_input_files(tmp_path / "large.json")
        page.get_by_text("Restored from the file").wait_for()
    assert [json.loads(json.dumps(space.snapshot()))["seed"] for space in (source, target)] == [LARGE, LARGE]
    for space in (source, target):
        space.delete()


# --- the token


@pytest.mark.parametrize("path", ["#overview", "docs"])
def test_a_page_asks_until_it_has_the_token(browser: Any, path: str) -> None:
    """The question stays when Escape is pressed, and a token that no header can hold is refused like a wrong one."""
    guarded = Emulator()
    guarded.app = create_app(control_token="open")
    with guarded:
        context = browser.new_context(viewport=DESKTOP)
        page, thrown = context.new_page(), []
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: thrown.append(error))
        page.goto(f"{guarded.url}/_emulator/{path}")
        dialog = page.get_by_role("dialog", name="This server needs its token")
        dialog.wait_for()
        for _ in range(3):
            page.keyboard.press("Escape")
            dialog.wait_for()
        for wrong in ("日本", "ключ", "wrong"):
            dialog.get_by_label("Control token").fill(wrong)
            dialog.get_by_role("button", name="Continue").click()
            dialog.get_by_role("alert").get_by_text("does not accept this token").wait_for()
        dialog.get_by_label("Control token").fill("open")
        dialog.get_by_role("button", name="Continue").click()
        dialog.wait_for(state="detached")
        page.get_by_text("test_local_0001").first.wait_for()
        page.get_by_role("alert").wait_for(state="detached")
        context.close()
        assert thrown == []
