"""Take the screenshots of the documentation: ``python -m scripts.screenshots``. Needs Playwright and Chromium.

The same seed and clock give the same pages, so a screenshot changes only when its page does.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from emulator import Emulator

IMAGES = Path(__file__).parents[1] / "docs" / "images"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SIZE = {"width": 1280, "height": 800}

SHOTS = (
    ("dashboard", "#overview", "light"),
    ("requests", "#requests/5", "dark"),
    ("books", "#books/cnaught", "light"),
    ("emissions", "#emissions", "light"),
    ("webhooks", "#webhooks", "dark"),
    ("trust", "#trust/cnaught", "light"),
    ("reference", "docs?api=cnaught#?route=post-/v1/orders", "light"),
)
WAIT_MILLISECONDS = 3000


def main() -> None:
    """Serve an emulator with some activity, and write each screenshot."""
    IMAGES.mkdir(exist_ok=True)
    with Emulator(port=4412) as emulator, sync_playwright() as driver:
        act(emulator)
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, path, scheme in SHOTS:
            take(browser, f"{emulator.url}/_emulator/{path}", IMAGES / f"{name}.png", scheme)
            sys.stdout.write(f"{name}\n")
        browser.close()


def take(browser: Any, url: str, file: Path, scheme: str) -> None:
    """Write the screenshot of a page."""
    context = browser.new_context(viewport=SIZE, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    page.wait_for_timeout(WAIT_MILLISECONDS)
    page.screenshot(path=file)
    context.close()


def act(emulator: Emulator) -> None:
    """Make requests to several vendors, one of them refused and one struck by a fault."""
    emulator.clock.freeze("2026-01-05T09:00:00Z")
    cnaught, impact = emulator.cnaught, emulator.oneclickimpact
    key = {"Authorization": f"Bearer {cnaught.credentials['api_key']}"}
    orders = f"{cnaught.url}/v1/orders"
    for kilograms in (10, 17, 24, 1300):
        order = {"amount_kg": kilograms, "notification_config": {"url": "http://127.0.0.1:9/hook"}}
        emulator.http.post(orders, json=order, headers=key)
    emulator.http.post(orders, json={"amount_kg": -1, "color": "green"}, headers=key)
    session = {"amount_kg": 100, "success_url": "https://shop.example/ok", "cancel_url": "https://shop.example/no"}
    emulator.http.post(f"{cnaught.url}/v1/checkout/sessions", json=session, headers=key)
    for path, body in (("plant_tree", {"amount": 3}), ("capture_carbon", {"amount": 5})):
        emulator.http.post(f"{impact.url}/v1/{path}", json=body, headers={"x-api-key": impact.credentials["api_key"]})
    emulator.faults.add("cnaught", operation="list_orders", effect={"status": 503}, times=1)
    emulator.http.get(orders, headers=key)
    emulator.clock.advance(hours=1)
    emulator.webhooks.deliver()
    emulator.http.post(orders, json={"amount_kg": 250}, headers=key)


if __name__ == "__main__":
    main()
