"""Links in replies: to the emulator's own pages, or to CNaught's."""

from functools import lru_cache
from urllib.parse import quote

from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.backend.drafts import Buyer

REGISTRY = "https://registry.cnaught.com"
CHECKOUT = "https://checkout.cnaught.com"


def certificate(cnaught: CNaught, order_id: str) -> str:
    """Return the URL of an order's certificate."""
    return _own(cnaught, "orders", order_id) or f"{REGISTRY}/orders/{order_id}"


def certificate_file(cnaught: CNaught, order_id: str) -> str:
    """Return the URL of an order's certificate as a file."""
    own = _own(cnaught, "orders", order_id, "certificate.pdf")
    return own or f"{REGISTRY}/api/certificates/{order_id}/pdf"


def checkout(cnaught: CNaught, session_id: str) -> str:
    """Return the URL at which a checkout session is paid."""
    return _own(cnaught, "checkout", session_id) or f"{CHECKOUT}/pay/{session_id}"


def impact_page(cnaught: CNaught, buyer: Buyer) -> str:
    """Return the URL of an account's or a subaccount's impact page; CNaught's is the account's in both cases."""
    holder = [buyer.account.id, *([buyer.subaccount.id] if buyer.subaccount else [])]
    return _own(cnaught, "impact", *holder) or buyer.account.impact_page.url


def _own(cnaught: CNaught, *path: str) -> str | None:
    """Return the URL of a page of the emulator; None if links lead to the vendor."""
    if cnaught.pages_url is None or cnaught.memory.settings.links == "vendor":
        return None
    return "/".join((cnaught.pages_url, "cnaught", *map(_quoted, path)))


@lru_cache(maxsize=1024)
def _quoted(part: str) -> str:
    return quote(part, safe="")
