"""The fixture: the catalogue, and the memory with which a space begins."""

from operator import attrgetter
from typing import Annotated

from msgspec import field
from pydantic import Field

from emulator.core.clock import millis
from emulator.core.integrity import check_ids, check_known, check_unique
from emulator.core.struct import Struct
from emulator.providers.oneclickimpact.memory.catalogue import Catalogue
from emulator.providers.oneclickimpact.memory.records import Customer, Impact, Notice
from emulator.providers.oneclickimpact.memory.settings import Settings


class Memory(Struct):
    """Everything that requests and the clock change. Impacts are in the order of their making, notices in that of time.

    ``failed_events`` has how many events in a row have not reached an endpoint, by its id.
    """

    customers: dict[str, Customer] = field(default_factory=dict)
    impacts: list[Impact] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    failed_events: dict[str, Annotated[int, Field(ge=1)]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        self._check_customers()
        check_unique("times of an account's impacts", (impact.subject for impact in self.impacts))
        for impact in self.impacts:
            impact.check()
            owner = None if impact.customer_id is None else self.customers.get(impact.customer_id)
            if impact.customer_id is not None and (owner is None or owner.account_id != impact.account_id):
                raise ValueError(f"account {impact.account_id!r} has no customer {impact.customer_id!r}")
        self._check_notices()

    def _check_customers(self) -> None:
        customers = self.customers.values()
        check_unique(
            "emails of an account's customers", (f"{each.account_id} {each.email.lower()}" for each in customers)
        )
        check_unique(
            "times of an account's customers", (f"{each.account_id} {millis(each.onboarded_on)}" for each in customers)
        )
        check_ids("customer", self.customers)

    def _check_notices(self) -> None:
        if self.notices != sorted(self.notices, key=attrgetter("at")):
            raise ValueError("notices must be in the order of their times")
        known = {(impact.account_id, impact.made_on): impact for impact in self.impacts}
        for notice in self.notices:
            impact = known.get((notice.account_id, notice.made_on))
            if impact is None:
                raise ValueError(f"a notice names an impact that account {notice.account_id!r} has not made")
            if notice.type == "impact.cancelled" and impact.cancelled_on is None:
                raise ValueError(f"a notice reports that impact {impact.subject!r} was canceled, but it was not")
            if notice.type == "impact.completed" and impact.progress.impact_completed is None:
                raise ValueError(f"a notice reports that impact {impact.subject!r} is completed, but it never is")


class Fixture(Struct, frozen=True):
    """``fixtures/oneclickimpact.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        accounts = {account.id for account in self.catalogue.accounts}
        check_known("account", (customer.account_id for customer in self.memory.customers.values()), accounts)
        check_known("account", (impact.account_id for impact in self.memory.impacts), accounts)
