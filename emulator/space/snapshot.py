"""A space as one JSON document, which is restored exactly or not at all."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import orjson
from pydantic import ConfigDict, Field, ValidationError

from emulator.core.clock import Clock, micros, within_calendar
from emulator.core.documents import BadDocument, document, write
from emulator.core.exact_json import dump, parse
from emulator.core.file_kinds import other_kind
from emulator.core.ids import Ids
from emulator.core.migration import NoStep, migrate
from emulator.core.mistakes import first_mistake
from emulator.core.version import __version__
from emulator.space.faults import Fault, Faults
from emulator.space.outbox import Outbox, OutboxState
from emulator.space.space import Space, State
from emulator.web.fields import Instant
from emulator.web.model import Model
from emulator.web.provider import Backend

FORMAT = 1

Count = Annotated[int, Field(ge=0, lt=2**63)]


class BadSnapshot(Exception):
    """A snapshot cannot be restored; the message gives the reason. The space has not changed."""


class ClockState(Model):
    """A clock that is frozen, or runs with an offset in microseconds."""

    model_config = ConfigDict(extra="forbid", strict=True)

    frozen_at: Instant | None
    ahead_microseconds: Annotated[int, Field(ge=-(10**18), le=10**18)]


class FaultsState(Model):
    """The faults of a space, and how many have been added."""

    model_config = ConfigDict(extra="forbid", strict=True)

    added: Count
    faults: list[Fault]


class Snapshot(Model):
    """The document. ``fixtures`` is the digest of the fixtures of the space; catalogues are not in it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    format: int
    emulator: str
    providers: dict[str, int]
    fixtures: str
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    begun: bool
    clock: ClockState
    ids: dict[str, Count]
    faults: FaultsState
    outbox: dict[str, Any]
    memory: dict[str, dict[str, Any]]


def take(space: Space) -> dict[str, Any]:
    """Return the snapshot of a space, without its journal and the number of its requests."""
    return {**take_head(space), "memory": {name: _memory(space, name) for name in space.world.providers}}


def _memory(space: Space, name: str) -> dict[str, Any]:
    backend = space.backends.get(name)
    return write(backend.memory) if backend else space.world.initial_document(name)


def take_to_send(space: Space) -> dict[str, Any]:
    """Return the snapshot of a space for a reply: its memories are written already, in three quarters of the time."""
    used, initial = take_memories(space), space.world.initial_texts
    texts = {name: used[name] if name in used else initial[name] for name in space.world.providers}
    return {**take_head(space), "memory": {name: orjson.Fragment(text) for name, text in texts.items()}}


def take_memories(space: Space) -> dict[str, bytes]:
    """Return the memory of each vendor that the space has used, as JSON; the others have that of their fixture."""
    memories = {name: space.backends[name].memory for name in space.world.providers if name in space.backends}
    return {name: document(type(memory)).write_json(memory) for name, memory in memories.items()}


def take_head(space: Space) -> dict[str, Any]:
    """Return the snapshot of a space without the vendors' memories."""
    clock = space.clock
    return {
        "format": FORMAT,
        "emulator": __version__,
        "providers": space.world.versions,
        "fixtures": space.world.fixtures.digest,
        "seed": space.ids.seed,
        "begun": space.clock_moved,
        "clock": {
            "frozen_at": micros(clock.frozen_at) if clock.frozen_at else None,
            "ahead_microseconds": 0 if clock.frozen_at else clock.offset // timedelta(microseconds=1),
        },
        "ids": dict(space.ids.drawn),
        "faults": {"added": space.faults.added, "faults": [fault.model_dump() for fault in space.faults]},
        "outbox": write(space.outbox.state),
    }


def restore(space: Space, document: Mapping[str, Any]) -> None:
    """Restore a snapshot, and start the space's history with it. Raises BadSnapshot, and then changes nothing."""
    found = _read(document)
    snapshot = _migrated(space, found)
    if snapshot.memory.keys() != space.world.providers.keys():
        raise _other_versions(space, snapshot)
    used = {name: memory for name, memory in snapshot.memory.items() if not _is_initial(space, name, memory)}
    _become(space, snapshot, used, checked=False)
    migrated = {} if snapshot is found else {"providers": snapshot.providers, "memory": snapshot.memory}
    space.history.restart({**document, **migrated})


def restore_parts(space: Space, head: Mapping[str, Any], memories: Mapping[str, bytes], checked: bool) -> None:
    """Restore what ``take_head`` and ``take_memories`` have returned. Raises BadSnapshot, and then changes nothing.

    ``checked`` means that this version has taken them, so they need not be checked as a user's snapshot is. Memories
    stay text, except those of older versions. A vendor without a memory begins with its fixture when it is used.
    """
    found, current = _read({**head, "memory": {}}), space.world.versions
    versions = {name: found.providers[name] for name in found.providers if name in memories}
    unused = {name: version for name, version in current.items() if name not in memories}
    older = [name for name in versions if name in current and versions[name] < current[name]]
    memory = {name: parse(memories[name]) for name in older}
    snapshot = _migrated(space, found.model_copy(update={"providers": unused | versions, "memory": memory}))
    _become(space, snapshot, {**memories, **snapshot.memory}, checked)


