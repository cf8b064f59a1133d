"""A browser for the tests of the pages: Debian's Chromium, driven by Playwright. Without them the tests are skipped."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator import Emulator

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1360, "height": 860}
TABLET = {"width": 768, "height": 1024}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}


@dataclass
class Dashboard:
    """A page of an emulator in a browser, and what it did that no page may do."""

    page: Any
    url: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._check)

    def _check(self, request: Any) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.foreign.append(request.url)

    def answer(self, *, accept: bool) -> list[str]:
        """Answer the questions that the page asks from now on. Return the list to which they are added."""
        questions: list[str] = []

        def answer(dialog: Any) -> None:
            questions.append(dialog.message)
            if accept:
                dialog.accept()
            else:
                dialog.dismiss()

        self.page.on("dialog", answer)
        return questions

    def open(self, path: str) -> Any:
        """Open a path below ``/_emulator/``, and return the page."""
        self.page.goto(f"{self.url}/_emulator/{path}")
        return self.page


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """A browser. It ends with the tests of this package: its event loop would be in the way of others."""
    chromium = shutil.which("chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="package")
def server(browser: Any) -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def dashboard(browser: Any, server: Emulator) -> Iterator[Dashboard]:
    """A page of a reset server; after the test it has logged no error, and has called no other host."""
    server.reset()
    server.clock.freeze("2026-01-05T09:00:00Z")
    context = browser.new_context(viewport=DESKTOP)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    opened = Dashboard(context.new_page(), server.url)
    opened.page.set_default_timeout(5000)
    opened.watch()
    yield opened
    context.close()
    assert opened.errors == []
    assert opened.foreign == []
