"""Facilities: ``/v1/facilities``."""

from pydantic import Field, model_validator

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts import FacilityFilter
from emulator.providers.dcycle.memory.facilities import FacilityCategory, FacilityStatus, FacilityTerms
from emulator.providers.dcycle.wire.incoming.fields import Country, Fraction, Id, Name, PageSize, Several
from emulator.providers.dcycle.wire.incoming.parts import Body, Page, Path
from emulator.web.fields import Text

COUNTRY = "ES"
"""Where an address is that names no country: the vendor would look it up on a map."""


class FacilityPath(Path):
    facility_id: Id


class FacilityPage(Page):
    """``GET /v1/facilities``, whose pages are smaller than those of other lists."""

    repeated = ("status[]",)

    size: PageSize = 10
    name: str | None = None
    country: str | None = None
    type: str | None = None
    status: Several[FacilityStatus] = Field((), alias="status[]")

    @cached_property
    def filter(self) -> FacilityFilter:
        return FacilityFilter(self.name, self.country, self.type, self.status)


class FacilityBody(Body):
    """The members that a new facility and a change share."""

    address: Text | None = None
    logistic_factor: Fraction | None = None
    categories: Several[FacilityCategory] | None = None
    cups_list: Several[Name] | None = None


class FacilityChanges(FacilityBody):
    """``PUT /v1/facilities/{facility_id}``. Only members that are sent change, so no default is ever used."""

    name: Name = ""
    type: Name = ""
    country: Country = ""
    status: FacilityStatus = "active"


class NewFacility(FacilityBody):
    """``POST /v1/facilities``"""

    name: Name
    type: Name
    country: Country | None = None

    @model_validator(mode="after")
    def _has_a_place(self) -> "NewFacility":
        self.require_one_of("country", "address")
        return self

    def terms(self) -> FacilityTerms:
        return FacilityTerms(**{**self.sent(), "country": self.country or COUNTRY})
