"""The live view under load: it stays responsive, and shows every request or counts the skipped ones; and the token."""

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest

from emulator import Emulator
from emulator.app import create_app
from emulator.gateway.turn import open_exchange, run_turn
from emulator.space.world import Limits
from emulator.web.headers import Headers
from tests.ui.conftest import DESKTOP, Dashboard

pytestmark = pytest.mark.usefixtures("browser")

MANY = 10_000
FRAMES = "() => { window.gaps = []; let last = performance.now(); const tick = () => { const now = performance.now();"
FRAMES += " gaps.push(now - last); last = now; requestAnimationFrame(tick); }; requestAnimationFrame(tick); }"
STALL_MILLISECONDS = 400
"""Far above what is measured on an idle machine (35 ms), as other tests run on the same cores."""


@pytest.fixture
def busy(browser: Any) -> Iterator[Emulator]:
    """An emulator whose journal holds ten thousand requests."""
    with Emulator(limits=Limits(journal_exchanges_max=MANY, journal_bytes_max=1 << 30)) as running:
        yield running


@pytest.fixture
def live(browser: Any, busy: Emulator) -> Iterator[Dashboard]:
    context = browser.new_context(viewport=DESKTOP)
    opened = Dashboard(context.new_page(), busy.url)
    opened.page.set_default_timeout(10_000)
    opened.watch()
    yield opened
    context.close()
    assert (opened.errors, opened.foreign) == ([], [])


def run_requests(server: Emulator, count: int) -> None:
    """Answer so many requests to CNaught, in the emulator's own thread."""
    space = server.app.spaces.get("default")
    provider = space.world.providers["cnaught"]
    headers = Headers([(b"authorization", b"Bearer test_acme_0001")])
    for _ in range(count):
        scope = {"type": "http", "method": "GET", "path": "/v1/orders", "query_string": b"", "headers": headers.raw}
        whole = {**scope, "http_version": "1.1", "scheme": "http", "root_path": ""}
        run_turn(space, provider, open_exchange(space, provider, whole, headers, b""))


