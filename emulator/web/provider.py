"""What the gateway and the control API know of a provider: one record, and nothing about its vendor's rules."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from starlette.types import Scope

from emulator.core.clock import Clock, Event
from emulator.core.ids import Ids
from emulator.core.ledger import Books, NoBooks
from emulator.web.provider_app import HttpRefusal, ProviderApp, Render
from emulator.web.route_table import is_implemented
from emulator.web.webhooks import Webhooks

Act: TypeAlias = Callable[[Any, str], object]


class Backend(Protocol):
    """A vendor in one space: a memory, and the rules by which it changes."""

    memory: Any

    def due(self, since: datetime, until: datetime) -> Iterable[Event]:
        """What falls due by time alone after ``since`` and up to ``until``, in any order."""
        ...


class Fixture(Protocol):
    """What a vendor starts from: a catalogue that never changes, and the memory it is born with."""

    catalogue: Any
    memory: Any


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider.

    ``fixture`` is the type that ``fixtures/<name>.json`` must satisfy; ``vendor`` makes the vendor of a space out of a
    catalogue and a memory; ``books`` are read off that memory, if the vendor trades anything; ``credentials`` are those
    a user may begin with; ``say`` and ``plain`` word a bare HTTP status as the vendor would; ``webhooks`` tell how it
    calls back, if it does; ``acts`` are what people do at the vendor without its API, each for the id of something, and
    answer what has become of it, or raise CannotHappen.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    version: int
    app: ProviderApp
    fixture: type[Any]
    backend: Callable[[Any, Any, Clock, Ids], Backend]
    books: Books | NoBooks
    credentials: Callable[[Any], Mapping[str, str]]
    render: Render
    http_refusal: HttpRefusal
    webhooks: Webhooks | None = None
    acts: Mapping[str, Act] = field(default_factory=dict)

    def operation(self, scope: Scope) -> str | None:
        """The operation that a request would reach: the name of its endpoint."""
        found = self.app.router.find(scope)
        return found.name if found else None

    @property
    def operations(self) -> list[str]:
        """The operations that have a route, in the order of the route table."""
        return [route.name for route in self.app.router.table]

    @property
    def implemented(self) -> list[str]:
        """The operations that do what the vendor documents; the others answer 501."""
        return [route.name for route in self.app.router.table if is_implemented(route)]
