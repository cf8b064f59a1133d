"""The outbox: what vendors tell other people's servers, and what a test does with it."""

from typing import Annotated, Any, Self, cast

from pydantic import Field, model_validator
from pydantic_core import from_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from emulator.control.reading import Asked, read_body, read_query, space_of
from emulator.core.clock import micros
from emulator.gateway.courier import Courier
from emulator.space.outbox import Delivery, Outbox, State, UnknownDelivery
from emulator.web.replies import reply


class Filter(Asked):
    """Which deliveries: those for which everything given holds."""

    provider: str | None = None
    kind: str | None = None
    subject: str | None = None
    state: State | None = None

    def fits(self, delivery: Delivery) -> bool:
        return all(getattr(delivery, name) == wanted for name, wanted in self if wanted is not None)


class Pause(Asked):
    """Whether deliveries wait until a test asks for them."""

    paused: Annotated[bool, Field(strict=True)]


class Order(Asked):
    """The ids of pending deliveries, in the order in which they are to come."""

    ids: Annotated[list[str], Field(min_length=1, max_length=10_000)]

    @model_validator(mode="after")
    def once_each(self) -> Self:
        if len(set(self.ids)) != len(self.ids):
            raise ValueError("an id stands there twice")
        return self


async def list_webhooks(request: Request) -> Response:
    outbox, asked = _outbox(request), read_query(Filter, request)
    found = [_shown(delivery) for delivery in outbox if asked.fits(delivery)]
    return reply({"webhooks": found, "dropped": outbox.dropped, "paused": outbox.paused})


async def patch_webhooks(request: Request) -> Response:
    _outbox(request).paused = (await read_body(Pause, request)).paused
    return reply({"paused": _outbox(request).paused})


async def get_webhook(request: Request) -> Response:
    return reply(_shown(_named(request)))


async def step_webhooks(request: Request) -> Response:
    return await _delivered(request, attempts_max=1)


async def deliver_webhooks(request: Request) -> Response:
    return await _delivered(request)


async def redeliver_webhook(request: Request) -> Response:
    delivery = _named(request)
    _outbox(request).redeliver(delivery, space_of(request).clock.read())
    return reply(_shown(delivery))


async def duplicate_webhook(request: Request) -> Response:
    copy = _outbox(request).duplicate(_named(request), space_of(request).clock.read())
    return reply(_shown(copy), 201)


async def reorder_webhooks(request: Request) -> Response:
    asked = await read_body(Order, request)
    try:
        _outbox(request).reorder(asked.ids)
    except UnknownDelivery as unknown:
        raise HTTPException(409, f"no webhook that is pending is called {str(unknown)!r}") from None
    return reply({"webhooks": [_shown(_outbox(request).get(name)) for name in asked.ids]})


async def _delivered(request: Request, attempts_max: int | None = None) -> Response:
    courier = cast(Courier, request.scope["courier"])
    attempted = await courier.deliver(space_of(request), attempts_max)
    return reply({"attempted": [_shown(delivery) for delivery in attempted]})


def _outbox(request: Request) -> Outbox:
    return space_of(request).posted()


def _named(request: Request) -> Delivery:
    try:
        return _outbox(request).get(request.path_params["id"])
    except UnknownDelivery as unknown:
        raise HTTPException(404, f"no webhook is called {str(unknown)!r}") from None


def _shown(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "provider": delivery.provider,
        "at": micros(delivery.at),
        "kind": delivery.kind,
        "subject": delivery.subject,
        "url": delivery.url,
        "body": from_json(delivery.body),
        "state": delivery.state,
        "due": micros(delivery.due) if delivery.due else None,
        "copy_of": delivery.copy_of,
        "attempts": [
            {"at": micros(attempt.at), "status": attempt.status, "error": attempt.error}
            for attempt in delivery.attempts
        ],
    }