async def at_rate(server: Emulator, per_second: int, seconds: float) -> None:
    """Answer requests at a steady rate."""
    for _ in range(int(seconds * 50)):
        run_requests(server, per_second // 50)
        await asyncio.sleep(1 / 50)


async def at_once(server: Emulator, count: int) -> None:
    run_requests(server, count)


def submit(server: Emulator, work: Any) -> Any:
    assert server._running
    return server._running.submit(work)


def test_the_first_view_of_a_thousand_requests_is_quick(live: Dashboard, busy: Emulator) -> None:
    """A dashboard opened on a journal of a thousand requests shows them all within a moment."""
    submit(busy, at_once(busy, 1000)).result(20)
    page = live.open("#requests")
    page.get_by_text("1,000 requests").wait_for()
    assert page.evaluate("performance.now()") < 5000


FIRST_VIEW = """() => {
    const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return [performance.now(), loaded.reduce((bytes, entry) => bytes + entry.encodedBodySize, 0)];
}"""


@pytest.mark.skipif("EXTENDED" not in os.environ, reason="needs an idle machine; .ci/extended runs it")
def test_the_first_view_costs_less_than_a_second_and_200_kb(browser: Any, busy: Emulator) -> None:
    """A new browser shows a thousand requests after less than a second, and has loaded less than 200 kB."""
    submit(busy, at_once(busy, 1000)).result(20)
    seconds = []
    for _ in range(5):
        context = browser.new_context(viewport=DESKTOP)
        page = Dashboard(context.new_page(), busy.url).open("#requests")
        page.get_by_text("1,000 requests").wait_for()
        milliseconds, size = page.evaluate(FIRST_VIEW)
        seconds.append(milliseconds / 1000)
        context.close()
        assert size < 200_000
    print(f"first view of 1,000 requests: {[round(each, 2) for each in seconds]} s, {size} bytes")  # noqa: T201
    assert min(seconds) < 1


def test_skipped_requests_are_counted(browser: Any) -> None:
    """Requests that the journal dropped before the page could read them are counted on it."""
    with Emulator(limits=Limits(journal_exchanges_max=100)) as small:
        context = browser.new_context(viewport=DESKTOP)
        page = Dashboard(context.new_page(), small.url).open("#requests")
        page.get_by_text("No request yet").wait_for()
        submit(small, at_once(small, 1000)).result(20)
        page.get_by_text("100 requests").wait_for()
        page.get_by_text("900 entries skipped").wait_for()
        context.close()


def test_ten_thousand_requests_scroll(live: Dashboard, busy: Emulator) -> None:
    """A list of ten thousand entries has few rows in the document, and scrolls from end to end without a stall."""
    submit(busy, at_once(busy, MANY)).result(30)
    page = live.open("#requests")
    page.get_by_text("10,000 requests").wait_for()
    page.evaluate(FRAMES)
    page.evaluate(
        """async () => {
            const list = document.querySelector(".windowed");
            const frame = () => new Promise(requestAnimationFrame);
            for (let step = 0; step <= 60; step += 1) {
                list.scrollTop = (list.scrollHeight * step) / 60;
                await frame();
            }
        }"""
    )
    assert max(page.evaluate("gaps")) < STALL_MILLISECONDS
    assert page.locator(".request-row").count() < 100
    assert page.locator(".request-row").last.is_visible()


def test_five_hundred_requests_a_second_are_shown_live(live: Dashboard, busy: Emulator) -> None:
    """Under load the page stays responsive; every request is shown, or counted as skipped."""
    page = live.open("#requests")
    page.get_by_text("No request yet").wait_for()
    page.evaluate(FRAMES)
    submit(busy, at_rate(busy, 500, 3)).result(60)
    page.get_by_text("1,500 requests").wait_for()
    assert page.evaluate("gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length * 0.95)]") < STALL_MILLISECONDS
    assert page.get_by_text("skipped").count() == 0


def test_the_token_is_asked_for_once_and_kept_for_the_tab(browser: Any) -> None:
    """A protected server's dashboard asks for the token, refuses a wrong one, and remembers the right one."""
    guarded = Emulator()
    guarded.app = create_app(control_token="open sesame")
    with guarded:
        context = browser.new_context(viewport=DESKTOP)
        page = Dashboard(context.new_page(), guarded.url).open("#overview")
        dialog = page.get_by_role("dialog", name="This server needs its token")
        dialog.get_by_label("Control token").fill("wrong")
        dialog.get_by_role("button", name="Continue").click()
        dialog.get_by_text("does not accept this token").wait_for()
        dialog.get_by_label("Control token").fill("open sesame")
        dialog.get_by_role("button", name="Continue").click()
        dialog.wait_for(state="detached")
        page.get_by_role("heading", name="CNaught").wait_for()
        page.get_by_text("Live", exact=True).wait_for()
        page.reload()
        page.get_by_role("heading", name="CNaught").wait_for()
        assert page.get_by_role("dialog").count() == 0
        page.goto(f"{guarded.url}/_emulator/docs")
        page.locator("openapi-explorer .nav-bar-path").first.wait_for(timeout=15_000)
        other = Dashboard(context.new_page(), guarded.url).open("#overview")
        other.get_by_role("dialog").wait_for()
        context.close()


def test_a_lost_connection_is_shown_and_resumed(browser: Any, busy: Emulator) -> None:
    """While the server is unreachable the page shows it; afterwards it continues where it stopped."""
    context = browser.new_context(viewport=DESKTOP)
    page = Dashboard(context.new_page(), busy.url).open("#requests")
    submit(busy, at_once(busy, 3)).result(5)
    page.get_by_text("3 requests").wait_for()
    page.evaluate(
        "window.fetch = (real => (...all) => window.down ? Promise.reject(new TypeError()) : real(...all))(fetch)"
    )
    page.evaluate("window.down = true")
    submit(busy, drop_connections(busy)).result(5)
    page.get_by_text("Reconnecting…").wait_for()
    submit(busy, at_once(busy, 2)).result(5)
    page.evaluate("window.down = false")
    page.get_by_text("5 requests").wait_for()
    page.get_by_text("Live", exact=True).wait_for()
    context.close()


async def drop_connections(server: Emulator) -> None:
    assert server._running
    for connection in list(server._running._server.pool.connections):
        connection.abort()
