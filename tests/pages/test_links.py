"""Links in replies lead to pages of the emulator, or to the vendors: a setting that belongs to a space."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest

from emulator import Emulator, create_app
from emulator.app import make_world
from emulator.bundles import bundle
from emulator.bundles.replay import replay
from emulator.client.asgi_call import call
from emulator.client.embedded import SpaceHandle
from emulator.core.hosts import origin
from tests.pages.visits import CNAUGHT_KEY, complete_retirement, opened_session, placed_order
from tests.support.caller import Caller, credentials_of

ORDER_LINKS = ("certificate_public_url", "certificate_download_public_url")


@pytest.mark.rule("cnaught.links.pages")
def test_every_link_of_cnaught_leads_to_a_page(cnaught: Caller) -> None:
    """The links of orders, checkout sessions and impact pages answer 200, without another server."""
    order, session = placed_order(cnaught), opened_session(cnaught)
    config = cnaught.get("/v1/impact/hosted-page-config").json()
    part = cnaught.get("/v1/impact/hosted-page-config", headers={"X-Subaccount-Id": "5nubL0NS"}).json()
    links = [order[name] for name in ORDER_LINKS] + [session["checkout_url"], config["url"], part["url"]]
    for link in links:
        assert link.startswith(f"{cnaught.space.url}/_emulator/pages/cnaught/")
        assert cnaught.space.http.get(link).status_code == 200
    assert len(set(links)) == len(links)


@pytest.mark.rule("thallo.links.pages")
def test_the_certificate_of_a_retirement_leads_to_a_page(space: SpaceHandle) -> None:
    """The certificate of a complete retirement answers 200; with the setting at vendor its link leads outside."""
    thallo = Caller(space, "thallo", credentials_of(space, "thallo"))
    link = complete_retirement(thallo)["thallo_proof_of_retirement_certificate_url"]
    assert link.startswith(f"{space.url}/_emulator/pages/thallo/retirements/")
    assert space.http.get(link).status_code == 200
    space.control("PATCH", "/settings/thallo", json={"links": "vendor"})
    assert complete_retirement(thallo)["thallo_proof_of_retirement_certificate_url"].startswith("https://example.com/")


def test_links_of_a_webhook_are_those_of_the_reply(cnaught: Caller) -> None:
    """A callback has the same links as the reply with the order."""
    order = placed_order(cnaught, notification_config={"url": "http://127.0.0.1:9/"})
    cnaught.space.control("PATCH", "/webhooks", json={"paused": True})
    cnaught.space.clock.advance(seconds=5)
    (delivery,) = cnaught.space.control("GET", "/webhooks")["webhooks"]
    body = delivery["body"]
    assert {name: body["order"][name] for name in ORDER_LINKS} == {name: order[name] for name in ORDER_LINKS}


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("links", [None, "emulator", "vendor"])
def test_a_replay_gives_the_same_links(links: str | None, changed: bool) -> None:
    """A bundle stores what its links depend on, so another server with other defaults can replay it."""
    with Emulator(port=None, links=links) as emulator:
        space = emulator.space("some")
        caller = Caller(space, "cnaught", credentials_of(space, "cnaught"))
        placed_order(caller)
        if changed:
            space.control("PATCH", "/settings/cnaught", json={"links": "vendor"})
        placed_order(caller)
        recorded = space.bundle()
    world = make_world(links="vendor" if links != "vendor" else "emulator")
    assert replay(bundle.read(recorded, world), world) is None


def test_a_restored_snapshot_has_links_of_its_space(emulator: Emulator, cnaught: Caller) -> None:
    """A snapshot that another space restores has links to that space, and the setting of the snapshot."""
    placed_order(cnaught)
    other = emulator.space()
    other.control("PUT", "/snapshot", json=cnaught.space.snapshot())
    session = opened_session(Caller(other, "cnaught", cnaught.credentials))
    assert session["checkout_url"].startswith(f"{other.url}/_emulator/")
    cnaught.space.control("PATCH", "/settings/cnaught", json={"links": "vendor"})
    other.control("PUT", "/snapshot", json=cnaught.space.snapshot())
    session = opened_session(Caller(other, "cnaught", cnaught.credentials))
    assert session["checkout_url"].startswith("https://checkout.cnaught.com/")


@pytest.mark.parametrize(
    ("host", "prefix", "expected"),
    [
        ("127.0.0.1:4412", "", "http://127.0.0.1:4412/_emulator"),
        ("localhost:32768", "/~a", "http://localhost:32768/~a/_emulator"),
        ("carbon-emulator:4412", "/~a", "http://carbon-emulator:4412/~a/_emulator"),
        ("[::1]:4412", "", "http://[::1]:4412/_emulator"),
        ('localhost:80"><script>', "", "http://127.0.0.1:4412/_emulator"),
        ("localhost:4412/x", "", "http://127.0.0.1:4412/_emulator"),
    ],
)
def test_links_have_the_address_that_the_client_used(host: str, prefix: str, expected: str) -> None:
    """A space's links begin with the address by which it was first called, if that can be a part of a URL."""
    assert _checkout_url(host, prefix, "cnaught/") == f"{expected}/pages/cnaught/checkout/bIcui3hZfj"


@pytest.mark.parametrize("host", ["api.cnaught.com", "API.cnaught.com:443", "api.cnaught.com.", "api.cnaught.com.:443"])
def test_links_of_a_vendors_host_lead_to_the_server(host: str) -> None:
    """A client that calls the vendor's production host gets links to this server, not to that host."""
    assert _checkout_url(host, "", "").startswith("http://127.0.0.1:4412/_emulator/")


def test_a_public_url_replaces_the_address() -> None:
    """With a public URL, links begin with it, for any address that a client used."""
    url = _checkout_url("localhost:4412", "/~a", "cnaught/", {"public_url": "https://carbon.example"})
    assert url.startswith("https://carbon.example/~a/_emulator/")


@pytest.mark.parametrize(
    ("header", "named"), [("a.b:1", True), ("a b", False), ("", False), (None, False), ("a@b", False), ("[::1]", True)]
)
def test_only_a_plain_host_becomes_an_origin(header: str | None, named: bool) -> None:
    """Only a name or an address, with or without a port, becomes a part of a URL."""
    assert origin("http", header) == (f"http://{header}" if named else None)


def _checkout_url(host: str, prefix: str, provider: str, options: Mapping[str, str] | None = None) -> str:
    """Return the checkout URL that a new server gives a client that calls it by a host."""
    app = create_app(**(options or {}))
    body = b'{"amount_kg": 100, "success_url": "https://a.example", "cancel_url": "https://b.example"}'
    headers = [
        (b"host", host.encode()),
        (b"authorization", f"Bearer {CNAUGHT_KEY}".encode()),
        (b"content-type", b"application/json"),
    ]
    status, _, content = asyncio.run(call(app, "POST", f"{prefix}/{provider}v1/checkout/sessions", headers, body))
    assert status == 201
    return str(httpx.Response(200, content=content).json()["checkout_url"])
