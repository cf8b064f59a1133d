"""The outbox: webhooks of the vendors, and how a test controls them."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.filters import check_webhook_filter
from emulator.control.params import Params, QueryParams, read_body, read_query
from emulator.control.request import ControlRequest
from emulator.core import exact_json
from emulator.core.clock import micros
from emulator.core.integrity import check_unique
from emulator.core.nearest import nearest
from emulator.evidence import explanation
from emulator.gateway.courier import NotDue
from emulator.space.commands import DuplicateWebhook, PauseWebhooks, RedeliverWebhook, ReorderWebhooks
from emulator.space.outbox import Delivery, State, TooMuch, UnknownDelivery
from emulator.web.fields import JSON_INTEGER
from emulator.web.replies import reply


class Filter(QueryParams):
    """The deliveries that match every given value: ``limit`` of them after the first ``offset``; without one, all."""

    provider: str | None = None
    kind: str | None = None
    subject: str | None = None
    state: State | None = None
    offset: Annotated[int, Field(ge=0, le=10**9)] = 0
    limit: Annotated[int, Field(ge=0, le=10**9)] | None = None

    def of(self, outbox: Iterable[Delivery]) -> list[Delivery]:
        """Return all that match."""
        wanted = self.model_dump(exclude={"offset", "limit"}, exclude_none=True).items()
        return [each for each in outbox if all(getattr(each, name) == value for name, value in wanted)]


class Pause(Params):
    """Whether deliveries wait until a test requests them."""

    paused: Annotated[bool, Field(strict=True)]


class Order(Params):
    """The ids of pending deliveries, in the order in which to deliver them."""

    ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=10_000)]

    @model_validator(mode="after")
    def check_ids(self) -> Self:
        check_unique("ids", self.ids)
        return self


class Outcome(Params):
    """What came of an attempt: the status of the reply, or the reason why none came."""

    status: Annotated[int, Field(ge=100, le=599), JSON_INTEGER] | None = None
    error: Annotated[str, Field(min_length=1, max_length=1000)] | None = None

    @model_validator(mode="after")
    def check_one(self) -> Self:
        if (self.status is None) == (self.error is None):
            raise ValueError("give either status or error")
        return self


def list_webhooks(request: ControlRequest) -> Response:
    wanted = read_query(Filter, request)
    check_webhook_filter(request.spaces.world.providers, wanted.provider, wanted.kind)
    outbox = request.space.posted()
    found = wanted.of(outbox)
    shown = found[wanted.offset :][: wanted.limit]
    counted = {"total": len(found), "dropped": outbox.dropped, "paused": outbox.paused}
    return reply({"webhooks": [_shown(delivery) for delivery in shown], **counted})


def patch_webhooks(request: ControlRequest) -> Response:
    request.space.run(PauseWebhooks(read_body(Pause, request).paused))
    return reply({"paused": request.space.outbox.paused})


def get_webhook(request: ControlRequest) -> Response:
    try:
        return reply(_shown(request.space.posted().get(request.path_params["id"])))
    except UnknownDelivery as unknown:
        raise _not_found(request, unknown) from None


async def step_webhooks(request: ControlRequest) -> Response:
    return await _deliver(request, attempts_max=1)


async def deliver_webhooks(request: ControlRequest) -> Response:
    return await _deliver(request)


def get_next_attempt(request: ControlRequest) -> Response:
    found = request.courier.next_attempt(request.space)
    if found is None:
        return reply({"attempt": None})
    own = {"headers": found.headers, "timeout_seconds": found.timeout_seconds}
    return reply({"attempt": {"webhook": _shown(found.delivery), "content": found.delivery.body, **own}})


async def record_attempt(request: ControlRequest) -> Response:
    outcome, webhook_id = read_body(Outcome, request), request.path_params["id"]
    try:
        delivery = request.space.posted().get(webhook_id)
        recorded = request.courier.record_outcome(request.space, delivery.id, outcome.status, outcome.error)
        return reply(_shown(await request.while_connected(recorded)), 201)
    except UnknownDelivery as unknown:
        raise _not_found(request, unknown) from None
    except NotDue:
        raise HTTPException(409, f"webhook {webhook_id!r} has no attempt that is due next") from None


def redeliver_webhook(request: ControlRequest) -> Response:
    try:
        return reply(_shown(request.space.run(RedeliverWebhook(request.path_params["id"]))))
    except UnknownDelivery as unknown:
        raise _not_found(request, unknown) from None
    except TooMuch as error:
        raise HTTPException(409, str(error)) from None


def duplicate_webhook(request: ControlRequest) -> Response:
    try:
        return reply(_shown(request.space.run(DuplicateWebhook(request.path_params["id"]))), 201)
    except UnknownDelivery as unknown:
        raise _not_found(request, unknown) from None
    except TooMuch as error:
        raise HTTPException(409, str(error)) from None


def reorder_webhooks(request: ControlRequest) -> Response:
    ids = read_body(Order, request).ids
    try:
        request.space.run(ReorderWebhooks(ids))
    except UnknownDelivery as unknown:
        pending = [delivery.id for delivery in request.space.outbox if delivery.state == "pending"]
        known = nearest(str(unknown), pending)
        raise HTTPException(409, f"no pending webhook {str(unknown)!r}; {known}") from None
    return reply({"webhooks": [_shown(request.space.outbox.get(id)) for id in ids]})


async def _deliver(request: ControlRequest, attempts_max: int | None = None) -> Response:
    attempted = await request.while_connected(request.courier.deliver(request.space, attempts_max))
    return reply({"attempted": [_shown(delivery) for delivery in attempted]})


def _not_found(request: ControlRequest, unknown: UnknownDelivery) -> HTTPException:
    known = nearest(str(unknown), [delivery.id for delivery in request.space.posted()])
    return HTTPException(404, f"unknown webhook {str(unknown)!r}; {known}")


def _shown(delivery: Delivery) -> dict[str, Any]:
    sent = (attempt.headers for attempt in delivery.attempts)
    explained = explanation.explain_webhook(delivery.provider, delivery.kind, sent, delivery.body)
    return {
        "id": delivery.id,
        "provider": delivery.provider,
        "at": micros(delivery.at),
        "kind": delivery.kind,
        "subject": delivery.subject,
        "url": delivery.url,
        "endpoint": delivery.endpoint or None,
        "body": exact_json.parse(delivery.body.encode()),
        "state": delivery.state,
        "due": micros(delivery.due) if delivery.due else None,
        "copy_of": delivery.copy_of,
        "attempts": [
            {
                "at": micros(attempt.at),
                "status": attempt.status,
                "error": attempt.error,
                "headers": attempt.headers,
            }
            for attempt in delivery.attempts
        ],
        "evidence": explained.evidence,
        "evidence_fields": [part.document() for part in explained.fields],
    }
