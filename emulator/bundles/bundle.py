"""A recorded run as one JSON document, without its secrets."""

import base64
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from emulator.bundles.seal import Seal
from emulator.core.clock import within_calendar
from emulator.core.file_kinds import other_kind
from emulator.core.integrity import check_unique
from emulator.core.mistakes import first_mistake
from emulator.core.plural import plural
from emulator.core.secrets import REDACTED
from emulator.core.version import __version__
from emulator.space.commands import ChangeSettings, PerformAct
from emulator.space.history import Change
from emulator.space.space import Space
from emulator.space.world import Links, World
from emulator.web.effect import Effect
from emulator.web.exchange import Exchange
from emulator.web.model import Model

FORMAT = 1

RawHeaders = list[tuple[str, str]]


def _latin1(text: str) -> str:
    """Check that a text can be a header or a query. Raises ValueError."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError("it holds characters that HTTP cannot carry") from None
    return text


class BadBundle(Exception):
    """A bundle cannot be created or replayed; the message gives the reason."""


Count = Annotated[int, Field(ge=0, lt=2**53)]
At = Annotated[AwareDatetime, AfterValidator(within_calendar)]
Latin1 = Annotated[str, AfterValidator(_latin1)]


class Recorded(Model):
    """One exchange: the request, the reply, and what decided it. Bodies are text, or base64 if they are not UTF-8."""

    number: Count
    order: Count
    at: At
    provider: str
    method: Annotated[str, StringConstraints(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")]
    path: str
    query: Latin1
    headers: list[tuple[Latin1, Latin1]]
    body: str
    encoding: Literal["utf-8", "base64"] = "utf-8"
    before: Effect | None = None
    after: Effect | None = None
    held: tuple[Count, ...] = ()
    status: int
    reply_headers: RawHeaders
    reply_body: str


class Changed(Model):
    """One command between turns that replies depend on: settings, or an act. ``after`` counts the turns before it.

    The clock and faults are not here: each exchange holds its own instant and effects.
    """

    after: Count
    at: At
    provider: str
    settings: dict[str, Any] | None
    act: str | None
    subject: str


class Bundle(Model):
    """The document. ``origin`` is the snapshot that the run began with, or None for a space as its fixtures make it.

    Links in replies led to the pages below ``pages_url``, unless ``links`` or the settings changed that.
    """

    model_config = ConfigDict(extra="forbid")

    format: Annotated[int, Field(ge=1, le=FORMAT)]
    emulator: str
    seed: int
    fixtures: str
    pages_url: str | None = None
    links: Links | None = None
    origin: dict[str, Any] | None
    changes: list[Changed]
    requests: list[Recorded]

    @model_validator(mode="after")
    def check_numbers(self) -> Self:
        """Check that request numbers are distinct, and that each delayed request exists."""
        numbers = {request.number for request in self.requests}
        check_unique("request numbers", (request.number for request in self.requests))
        for request in self.requests:
            if unknown := set(request.held) - numbers:
                raise ValueError(f"request {request.number} names the unknown request {min(unknown)}")
        return self


def take(space: Space) -> dict[str, Any]:
    """Return the run since the history began.

    Raises BadBundle if the history has dropped a part of it, or if a request is still delayed that others ran beside:
    they could not be replayed without it.
    """
    history = space.history
    if not history.complete:
        reason = f"the journal has dropped {plural(history.dropped, 'request')}"
        raise BadBundle(f"{reason}; raise --journal-max, or clear it before the run")
    running = {request.exchange.number for request in space.held}
    if named := running.intersection(number for exchange in history.exchanges() for number in exchange.held):
        raise BadBundle(f"request {min(named)} is still delayed by a fault; take the bundle after its reply")
    seal = Seal(space.world)
    bundle = Bundle(
        format=FORMAT,
        emulator=__version__,
        seed=space.ids.seed,
        fixtures=space.world.fixtures.digest,
        pages_url=space.pages_url,
        links=space.world.links,
        origin=_without_secrets(history.origin),
        changes=[found for change in history.changes() if (found := _changed(change))],
        requests=[_recorded(exchange, seal) for exchange in history.exchanges()],
    )
    return bundle.model_dump(mode="json")


def read(document: Mapping[str, Any], world: World) -> Bundle:
    """Return a bundle that this world can replay. Raises BadBundle."""
    found = document.get("format") if isinstance(document, Mapping) else None
    if isinstance(found, int) and found > FORMAT:
        raise BadBundle(f"the bundle has format {found}, and this emulator reads formats up to {FORMAT}")
    try:
        bundle = Bundle.model_validate(document)
    except ValidationError as error:
        raise BadBundle(other_kind(document, "bundle") or str(first_mistake(document, Bundle, error))) from None
    if bundle.emulator != __version__:
        raise BadBundle(f"the bundle was recorded by version {bundle.emulator}; this is version {__version__}")
    if bundle.fixtures != world.fixtures.digest:
        raise BadBundle("the bundle was recorded with other fixtures than these; give those with --fixtures")
    named = {request.provider for request in bundle.requests} | {change.provider for change in bundle.changes}
    if unknown := named - world.providers.keys():
        raise BadBundle(f"unknown provider {min(unknown)!r}; known: {', '.join(world.providers)}")
    return bundle


def _changed(change: Change) -> Changed | None:
    match change.command:
        case ChangeSettings(provider=provider, changes=changes):
            about: dict[str, Any] = {"settings": _without_secrets(changes), "act": None, "subject": ""}
        case PerformAct(provider=provider, act=act, subject=subject):
            about = {"settings": None, "act": act, "subject": subject}
        case _:
            return None
    return Changed(after=change.turns, at=change.at, provider=provider, **about)


def _without_secrets(content: Any) -> Any:
    """Return settings, or a snapshot that holds some, without the secrets of webhooks. No reply depends on them."""
    if isinstance(content, Mapping):
        return {
            name: [REDACTED] * len(value) if name == "secrets" and isinstance(value, list) else _without_secrets(value)
            for name, value in content.items()
        }
    return [_without_secrets(item) for item in content] if isinstance(content, list) else content


def _recorded(exchange: Exchange, seal: Seal) -> Recorded:
    body, encoding = _text(seal.body(exchange.body))
    before, after = exchange.effects
    return Recorded(
        number=exchange.number,
        order=exchange.order,
        at=exchange.at,
        provider=exchange.provider,
        method=exchange.method,
        path=seal.text(exchange.path),
        query=seal.query(exchange.query.decode("latin-1")),
        headers=[(name, seal.header(name, value)) for name, value in raw_headers(exchange.headers)],
        body=body,
        encoding=encoding,
        before=before,
        after=after,
        held=exchange.held,
        status=exchange.status,
        reply_headers=raw_headers(exchange.reply_headers()),
        reply_body=sealed_reply(seal, exchange),
    )


def _text(body: bytes) -> tuple[str, Literal["utf-8", "base64"]]:
    try:
        return body.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), "base64"


def raw_headers(headers: Any) -> RawHeaders:
    """Return raw headers as text."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def sealed_reply(seal: Seal, exchange: Exchange) -> str:
    """Return the body of a reply as text, without its secrets."""
    request = b"\n".join([exchange.path.encode("utf-8", "replace"), exchange.query, exchange.body])
    body = seal.reply(exchange.number, exchange.reply_body, request.decode("utf-8", "backslashreplace"))
    return body.decode("utf-8", "backslashreplace")
