"""Logistic hubs."""

from typing import Literal, TypeAlias

from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import Uuid
from emulator.providers.dcycle.memory.records import Record

HubType: TypeAlias = Literal["owned", "subcontracted"]
HubStatus: TypeAlias = Literal["active", "archived"]
HubCategory: TypeAlias = Literal[
    "transshipment_ambient", "transshipment_mixed", "storage_transhipment_ambient", "storage_transhipment_mixed",
    "warehouse_ambient", "warehouse_mixed", "liquid_bulk_terminals_ambient", "liquid_bulk_terminals_mixed",
    "maritime_container_terminals_ambient", "maritime_container_terminals_temperature_controlled",
]  # fmt: skip


class HubTerms(Struct, frozen=True):
    """The data that a client sends about a hub.

    An owned hub has the emissions of its facility's invoices, another company's those of handling goods.
    """

    name: str
    type: HubType
    category: HubCategory | None = None
    address: str | None = None
    country: str | None = None
    facility_id: Uuid | None = None
    supercharger: bool = False


class Hub(Record[HubTerms], frozen=True):
    """A place where goods are handled."""

    terms: HubTerms
    status: HubStatus = "active"
