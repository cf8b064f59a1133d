"""A space in its stored form: a snapshot, and what a snapshot leaves out because only its server knows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emulator.core import documents, exact_json
from emulator.core.clock import LogTime, micros
from emulator.core.errors import Problem
from emulator.core.migration import NoStep, Steps, migrate
from emulator.core.version import __version__
from emulator.log.instants import instant, microseconds
from emulator.log.log import Damaged, Image
from emulator.space import snapshot
from emulator.space.commands import ChangeSettings, PerformAct
from emulator.space.history import Change, Entry
from emulator.space.space import Space
from emulator.space.story import Story
from emulator.web.effect import Effect
from emulator.web.exchange import Exchange
from emulator.web.headers import Headers

FORMAT = 3
"""A line of JSON with everything but the vendors' memories, then one with each memory, in the order of the first line.

Before format 3, it is all one object. In format 1, only the snapshot named the versions that wrote it, and a story was
not always a member.
"""


def _with_versions(content: Mapping[str, Any]) -> dict[str, Any]:
    versions = {name: content["snapshot"][name] for name in ("emulator", "providers")}
    return {**content, "format": 2, **versions, "story": content.get("story")}


def _with_memories(content: Mapping[str, Any]) -> dict[str, Any]:
    return {**content, "format": 3, "memories": list(content["snapshot"]["memory"])}


MIGRATIONS: Steps = {1: _with_versions, 2: _with_memories}

COMMANDS: Mapping[str, type[ChangeSettings | PerformAct]] = {"settings": ChangeSettings, "act": PerformAct}
"""The commands of a history that a bundle needs; what the others did is in the exchanges."""


GONE: dict[str, object] = {"gone": True}
"""The facts of a space that was deleted, where its name stays in the log."""


def take(space: Space, last: int, at: datetime) -> Image:
    """Return the stored form of a space after its last entry, at a time."""
    return Image(last, document(space, at), facts(space), space.world.fixtures.digest)


def document(space: Space, at: datetime) -> bytes:
    """Return everything that a load needs."""
    history, memories = space.history, snapshot.take_memories(space)
    content = {
        "format": FORMAT,
        "emulator": __version__,
        "providers": space.world.versions,
        "time": microseconds(at),
        "snapshot": snapshot.take_head(space),
        "memories": list(memories),
        "requests": space.requests,
        "turns": space.turns,
        "generation": space.generation,
        "pages_url": space.pages_url,
        "named": space.snapshots,
        "story": documents.write(space.story) if space.story else None,
        "origin": history.origin,
        "dropped": history.dropped,
        "complete": history.complete,
        "history": [written for entry in history if (written := _written(entry))],
    }
    return b"\n".join([exact_json.dump(content), *memories.values()])


def facts(space: Space) -> dict[str, object]:
    """Return what can be known of a stored space without loading it."""
    next_call = space.next_call()
    return {
        "emulator": __version__,
        "at": micros(space.clock.now),
        "requests": space.requests,
        "next_call": micros(next_call) if next_call else None,
    }


def restore(space: Space, image: Image, time: LogTime) -> int:
    """Make a space what its stored form says, as at the time when it was taken, and return that in microseconds.

    Raises Damaged and BadSnapshot.
    """
    first, *lines = image.document.split(b"\n")
    content = _migrated(exact_json.parse(first))
    head = content["snapshot"]
    if not lines:  # of an older format
        lines = [exact_json.dump(head["memory"][name]) for name in content["memories"]]
    memories = dict(zip(content["memories"], lines, strict=True))
    space.pages_url = content["pages_url"]
    time.at = instant(content["time"])
    try:
        snapshot.restore_parts(space, head, memories, checked=content["emulator"] == __version__)
    finally:
        time.at = None
    space.requests, space.turns, space.generation = content["requests"], content["turns"], content["generation"]
    space.snapshots = content["named"]
    space.story = documents.document(Story).read(content["story"]) if content["story"] else None
    space.history.restart(content["origin"])
    for entry in content["history"]:
        space.history.add(_read(entry))
    space.history.dropped, space.history.complete = content["dropped"], content["complete"]
    taken_at: int = content["time"]
    return taken_at


def _migrated(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Bring a document of an older format up to date. Raises Damaged."""
    found = content.get("format")
    if not isinstance(found, int) or found > FORMAT:
        raise Damaged(f"the stored snapshot has format {found}; this emulator reads formats up to {FORMAT}")
    try:
        return migrate(content, found, FORMAT, MIGRATIONS)
    except NoStep as error:
        raise Damaged(f"the stored snapshot has format {found}: {error}") from None


def _written(entry: Entry) -> list[Any] | None:
    if isinstance(entry, Exchange):
        return _exchange(entry)
    for name, kind in COMMANDS.items():
        if isinstance(entry.command, kind):
            return [name, microseconds(entry.at), entry.turns, documents.write(entry.command)]
    return None


def _read(content: list[Any]) -> Entry:
    if content[0] == "exchange":
        return _read_exchange(*content[1:])
    name, at, turns, command = content
    return Change(instant(at), turns, documents.document(COMMANDS[name]).read(command))


# --- exchanges --------------------------------------------------------------------------------------------------------


def _exchange(exchange: Exchange) -> list[Any]:
    effects = [effect and effect.model_dump(exclude_unset=True) for effect in exchange.effects]
    return [
        "exchange",
        [exchange.number, exchange.provider, exchange.method, exchange.path, _text(exchange.query)],
        _headers(exchange.headers),
        _text(exchange.body),
        microseconds(exchange.at),
        [exchange.operation, exchange.status, exchange.connection, exchange.rule, exchange.fault, exchange.order],
        _headers(exchange.vendor_headers),
        _text(exchange.reply_body),
        [_problem(problem) for problem in exchange.problems],
        effects,
        list(exchange.held),
    ]


def _read_exchange(
    request: list[Any],
    headers: Any,
    body: str,
    at: int,
    reply: list[Any],
    reply_headers: Any,
    reply_body: str,
    problems: list[Any],
    effects: list[Any],
    held: list[int],
) -> Exchange:
    id, provider, method, path, query = request
    scope = {"method": method, "path": path, "query_string": _bytes(query)}
    exchange = Exchange(id, provider, scope, Headers(_read_headers(headers)), _bytes(body), instant(at))
    exchange.operation, exchange.status, exchange.connection, exchange.rule, exchange.fault, exchange.order = reply
    exchange.vendor_headers, exchange.reply_body = tuple(_read_headers(reply_headers)), _bytes(reply_body)
    exchange.problems = tuple(Problem(tuple(place), *rest) for place, *rest in problems)
    before, after = (None if effect is None else Effect.model_construct(**effect) for effect in effects)
    exchange.effects, exchange.held = (before, after), tuple(held)
    return exchange


def _problem(problem: Problem) -> list[Any]:
    return [problem.place, problem.kind, problem.message]


def _headers(raw: Any) -> list[Any]:
    return [[_text(name), _text(value)] for name, value in raw]


def _read_headers(headers: Any) -> list[tuple[bytes, bytes]]:
    return [(_bytes(name), _bytes(value)) for name, value in headers]


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")
