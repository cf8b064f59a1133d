"""Webhooks, called callbacks by the vendor: changes of an order go to its ``notification_config.url`` (Place order)."""

from collections.abc import Iterator
from operator import attrgetter

from emulator.core import exact_json
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.wire import outgoing
from emulator.web.webhooks import Call, Webhooks

MINUTE, HOUR = 60, 3600


def take_calls(cnaught: CNaught) -> Iterator[Call]:
    """Yield the callbacks that are due by now. A body never changes again, even if the order does."""
    for notice, order in cnaught.orders.take_notices():
        body = exact_json.dump({"order": outgoing.order(cnaught, order)}).decode()
        yield Call(notice.at, f"order.{notice.state}", order.id, order.callback_url or "", body)


WEBHOOKS = Webhooks(
    kinds=("order.fulfilled", "order.cancelled"),
    notices=attrgetter("memory.notices"),
    take=take_calls,
    accepted=(200,),
    timeout_seconds=10,
    waits_seconds=(MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR),
    hours_max=24,
)
"""That only 200 counts, and retries for 24 hours, are documented; the timeout and the waits are guesses."""
