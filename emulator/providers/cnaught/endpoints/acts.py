"""What people do at CNaught that its API has no call for."""

from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.endpoints.showing import as_it_stands


def complete_checkout(cnaught: CNaught, session_id: str) -> object:
    """Somebody pays at a checkout session's ``checkout_url``; answers the order that this places."""
    return as_it_stands(cnaught, cnaught.checkout.complete(session_id))


def fulfil_order(cnaught: CNaught, order_id: str) -> object:
    """An order is matched with credits now, be it due later or never."""
    return as_it_stands(cnaught, cnaught.orders.fulfil(order_id))


ACTS = {"complete_checkout": complete_checkout, "fulfil_order": fulfil_order}
