"""Links in replies: to the emulator's own pages, or to CNaught's."""

from urllib.parse import quote

from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.backend.drafts import Buyer

REGISTRY = "https://registry.cnaught.com"
CHECKOUT = "https://checkout.cnaught.com"


def own_pages(cnaught: CNaught) -> str | None:
    """Return the URL above the emulator's own pages; None if links lead to the vendor."""
    if cnaught.pages_url is None or cnaught.memory.settings.links == "vendor":
        return None
    return f"{cnaught.pages_url}/cnaught"


def certificate(cnaught: CNaught, order_id: str) -> tuple[str, str]:
    """Return the URLs of an order's certificate: as a page, and as a file."""
    if pages := own_pages(cnaught):
        page = f"{pages}/orders/{_quoted(order_id)}"
        return page, f"{page}/certificate.pdf"
    return f"{REGISTRY}/orders/{order_id}", f"{REGISTRY}/api/certificates/{order_id}/pdf"


def checkout(cnaught: CNaught, session_id: str) -> str:
    """Return the URL at which a checkout session is paid."""
    pages = own_pages(cnaught)
    return f"{pages}/checkout/{_quoted(session_id)}" if pages else f"{CHECKOUT}/pay/{session_id}"


def impact_page(cnaught: CNaught, buyer: Buyer) -> str:
    """Return the URL of an account's or a subaccount's impact page; CNaught's is the account's in both cases."""
    pages = own_pages(cnaught)
    if not pages:
        return buyer.account.impact_page.url
    holder = [buyer.account.id, *([buyer.subaccount.id] if buyer.subaccount else [])]
    return "/".join((pages, "impact", *map(_quoted, holder)))


def _quoted(part: str) -> str:
    return part if part.isascii() and part.isalnum() else quote(part, safe="")
