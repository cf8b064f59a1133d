"""Hubs of freight: ``/v1/logistics/hubs`` and ``/v1/logistic-hubs``."""

from pydantic import Field

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts.freight import HubFilter
from emulator.providers.dcycle.memory.hubs import HubCategory, HubStatus, HubTerms, HubType
from emulator.providers.dcycle.wire.incoming.fields import (
    Country,
    Id,
    JsonBoolean,
    Name,
    PageSize,
    Several,
)
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord, Page, Path
from emulator.web.fields import Text


class HubPath(Path):
    hub_id: Id


class FreightHubPage(Page):
    """``GET /v1/logistics/hubs``"""

    size: PageSize = 10
    name: str | None = None
    type: HubType | None = None
    category: HubCategory | None = None

    @cached_property
    def filter(self) -> HubFilter:
        return HubFilter(self.name, self.type, self.category)


class HubPage(FreightHubPage):
    """``GET /v1/logistic-hubs``"""

    repeated = ("status[]",)

    status: Several[HubStatus] = Field((), alias="status[]")

    @cached_property
    def filter(self) -> HubFilter:
        return HubFilter(self.name, self.type, self.category, self.status)


class HubChanges(Body):
    """``PUT /v1/logistic-hubs/{hub_id}``. Only members that are sent change, so no default is ever used."""

    name: Name = ""
    type: HubType = "owned"
    category: HubCategory | None = None
    address: Text | None = None
    country: Country | None = None
    facility_id: Id | None = None
    supercharger: JsonBoolean = False


class NewHub(NewRecord):
    """``POST /v1/logistic-hubs``"""

    name: Name
    type: HubType
    category: HubCategory | None = None
    address: Text | None = None
    supercharger: JsonBoolean = False
    facility_id: Id | None = None

    def terms(self) -> HubTerms:
        if self.type == "owned" and self.facility_id is None:
            raise ValueError("facility_id is required for an owned hub")
        return HubTerms(**self.sent())
