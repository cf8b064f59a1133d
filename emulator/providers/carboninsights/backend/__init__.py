"""Carbon Insights' rules: how its memory changes (Carbon Insights API reference; simplejwt 4.8 for the tokens)."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from emulator.core.clock import Clock, Event
from emulator.core.ids import Ids
from emulator.providers.carboninsights.backend.accounts import Accounts
from emulator.providers.carboninsights.backend.categories import Categories
from emulator.providers.carboninsights.backend.drafts import ScoreDraft
from emulator.providers.carboninsights.backend.scores import Score, calculate
from emulator.providers.carboninsights.backend.throttle import Throttle
from emulator.providers.carboninsights.backend.tokens import Tokens
from emulator.providers.carboninsights.memory.catalogue import Catalogue
from emulator.providers.carboninsights.memory.fixture import Memory


class CarbonInsights:
    """Carbon Insights in one space."""

    pages_url: str | None = None

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue = catalogue
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self.accounts = Accounts(catalogue, memory, ids)
        self.tokens = Tokens(self.accounts, memory, clock, ids)
        self.throttle = Throttle(memory, clock)
        self.categories = Categories(catalogue, memory)

    def score(self, draft: ScoreDraft) -> Score:
        """Calculate the carbon score of purchases."""
        return calculate(draft, self.catalogue)

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the tokens that expire, and the accounts that are admitted again, in a span of time."""
        return chain(self.tokens.due(since, until), self.throttle.due(since, until))
