"""All pages: their headers, markup and escaping, without a token or another host."""

import asyncio
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from emulator import create_app
from emulator.client.asgi_call import call
from emulator.client.embedded import SpaceHandle
from emulator.pages.app import ROUTES
from emulator.pages.html import h
from emulator.pages.page import STYLE
from tests.pages.visits import HOSTILE, complete_retirement, opened_session, placed_order
from tests.providers.thallo.conftest import CUSTOMER
from tests.support.caller import Caller, credentials_of

NAME = HOSTILE.replace("\x00", "")


@pytest.fixture
def pages(space: SpaceHandle) -> dict[str, str]:
    """Return the URL of every page, for records with hostile texts where requests can set them."""
    cnaught, thallo, oneclickimpact = (
        Caller(space, name, credentials_of(space, name)) for name in ("cnaught", "thallo", "oneclickimpact")
    )
    subaccount = cnaught.post("/v1/subaccounts", {"name": NAME}).json()
    order = cnaught.post("/v1/orders", {"amount_kg": 100}, headers={"X-Subaccount-Id": subaccount["id"]}).json()
    session = opened_session(cnaught, description=NAME)
    impact = oneclickimpact.post(
        "/v1/plant_tree", {"amount": 2, "customer_email": "a@example.com", "customer_name": NAME}
    ).json()
    space.clock.advance(seconds=5)
    retirement = complete_retirement(thallo, **{**CUSTOMER, "external_retiree_name": NAME})
    base, user = f"{space.url}/_emulator/pages", impact["customer"]["customer_id"]
    return {
        "checkout": session["checkout_url"],
        "order": order["certificate_public_url"],
        "order file": order["certificate_download_public_url"],
        "account": f"{base}/cnaught/impact/acme",
        "subaccount": f"{base}/cnaught/impact/acme/{subaccount['id']}",
        "customer": f"{base}/oneclickimpact/customers/{user}",
        "impact": f"{base}/oneclickimpact/track/{user}-{impact['time_utc']}",
        "retirement": retirement["thallo_proof_of_retirement_certificate_url"],
        "retirement file": f"{retirement['thallo_proof_of_retirement_certificate_url']}/certificate.pdf",
        "style": f"{base}/style.css",
        "unknown": f"{base}/{HOSTILE.encode().hex()}",
    }


class Markup(HTMLParser):
    """Checks that every element is closed, and collects elements and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, Any]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def html_pages(space: SpaceHandle, pages: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, url in pages.items():
        reply = space.http.get(url)
        if reply.headers["content-type"].startswith("text/html"):
            yield name, reply.text


def test_every_page_answers(space: SpaceHandle, pages: dict[str, str]) -> None:
    """Every route answers with its type, and an unknown path answers 404."""
    types = {"file": "application/pdf", "style": "text/css; charset=utf-8"}
    for name, url in pages.items():
        reply = space.http.get(url)
        assert reply.status_code == (404 if name == "unknown" else 200), name
        assert reply.headers["content-type"] == types.get(name.split()[-1], "text/html; charset=utf-8"), name
    tried = {url.partition("/_emulator")[2] for url in pages.values()}
    shown = [route for route in ROUTES.routes if "GET" in route.methods]
    assert [route.path for route in shown if not any(route.pattern.path_regex.match(path) for path in tried)] == []


def test_no_page_can_run_a_script(space: SpaceHandle, pages: dict[str, str]) -> None:
    """The policy of each page allows only a style sheet of this server, and no other page may frame it."""
    for url in pages.values():
        headers = space.http.get(url).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        if headers["content-type"].startswith("text/html"):
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; ")
            assert "script" not in policy
            assert "unsafe" not in policy
            assert re.fullmatch(r"form-action 'self'( https:)?", policy.rpartition("; ")[2])


def test_pages_escape_hostile_names(space: SpaceHandle, pages: dict[str, str]) -> None:
    """Hostile names are shown as text: they create no element or attribute, and every element is closed."""
    for name, text in html_pages(space, pages):
        markup = Markup(text)
        assert markup.open == [], name
        assert {tag for tag, _ in markup.found}.isdisjoint({"script", "img", "style", "iframe", "object", "a b"}), name
        attributes = {attribute for _, found in markup.found for attribute in found}
        assert not any(attribute.startswith("on") or attribute == "style" for attribute in attributes), name
        assert not re.search("[\u202a-\u202e\x00-\x08\x0b-\x1f]", text), name


def test_pages_load_nothing_from_other_hosts(space: SpaceHandle, pages: dict[str, str]) -> None:
    """A page loads from, links to and submits to this server only."""
    for name, text in html_pages(space, pages):
        links = [found.get("href") or found.get("action") for _, found in Markup(text).found]
        assert [link for link in links if link and not link.startswith(f"/~{space.name}/")] == [], name
    style = STYLE.read_text()
    assert "url(" not in style
    assert "@import" not in style


def test_each_page_names_the_emulator(space: SpaceHandle, pages: dict[str, str]) -> None:
    """Every page and file states that it belongs to the emulator and that nothing is bought."""
    for name, text in html_pages(space, pages):
        assert "No money moves and no credits are retired." in text, name


def test_pages_need_no_token() -> None:
    """On a server with a control token, whose customers have none, the pages work and the control API does not."""
    app = create_app(control_token="secret")
    host = [(b"host", b"localhost")]
    assert asyncio.run(call(app, "GET", "/_emulator/pages/style.css", host, b""))[0] == 200
    for path in ("/_emulator/spaces", "/_emulator/pages", "/_emulator/pages/../spaces", "/_emulator//pages/style.css"):
        assert asyncio.run(call(app, "GET", path, host, b""))[0] in (401, 404)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "JAVASCRIPT:x", " https://a.example", "data:text/html,x", "//a.example", "/\\a"]
)
def test_links_are_http_urls(link: str) -> None:
    """A URL of another kind, or one that only looks local, is left out."""
    assert str(h("a", "x", href=link)) == "<a>x</a>"


def test_text_and_attributes_are_escaped() -> None:
    """Any content of a text or an attribute is escaped."""
    assert str(h("p", "<b>&\"'", title="\"><b>&'")) == (
        '<p title="&quot;&gt;&lt;b&gt;&amp;&#x27;">&lt;b&gt;&amp;&quot;&#x27;</p>'
    )


def test_an_order_that_was_cancelled_has_no_certificate(cnaught: Caller) -> None:
    """Page and file answer 410 once the order is cancelled."""
    order = placed_order(cnaught)
    cnaught.post(f"/v1/orders/{order['id']}/cancel")
    for name in ("certificate_public_url", "certificate_download_public_url"):
        assert cnaught.space.http.get(order[name]).status_code == 410


def test_a_hidden_account_has_no_page(space: SpaceHandle) -> None:
    """An account whose impact page is off has none, nor has an unknown one."""
    for path in ("empty", "nobody", "acme/nobody", "sandbox/5nubL0NS"):
        assert space.http.get(f"{space.url}/_emulator/pages/cnaught/impact/{path}").status_code == 404


def test_a_tracking_id_of_both_environments_shows_both_impacts(space: SpaceHandle) -> None:
    """A user has one id in the sandbox and in production, and each may have an impact of one time."""
    reply = space.http.get(f"{space.url}/_emulator/pages/oneclickimpact/track/U123-2024-09-17T13:24:04.429Z")
    text = " ".join(re.sub(r"<[^>]+>", " ", reply.text).split())
    assert reply.status_code == 200
    for environment, amount in (("sandbox", "15 lb of CO₂ captured"), ("production", "15 lb of ocean waste removed")):
        assert f"Environment {environment}" in text
        assert amount in text
