"""What the gateway and the control API need of a provider: one record, without its vendor's rules."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from msgspec import field
from starlette.types import Scope

from emulator.core.clock import Clock, Event
from emulator.core.emissions import MonthlyEmission
from emulator.core.ids import Ids
from emulator.core.ledger import Books, NoBooks
from emulator.core.migration import Steps
from emulator.core.struct import Struct
from emulator.web.provider_app import HttpRefusal, ProviderApp, Render
from emulator.web.route_table import is_implemented
from emulator.web.webhooks import Webhooks

Act: TypeAlias = Callable[[Any, str], object]


class Backend(Protocol):
    """A vendor's state in one space, and the rules by which it changes."""

    memory: Any
    pages_url: str | None
    """The URL below which the emulator's own pages of the space are; None if it is not known."""

    def due(self, since: datetime, until: datetime) -> Iterable[Event]:
        """Return what becomes due over time after ``since`` and up to ``until``, in any order."""
        ...


class Fixture(Protocol):
    """The initial data of a vendor: a catalogue that never changes, and an initial memory."""

    catalogue: Any
    memory: Any


class Provider(Struct, frozen=True):
    """One provider.

    ``version`` counts changes of the form of its memory and its catalogue. ``migrations`` bring a memory of an older
    version to the next, and so do ``catalogue_migrations``, where the catalogue has changed. ``fixture`` is the type
    that ``fixtures/<name>.json`` must satisfy; ``backend`` makes the backend of a space from a catalogue and a memory;
    ``books`` reads its trades, if it trades anything; ``credentials`` returns those a user may start with, ``accounts``
    those of every account; ``render`` and ``http_refusal`` word a bare HTTP status as the vendor would; ``webhooks``
    says how the vendor calls back, if it does. ``acts`` are what people do at the vendor without its API: each takes
    the id of its subject, returns what became of it, or raises CannotHappen. ``emissions`` returns what organizations
    emitted by month, if the vendor measures that.
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
    accounts: Callable[[Any], Iterable[Mapping[str, str]]]
    render: Render
    http_refusal: HttpRefusal
    migrations: Steps = field(default_factory=dict)
    catalogue_migrations: Steps = field(default_factory=dict)
    webhooks: Webhooks | None = None
    acts: Mapping[str, Act] = field(default_factory=dict)
    emissions: Callable[[Any], Iterable[MonthlyEmission]] | None = None

    def operation(self, scope: Scope) -> str | None:
        """Return the operation that a request would reach: the name of its endpoint."""
        found = self.app.routes.find(scope)
        return found.name if found else None

    @property
    def operations(self) -> list[str]:
        """The operations that have a route, in the order of the route table."""
        return [route.name for route in self.app.routes.routes]

    @property
    def implemented(self) -> list[str]:
        """The operations that do what the vendor documents; the others answer 501."""
        return [route.name for route in self.app.routes.routes if is_implemented(route)]
