"""What a test commands: reset, clock, acts, faults."""

from collections.abc import Iterable
from datetime import timedelta
from difflib import get_close_matches
from inspect import getdoc
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from emulator.control.reading import Asked, json_of, provider_of, read_body, space_of, spaces_of
from emulator.core.clock import Event, micros, within_calendar
from emulator.core.errors import CannotHappen
from emulator.space.acts import perform
from emulator.space.faults import FaultDraft
from emulator.space.space import Space
from emulator.web.fields import Instant, JsonDouble, JsonInteger
from emulator.web.provider import Provider
from emulator.web.reading import read
from emulator.web.replies import reply

SECONDS_MAX = 100 * 366 * 86400


class ClockSetting(Asked):
    """Where the clock is to stand, and whether it stands still; what is left out stays as it is."""

    now: Instant | None = None
    frozen: Annotated[bool, Field(strict=True)] | None = None


class TimeSpan(Asked):
    """How much time is to pass, in seconds."""

    seconds: Annotated[JsonDouble, Field(ge=-SECONDS_MAX, le=SECONDS_MAX), AfterValidator(float)]


class Reset(Asked):
    """The seed of the space from now on; the server's when left out."""

    seed: Annotated[JsonInteger, Field(ge=-(2**63), lt=2**63)] | None = None


async def reset(request: Request) -> Response:
    asked = await read_body(Reset, request) if await request.body() else Reset()
    space = spaces_of(request).reset(space_of(request).name, asked.seed)
    return reply({"space": space.name, "seed": space.ids.seed})


# --- clock ------------------------------------------------------------------------------------------------------------


async def get_clock(request: Request) -> Response:
    return reply(_clock(space_of(request)))


async def set_clock(request: Request) -> Response:
    space, asked = space_of(request), await read_body(ClockSetting, request)
    frozen = space.clock.frozen if asked.frozen is None else asked.frozen
    events = space.set_clock(asked.now, frozen)
    return reply({**_clock(space), "events": [_event(event) for event in events]})


async def advance_clock(request: Request) -> Response:
    space, asked = space_of(request), await read_body(TimeSpan, request)
    span = timedelta(seconds=asked.seconds)
    try:
        within_calendar(space.clock.read() + span)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None
    events = space.advance_clock(span)
    return reply({**_clock(space), "events": [_event(event) for event in events]})


def _clock(space: Space) -> dict[str, Any]:
    return {"now": micros(space.clock.read()), "frozen": space.clock.frozen}


def _event(event: Event) -> dict[str, Any]:
    return {"at": micros(event.at), "provider": event.provider, "kind": event.kind, "subject": event.subject}


# --- acts -------------------------------------------------------------------------------------------------------------


class Act(Asked):
    """The id of what the act is about."""

    subject: Annotated[str, Field(max_length=1000)]


async def list_acts(request: Request) -> Response:
    providers = space_of(request).world.providers
    return reply({"acts": {name: _described(provider) for name, provider in providers.items() if provider.acts}})


async def perform_act(request: Request) -> Response:
    space, provider, act = space_of(request), provider_of(request).name, request.path_params["act"]
    asked = await read_body(Act, request)
    try:
        become = perform(space, provider, act, asked.subject)
    except CannotHappen as error:
        raise HTTPException(409, str(error)) from None
    return reply({"provider": provider, "act": act, "subject": asked.subject, "result": become})


def _described(provider: Provider) -> dict[str, str]:
    return {name: getdoc(act) or "" for name, act in provider.acts.items()}


# --- faults -----------------------------------------------------------------------------------------------------------


async def list_faults(request: Request) -> Response:
    return reply({"faults": [fault.model_dump() for fault in space_of(request).faults]})


async def add_fault(request: Request) -> Response:
    draft = read(FaultDraft, await json_of(request), "body")
    _check_names(space_of(request), draft)
    return reply(space_of(request).faults.add(draft).model_dump(), 201)


async def delete_faults(request: Request) -> Response:
    space_of(request).faults.clear()
    return reply({"faults": []})


async def delete_fault(request: Request) -> Response:
    try:
        space_of(request).faults.remove(request.path_params["id"])
    except KeyError as unknown:
        raise HTTPException(404, f"no fault is called {unknown}") from None
    return reply({"deleted": request.path_params["id"]})


def _check_names(space: Space, draft: FaultDraft) -> None:
    """A fault for a name that nothing has would never fire. Raises HTTPException 400 with the nearest names."""
    providers = space.world.providers
    _check_name("provider", draft.provider, providers)
    asked = [draft.provider] if draft.provider else list(providers)
    _check_name("operation", draft.operation, (name for provider in asked for name in providers[provider].operations))


def _check_name(kind: str, name: str | None, names: Iterable[str]) -> None:
    if name is not None and name not in (known := list(names)):
        nearest = get_close_matches(name, known, n=3, cutoff=0.0)
        raise HTTPException(400, f"no {kind} is called {name!r}; nearest: {', '.join(nearest)}")