def _is_initial(space: Space, name: str, memory: dict[str, Any]) -> bool:
    """Return whether a memory is that with which a vendor begins, to the letter: then it is made when first used."""
    return dump(memory) == space.world.initial_texts[name]


def _become(space: Space, snapshot: Snapshot, memories: Mapping[str, Any], checked: bool) -> None:
    """Give a space the state of a snapshot. A memory is a JSON object, or its text. Raises BadSnapshot."""
    _check_versions(space, snapshot)
    clock, ids = _clock(space, snapshot.clock), Ids(snapshot.seed, dict(snapshot.ids))
    state = State(
        clock=clock,
        ids=ids,
        faults=Faults(snapshot.faults.faults, snapshot.faults.added),
        outbox=_outbox(space, snapshot.outbox),
        backends={name: _backend(space, name, memory, clock, ids, checked) for name, memory in memories.items()},
        clock_moved=snapshot.begun,
    )

    space.become(state)


def _read(document: Mapping[str, Any]) -> Snapshot:
    found = document.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise BadSnapshot(f"the snapshot has format {found}, and this emulator reads formats up to {FORMAT}")
    try:
        return Snapshot.model_validate(document)
    except ValidationError as error:
        raise BadSnapshot(other_kind(document, "snapshot") or str(first_mistake(document, Snapshot, error))) from None


def _migrated(space: Space, snapshot: Snapshot) -> Snapshot:
    """Return a snapshot in which the memories of older versions are up to date. Raises BadSnapshot."""
    memory, versions = dict(snapshot.memory), dict(snapshot.providers)
    for name, version in space.world.versions.items():
        if name not in memory or versions.get(name, version) >= version:
            continue
        steps = space.world.providers[name].migrations
        try:
            memory[name] = dict(migrate(memory[name], versions[name], version, steps))
        except NoStep as error:
            raise BadSnapshot(f"at memory.{name}: {error}") from None
        versions[name] = version
    if versions == snapshot.providers:
        return snapshot
    return snapshot.model_copy(update={"memory": memory, "providers": versions})


def _check_versions(space: Space, snapshot: Snapshot) -> None:
    if snapshot.format != FORMAT or snapshot.providers != space.world.versions:
        raise _other_versions(space, snapshot)
    if snapshot.fixtures != space.world.fixtures.digest:
        raise BadSnapshot(
            "the snapshot was taken with other fixtures than those of this space; it needs the same --fixtures"
        )


def _other_versions(space: Space, snapshot: Snapshot) -> BadSnapshot:
    found = f"format {snapshot.format} with {snapshot.providers}"
    return BadSnapshot(f"the snapshot is of {found}; this emulator reads format {FORMAT} with {space.world.versions}")


def _clock(space: Space, state: ClockState) -> Clock:
    clock = Clock(space.world.machine_time)
    if state.frozen_at:
        clock.begin(state.frozen_at, frozen=True)
    else:
        clock.offset = timedelta(microseconds=state.ahead_microseconds)
        try:
            clock.begin(within_calendar(clock.ahead()), frozen=False)
        except (OverflowError, ValueError):
            raise BadSnapshot("at clock.ahead_microseconds: it leads out of the calendar") from None
    return clock


def _outbox(space: Space, state: dict[str, Any]) -> Outbox:
    try:
        kept = document(OutboxState).read(state)
    except BadDocument as error:
        raise BadSnapshot(f"at outbox.{error.place}: {error.fault}") from None
    providers = space.world.providers
    for delivery in kept.deliveries:
        if delivery.provider not in providers or providers[delivery.provider].webhooks is None:
            raise BadSnapshot(f"at outbox.deliveries: {delivery.provider!r} has no webhooks")
    return Outbox(kept)


def _backend(space: Space, name: str, memory: dict[str, Any] | bytes, clock: Clock, ids: Ids, checked: bool) -> Backend:
    fixture, provider = space.world.fixtures[name], space.world.providers[name]
    form = document(type(fixture.memory))
    try:
        if isinstance(memory, bytes):
            read = form.read_own(memory) if checked else form.read_json(memory)
        else:
            read = form.read(memory)
        whole = provider.fixture(fixture.catalogue, read)
        backend = provider.backend(whole.catalogue, whole.memory, clock, ids)
        if not checked:
            dump(write(backend.memory))
    except BadDocument as error:
        raise BadSnapshot(f"at memory.{name}.{error.place}: {error.fault}") from None
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise BadSnapshot(f"at memory.{name}: it is inconsistent: {error}") from None
    return backend
