"""The pages behind the links of vendors, in a browser: a customer pays or cancels, and downloads a certificate."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator import Emulator
from tests.ui.conftest import DESKTOP, PHONE

AXE = Path(__file__).with_name("vendored") / "axe.min.js"
SHOP = "https://shop.example"
KEY = {"Authorization": "Bearer test_acme_0001"}


class Customer:
    """A customer in a browser, with a shop that exists only in that browser. ``foreign`` are other hosts."""

    def __init__(self, context: Any, emulator: Emulator) -> None:
        self.emulator = emulator
        self.page = context.new_page()
        self.page.set_default_timeout(5000)
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._check)
        shop = "<!doctype html><title>Shop</title><link rel=icon href=data:,><h1>Shop</h1>"
        context.route(f"{SHOP}/**", lambda route: route.fulfill(body=shop, content_type="text/html"))

    def _check(self, request: Any) -> None:
        if not request.url.startswith((f"{self.emulator.url}/", f"{SHOP}/", "data:")):
            self.foreign.append(request.url)

    def session(self) -> Any:
        """Return a new checkout session."""
        urls = {"success_url": f"{SHOP}/thanks?session={{CHECKOUT_SESSION_ID}}", "cancel_url": f"{SHOP}/cart"}
        body = {"amount_kg": 125, "description": "A table & <four> chairs", **urls}
        return httpx.post(f"{self.emulator.cnaught.url}/v1/checkout/sessions", json=body, headers=KEY).json()

    def state(self, session: Any) -> str:
        url = f"{self.emulator.cnaught.url}/v1/checkout/sessions/{session['id']}"
        return str(httpx.get(url, headers=KEY).json()["state"])


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def customer(request: pytest.FixtureRequest, browser: Any, server: Emulator) -> Iterator[Customer]:
    """A customer, whose pages log no error and ask no other host for anything."""
    server.reset()
    server.clock.freeze("2026-01-05T09:00:00Z")
    context = browser.new_context(viewport=request.param, accept_downloads=True)
    opened = Customer(context, server)
    yield opened
    context.close()
    assert opened.errors == []
    assert opened.foreign == []


def test_a_customer_pays(customer: Customer) -> None:
    """The button pays the session and leads to the shop, which learns the session's id; going back shows it as paid."""
    session = customer.session()
    page = customer.page
    page.goto(session["checkout_url"])
    assert page.get_by_text("A table & <four> chairs").is_visible()
    page.get_by_role("button", name="Pay $2.50").click()
    page.wait_for_url(f"{SHOP}/thanks?session={session['id']}")
    assert customer.state(session) == "complete"
    page.goto(session["checkout_url"])
    assert page.get_by_role("heading", name="Paid").is_visible()
    assert page.get_by_role("button").count() == 0


def test_a_customer_cancels(customer: Customer) -> None:
    """The other button leads to the shop's cart, and the session stays open."""
    session = customer.session()
    customer.page.goto(session["checkout_url"])
    customer.page.get_by_role("button", name="Cancel").click()
    customer.page.wait_for_url(f"{SHOP}/cart")
    assert customer.state(session) == "open"


def test_a_customer_downloads_the_certificate(customer: Customer, tmp_path: Path) -> None:
    """After paying, the page leads to the certificate, whose file can be downloaded."""
    session, page = customer.session(), customer.page
    page.goto(session["checkout_url"])
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url(f"{SHOP}/**")
    customer.emulator.clock.advance(seconds=5)
    page.goto(session["checkout_url"])
    page.get_by_role("link", name="Certificate").click()
    page.get_by_role("heading", name="Carbon offset certificate").wait_for()
    file = page.get_by_role("link", name="Download as PDF").get_attribute("href")
    content = page.request.get(f"{customer.emulator.url}{file}").body()
    assert content.startswith(b"%PDF-1.4")


@pytest.fixture
def linked_pages(browser: Any, server: Emulator) -> Iterator[list[str]]:
    """Yield the URL of every kind of page behind a link, in every state that looks different."""
    server.reset()
    server.clock.freeze("2026-01-05T09:00:00Z")
    spaces = {name: server.space(f"linked-{name}") for name in ("shop", "reseller", "group", "bank")}
    stories = [space.play(name) for name, space in spaces.items()]
    links = [link["url"] for story in stories for step in story["steps"] for link in step["links"]]
    urls = {"success_url": f"{SHOP}/thanks", "cancel_url": f"{SHOP}/cart"}
    paid, expired = (
        httpx.post(f"{server.cnaught.url}/v1/checkout/sessions", json={"amount_kg": 100, **urls}, headers=KEY).json()
        for _ in range(2)
    )
    server.cnaught.happens("complete_checkout", paid["id"])
    server.clock.advance(days=2)
    pages = f"{server.url}/_emulator/pages"
    links += [paid["checkout_url"], expired["checkout_url"], f"{pages}/cnaught/impact/acme"]
    links += [f"{pages}/cnaught/orders/Gre28Fc35bt3", f"{pages}/cnaught/orders/missing"]
    links += [f"{pages}/oneclickimpact/customers/U1234"]
    kinds = {"impact", "checkout", "orders", "customers", "retirements"}
    assert {kind for kind in kinds if any(f"/{kind}/" in link for link in links)} == kinds
    yield [link for link in dict.fromkeys(links) if not link.endswith(".pdf")]
    for space in spaces.values():
        space.delete()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit(browser: Any, linked_pages: list[str], scheme: str) -> None:
    """Axe finds nothing on any page behind a link, in both themes, at desktop and phone width, and each page fits."""
    for size in (DESKTOP, PHONE):
        context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        for url in linked_pages:
            page.goto(url)
            page.add_script_tag(path=str(AXE))
            assert [rule["id"] for rule in page.evaluate("axe.run()")["violations"]] == [], url
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], url
        context.close()


def test_no_link_leaves_the_emulator(browser: Any, server: Emulator, linked_pages: list[str]) -> None:
    """The links of a page lead to other pages of this server; only the forms of a checkout lead back to the shop."""
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    for url in linked_pages:
        page.goto(url)
        hrefs = page.evaluate(
            "[...document.querySelectorAll('a[href], form[action]')].map((each) => each.href ?? each.action)"
        )
        assert [href for href in hrefs if not href.startswith(f"{server.url}/")] == [], url
        assert page.get_by_text("This page stands in for").is_visible(), url
    context.close()
