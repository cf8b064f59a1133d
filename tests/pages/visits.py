"""Records with links, and the visible text of a page."""

import re
from html import unescape
from typing import Any

from tests.providers.thallo.conftest import retire
from tests.support.caller import Caller

CNAUGHT_KEY = "test_acme_0001"
SUCCESS = "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}"
CANCEL = "https://shop.example/cart"

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;\u202ebidi\x00\x1b[31m"
"""A text that tries to break out of every context of a page."""


def placed_order(cnaught: Caller, **details: Any) -> Any:
    """Return a new order of CNaught that is fulfilled two seconds later."""
    return cnaught.post("/v1/orders", {"amount_kg": 100, **details}).json()


def opened_session(cnaught: Caller, **details: Any) -> Any:
    """Return a new checkout session."""
    urls = {"success_url": SUCCESS, "cancel_url": CANCEL}
    return cnaught.post("/v1/checkout/sessions", {"amount_kg": 100, **urls, **details}).json()


def complete_retirement(thallo: Caller, **details: Any) -> Any:
    """Return a retirement of whole tonnes once the registry has carried it out."""
    request_id = retire(thallo, "2000000", **details).json()["retirement_request_id"]
    thallo.space.clock.advance(days=60)
    return thallo.get("/api/retirement", params={"id": request_id}).json()


def visible_text(page: str) -> str:
    """Return the text of a page that a reader sees."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())
