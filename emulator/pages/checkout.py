"""CNaught's checkout: the page at a session's ``checkout_url``, and its two forms.

With the query ``stay`` the forms lead back to the page, for demonstrations of a shop that does not exist.
"""

from urllib.parse import parse_qs, quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.core.errors import CannotHappen
from emulator.pages import portfolio
from emulator.pages.formats import dollars, mass, moment
from emulator.pages.html import Element, h
from emulator.pages.page import Visit, document, fact_list, refuse_foreign_form
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.memory.records import Session
from emulator.space.commands import PerformAct

STAY = "stay"
SESSION_MARKS = ("{CHECKOUT_SESSION_ID}", "%7BCHECKOUT_SESSION_ID%7D", "%7bCHECKOUT_SESSION_ID%7d")
"""What a URL holds where CNaught writes the session's id."""


def show_session(visit: Visit) -> Response:
    cnaught, session = _session(visit)
    state = session.state(cnaught.clock.now)
    content = h("div", _summary(cnaught, session), _STATES[state](visit, cnaught, session), class_="checkout")
    targets = () if _stays(visit) else (session.success_url, session.cancel_url)
    return document(visit, "Checkout", "CNaught", content, targets=targets)


def pay_session(visit: Visit) -> Response:
    """Pay for the session, and lead the browser to its ``success_url``."""
    refuse_foreign_form(visit)
    _, session = _session(visit)
    try:
        visit.space.run(PerformAct("cnaught", "complete_checkout", session.id))
    except CannotHappen:
        raise HTTPException(409, "This checkout session is not open any more, so it cannot be paid.") from None
    return _redirect(visit, session, session.success_url)


def cancel_session(visit: Visit) -> Response:
    """Lead the browser to the session's ``cancel_url``. The session stays open until it expires."""
    refuse_foreign_form(visit)
    _, session = _session(visit)
    return _redirect(visit, session, session.cancel_url)


def _session(visit: Visit) -> tuple[CNaught, Session]:
    """Return the session that the path names. Raises HTTPException."""
    cnaught: CNaught = visit.backend("cnaught")
    session = cnaught.memory.sessions.get(visit.params["id"])
    if session is None:
        raise HTTPException(404, "There is no such checkout session in this space.")
    return cnaught, session


def _redirect(visit: Visit, session: Session, url: str) -> Response:
    target = _page(visit, session) if _stays(visit) else _filled(url, session)
    return Response(status_code=303, headers={"Location": target, "Cache-Control": "no-store"})


def _stays(visit: Visit) -> bool:
    return STAY in parse_qs(visit.request.scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _page(visit: Visit, session: Session, *parts: str) -> str:
    """Return the path of the session's page, or of one of its forms."""
    return visit.path("cnaught", "checkout", session.id, *parts) + (f"?{STAY}" if _stays(visit) else "")


def _filled(url: str, session: Session) -> str:
    """Return a URL of the shop with the session's id."""
    for mark in SESSION_MARKS:
        url = url.replace(mark, quote(session.id, safe=""))
    return url


# --- the content ------------------------------------------------------------------------------------------------------


def _summary(cnaught: CNaught, session: Session) -> Element:
    """Return what is for sale."""
    amount, unit = mass(session.amount_kg)
    return h(
        "section",
        h("p", portfolio.holder(cnaught, session), class_="eyebrow"),
        h("h1", "Offset your carbon"),
        h("p", session.order_description, class_="lead") if session.order_description else None,
        h("p", h("span", amount, class_="figure"), h("span", f"{unit} CO₂e", class_="unit"), class_="amount"),
        portfolio.mix(cnaught, session.portfolio_id),
        class_="summary",
    )


def _open(visit: Visit, cnaught: CNaught, session: Session) -> Element:
    price = dollars(session.price_usd_cents)
    pay = h("button", f"Pay {price}", type="submit", class_="primary")
    cancel = h("button", "Cancel", type="submit", class_="quiet")
    card = h("p", h("span", "4242 4242 4242 4242"), h("span", "12/34"), class_="test-card")
    return h(
        "section",
        h("h2", "Payment"),
        fact_list(("Carbon credits", price), ("Fees", "$0.00"), ("Total", h("strong", price))),
        h("p", "Test card, already filled in", class_="hint"),
        card,
        h("form", pay, method="post", action=_page(visit, session, "pay")),
        h("form", cancel, method="post", action=_page(visit, session, "cancel")),
        h("p", _leaving(visit, session), class_="hint"),
        h("p", f"This session expires on {moment(session.expires_on)}.", class_="hint"),
        class_="card",
    )


def _leaving(visit: Visit, session: Session) -> str:
    """Return where the two buttons lead: they leave the emulator for the shop."""
    hosts = [urlsplit(url).netloc for url in (session.success_url, session.cancel_url)]
    if _stays(visit):
        return f"In this demonstration both buttons lead back to this page, in place of {hosts[0]}."
    if hosts[0] == hosts[1]:
        return f"Both buttons lead back to {hosts[0]}."
    return f"Paying leads to {hosts[0]}, canceling to {hosts[1]}."


def _complete(visit: Visit, cnaught: CNaught, session: Session) -> Element:
    order = next(order for order in cnaught.memory.orders.values() if order.checkout_session_id == session.id)
    assert session.completed_on
    return h(
        "section",
        h("p", "✓", class_="badge good"),
        h("h2", "Paid"),
        fact_list(
            ("Total", dollars(session.price_usd_cents)),
            ("Paid on", moment(session.completed_on)),
            ("Order", order.id),
            ("success_url", _filled(session.success_url, session) if _stays(visit) else None),
        ),
        h("a", "Certificate", href=visit.path("cnaught", "orders", order.id), class_="button primary"),
        class_="card",
    )


def _expired(visit: Visit, cnaught: CNaught, session: Session) -> Element:
    return h(
        "section",
        h("p", "×", class_="badge bad"),
        h("h2", "Expired"),
        h("p", f"This session expired on {moment(session.expires_on)}, and was not paid."),
        class_="card",
    )


_STATES = {"open": _open, "complete": _complete, "expired": _expired}
