"""The checkout page and its two forms."""

import re

import httpx
import pytest

from emulator.client.embedded import SpaceHandle
from tests.pages.visits import CANCEL, HOSTILE, SUCCESS, opened_session, visible_text
from tests.support.caller import Caller


def state(cnaught: Caller, session_id: str) -> str:
    return str(cnaught.get(f"/v1/checkout/sessions/{session_id}").json()["state"])


def test_the_page_shows_the_session(cnaught: Caller) -> None:
    """An open session shows account, description, mass and price, and that the page belongs to an emulator."""
    session = opened_session(cnaught, description="Flight home", amount_kg=1250)
    reply = cnaught.space.http.get(session["checkout_url"])
    text = visible_text(reply.text)
    for expected in ("Acme, Inc", "Flight home", "1,250 kg", "$25.00", "Pay $25.00", "Cancel", "Carbon Emulator"):
        assert expected in text
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_paying_places_the_order(cnaught: Caller) -> None:
    """The form pays the session, and leads to success_url with its id; then the page links the certificate."""
    session = opened_session(cnaught)
    reply = cnaught.space.http.post(f"{session['checkout_url']}/pay")
    assert reply.status_code == 303
    assert reply.headers["location"] == SUCCESS.replace("{CHECKOUT_SESSION_ID}", session["id"])
    assert state(cnaught, session["id"]) == "complete"
    (order,) = (
        order for order in cnaught.get("/v1/orders").json()["data"] if order["checkout_session_id"] == session["id"]
    )
    page = cnaught.space.http.get(session["checkout_url"]).text
    assert order["certificate_public_url"].endswith(re.findall(r'href="([^"]*/orders/[^"]*)"', page)[0])


@pytest.mark.parametrize("form", ["pay", "cancel"])
def test_a_demonstration_stays_on_the_page(cnaught: Caller, form: str) -> None:
    """With ``stay`` the forms lead back to the page, which shows where the shop would be; nothing else differs."""
    session = opened_session(cnaught)
    shown = cnaught.space.http.get(f"{session['checkout_url']}?stay")
    (action,) = re.findall(rf'action="([^"]*/{form}[^"]*)"', shown.text)
    assert re.search("form-action[^;]*", shown.headers["content-security-policy"])[0] == "form-action 'self'"
    reply = cnaught.space.http.post(action)
    assert (reply.status_code, reply.headers["location"]) == (303, action.replace(f"/{form}", ""))
    assert state(cnaught, session["id"]) == ("complete" if form == "pay" else "open")
    page = visible_text(cnaught.space.http.get(reply.headers["location"]).text)
    assert (SUCCESS.replace("{CHECKOUT_SESSION_ID}", session["id"]) in page) is (form == "pay")


def test_paying_is_recorded_as_an_act(cnaught: Caller) -> None:
    """The act of a form is recorded like one of the control API, so a bundle has it."""
    session = opened_session(cnaught)
    cnaught.space.http.post(f"{session['checkout_url']}/pay")
    (change,) = cnaught.space.bundle()["changes"]
    assert (change["act"], change["subject"]) == ("complete_checkout", session["id"])


def test_cancelling_changes_nothing(cnaught: Caller) -> None:
    """The other form leads to cancel_url, and the session stays open."""
    session = opened_session(cnaught)
    reply = cnaught.space.http.post(f"{session['checkout_url']}/cancel")
    assert (reply.status_code, reply.headers["location"]) == (303, CANCEL)
    assert state(cnaught, session["id"]) == "open"


@pytest.mark.parametrize("seconds", [0, 86_400])
def test_a_session_is_paid_once_and_in_time(cnaught: Caller, seconds: int) -> None:
    """A session that is paid or expired cannot be paid: 409, without another order; its page shows no form."""
    session = opened_session(cnaught)
    if not seconds:
        cnaught.space.http.post(f"{session['checkout_url']}/pay")
    cnaught.space.clock.advance(seconds=seconds)
    before = cnaught.get("/v1/orders").json()
    assert cnaught.space.http.post(f"{session['checkout_url']}/pay").status_code == 409
    assert cnaught.get("/v1/orders").json() == before
    assert "<form" not in cnaught.space.http.get(session["checkout_url"]).text


