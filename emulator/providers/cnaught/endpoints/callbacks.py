"""Callbacks: a change of an order goes to its ``notification_config.url`` (docs.cnaught.com, Place order)."""

from collections.abc import Iterator
from datetime import datetime

import orjson

from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.endpoints.showing import as_it_stands
from emulator.web.webhooks import Call, Webhooks

MINUTE, HOUR = 60, 3600


def next_call(cnaught: CNaught) -> datetime | None:
    return cnaught.orders.next_notice()


def take_calls(cnaught: CNaught) -> Iterator[Call]:
    """What is to be told by now; its words do not change any more, whatever becomes of the order."""
    for notice, order in cnaught.orders.take_notices():
        body = orjson.dumps({"order": as_it_stands(cnaught, order)}).decode()
        yield Call(notice.at, f"order.{notice.state}", order.id, order.callback_url or "", body)


WEBHOOKS = Webhooks(
    next=next_call,
    take=take_calls,
    accepted=200,
    timeout_seconds=10,
    waits_seconds=(MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR),
    hours_max=24,
)
"""Exactly 200, for 24 hours, is documented; the waits and the ten seconds are proposed."""
