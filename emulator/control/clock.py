"""The clock of a space: read, set, advance."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.params import Params, QueryParams, read_body, read_query
from emulator.control.request import ControlRequest
from emulator.core.clock import Event, micros, within_calendar
from emulator.evidence import explanation
from emulator.space.commands import AdvanceClock, MoveClock
from emulator.space.space import Space
from emulator.web.fields import JSON_DOUBLE, QUERY_DOUBLE, Instant
from emulator.web.replies import reply

SECONDS_MAX = 100 * 366 * 86400


class ClockSetting(Params):
    """The time to set, and whether the clock is frozen; omitted members stay."""

    now: Instant | None = None
    frozen: Annotated[bool, Field(strict=True)] | None = None


class Advance(Params):
    """How much time to let pass, in seconds."""

    seconds: Annotated[float, Field(ge=-SECONDS_MAX, le=SECONDS_MAX), JSON_DOUBLE]


class UpcomingQuery(QueryParams):
    """How far to look ahead, in seconds, and how many events to show."""

    seconds: Annotated[float, Field(ge=0, le=SECONDS_MAX), QUERY_DOUBLE] = 366 * 86400.0
    limit: Annotated[int, Field(ge=0, le=1000)] = 100


def get_clock(request: ControlRequest) -> Response:
    return reply(_clock(request.space))


def list_upcoming(request: ControlRequest) -> Response:
    query = read_query(UpcomingQuery, request)
    events = request.space.upcoming(timedelta(seconds=query.seconds))
    found = [_event(event) for event in events[: query.limit]]
    return reply({**_clock(request.space), "events": found, "total": len(events)})


def set_clock(request: ControlRequest) -> Response:
    space, setting = request.space, read_body(ClockSetting, request)
    frozen = space.clock.frozen if setting.frozen is None else setting.frozen
    events = space.run(MoveClock(setting.now, frozen))
    return reply({**_clock(space), "events": [_event(event) for event in events]})


def advance_clock(request: ControlRequest) -> Response:
    space, span = request.space, timedelta(seconds=read_body(Advance, request).seconds)
    try:
        within_calendar(space.clock.read() + span)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None
    events = space.run(AdvanceClock(span))
    return reply({**_clock(space), "events": [_event(event) for event in events]})


def _clock(space: Space) -> dict[str, Any]:
    return {"now": micros(space.clock.read()), "frozen": space.clock.frozen}


def _event(event: Event) -> dict[str, Any]:
    explained = explanation.explain_event(event.provider, event.kind)
    return {
        "at": micros(event.at),
        "provider": event.provider,
        "kind": event.kind,
        "subject": event.subject,
        "evidence": explained.evidence,
        "rule": explained.rule,
    }