@pytest.mark.parametrize("mark", ["{CHECKOUT_SESSION_ID}", "%7BCHECKOUT_SESSION_ID%7D"])
def test_the_session_id_is_put_into_both_urls(cnaught: Caller, mark: str) -> None:
    """The placeholder of the session's id is replaced anywhere in both URLs, encoded or not; the rest stays."""
    url = f"https://shop.example/{mark}/done?a=1&b=%20%C3%BC;c&s={mark}#x"
    session = opened_session(cnaught, cancel_url=url)
    reply = cnaught.space.http.post(f"{session['checkout_url']}/cancel")
    assert reply.headers["location"] == url.replace(mark, session["id"])


@pytest.mark.parametrize("form", ["pay", "cancel"])
@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": "http://127.0.0.1"}, True),
        ({"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://localhost:3000"}, False),
        ({"Origin": "http://127.0.0.1:3000"}, False),
        ({"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, False),
    ],
)
def test_forms_of_other_sites_are_refused(cnaught: Caller, form: str, headers: dict[str, str], allowed: bool) -> None:
    """A form is refused if a browser sends it for a page of another origin, even on this machine."""
    session = opened_session(cnaught)
    reply = cnaught.space.http.post(f"{session['checkout_url']}/{form}", headers=headers)
    assert reply.status_code == (303 if allowed else 403)
    assert state(cnaught, session["id"]) == ("complete" if allowed and form == "pay" else "open")


def test_a_link_from_another_site_opens_the_page(cnaught: Caller) -> None:
    """A shop's page can lead its customer to the checkout."""
    session = opened_session(cnaught)
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert cnaught.space.http.get(session["checkout_url"], headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_showing_a_page_changes_nothing(cnaught: Caller, method: str) -> None:
    """A page that is opened repeatedly, or fetched for a preview, pays nothing."""
    session = opened_session(cnaught)
    before = cnaught.space.snapshot()
    reply = cnaught.space.http.request(method, session["checkout_url"])
    assert cnaught.space.snapshot() == before
    assert bool(reply.content) is (method == "GET")
    assert cnaught.space.http.request(method, f"{session['checkout_url']}/pay").status_code == 405


def test_a_description_is_text(cnaught: Caller) -> None:
    """A hostile description is shown as text, not as markup."""
    session = opened_session(cnaught, description=HOSTILE.replace("\x00", ""))
    page = cnaught.space.http.get(session["checkout_url"]).text
    assert "<script" not in page
    assert "<img" not in page
    assert "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;" in visible_text(page)
    assert "\u202e" not in page


def test_an_unknown_session_is_not_found(space: SpaceHandle) -> None:
    """A page of an unknown session answers 404, and does not create its space."""
    for url in (space.url, f"{space.url.partition('/~')[0]}/~never-made"):
        for method, path in (("GET", "x"), ("POST", "x/pay"), ("POST", "x/cancel"), ("GET", "%2F")):
            reply = space.http.request(method, f"{url}/_emulator/pages/cnaught/checkout/{path}")
            assert reply.status_code == 404
    assert "never-made" not in str(space.control("GET", "/spaces"))


def test_pages_of_spaces_are_separate(cnaught: Caller) -> None:
    """A session has no page in another space."""
    session = opened_session(cnaught)
    other = session["checkout_url"].replace(f"/~{cnaught.space.name}/", "/~another/")
    assert cnaught.space.http.get(other).status_code == 404


def test_a_refused_form_changes_nothing(cnaught: Caller) -> None:
    """A refused form changes nothing."""
    session = opened_session(cnaught)
    before = cnaught.space.snapshot()
    reply: httpx.Response = cnaught.space.http.post(
        f"{session['checkout_url']}/pay", headers={"Origin": "https://evil.example"}
    )
    assert reply.status_code == 403
    assert cnaught.space.snapshot() == before
