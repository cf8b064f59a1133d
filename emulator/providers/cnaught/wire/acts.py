"""Acts: what happens at CNaught without a request to its API, and the JSON of what became of it."""

from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.wire import outgoing


def complete_checkout(cnaught: CNaught, session_id: str) -> object:
    """A customer pays at a checkout session's ``checkout_url``; returns the order that this places."""
    return outgoing.order(cnaught, cnaught.checkout.complete(session_id))


def fulfil_order(cnaught: CNaught, order_id: str) -> object:
    """A placed order is matched with credits now, whether it is due later or never; returns the order."""
    return outgoing.order(cnaught, cnaught.orders.fulfil(order_id))


ACTS = {"complete_checkout": complete_checkout, "fulfil_order": fulfil_order}
