"""Orders, as they are shown wherever one is: in replies, in callbacks, and again for a repeated request."""

from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.memory import Order, State
from emulator.providers.cnaught.wire import outgoing


def as_it_stands(cnaught: CNaught, order: Order) -> dict[str, object]:
    """An order with what the clock has made of it."""
    return as_it_stood(cnaught, order, order.state(cnaught.clock.now))


def as_it_stood(cnaught: CNaught, order: Order, state: State) -> dict[str, object]:
    """An order when it was in this state: nothing else of what is shown changes."""
    return outgoing.order(order, state, cnaught.orders.allocations(order, state), cnaught.catalogue)
