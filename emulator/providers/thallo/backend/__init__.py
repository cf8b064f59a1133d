"""Thallo's rules: how its memory changes (docs.market.thallo.io)."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from emulator.core.clock import Clock, Event
from emulator.core.ids import Ids
from emulator.providers.thallo.backend.inventory import Inventory
from emulator.providers.thallo.backend.invoices import Invoices
from emulator.providers.thallo.backend.keys import Keys
from emulator.providers.thallo.backend.market import Market
from emulator.providers.thallo.backend.projects import Projects
from emulator.providers.thallo.backend.retirements import Retirements
from emulator.providers.thallo.memory.catalogue import Catalogue
from emulator.providers.thallo.memory.fixture import Memory


class Thallo:
    """Thallo in one space."""

    pages_url: str | None = None

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.keys = Keys(catalogue, memory, clock, ids)
        self.projects = Projects(catalogue)
        self.market = Market(catalogue, memory, clock)
        self.inventory = Inventory(catalogue, memory, clock, ids)
        self.invoices = Invoices(memory, clock, ids)
        self.retirements = Retirements(catalogue, memory, self.market, self.inventory, self.invoices, clock, ids)

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the sell orders that close, the invoices that are settled, and the requests whose status changes."""
        return chain(*(part.due(since, until) for part in (self.market, self.invoices, self.retirements)))
