"""Facilities: ``/v1/facilities``."""

from typing import Annotated

from pydantic import Field, model_validator

from emulator.core.clock import seconds
from emulator.providers.dcycle.backend.facilities import Caused, FacilityFilter
from emulator.providers.dcycle.memory import Facility, FacilityCategory, FacilityStatus
from emulator.providers.dcycle.wire.parameters import (
    Body,
    Country,
    Fraction,
    Id,
    Name,
    OrganizationHeader,
    Page,
    either,
    kilograms,
)
from emulator.web.fields import Text
from emulator.web.model import Model

# --- in ---------------------------------------------------------------------------------------------------------------


class FacilityTerms(Body):
    """What is said of a facility; what is not sent stays, or is as the memory has it."""

    address: Text | None = None
    logistic_factor: Fraction | None = None
    categories: list[FacilityCategory] | None = None
    cups_list: list[Name] | None = None


class FacilityChanges(FacilityTerms):
    """``PUT /v1/facilities/{facility_id}``; only members that are sent change, so no default is ever used."""

    name: Name = ""
    type: Name = ""
    country: Country = ""
    status: FacilityStatus = "active"


class NewFacility(FacilityTerms):
    """``POST /v1/facilities``"""

    name: Name
    type: Name
    country: Country | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> "NewFacility":
        either(self, "country", "address")
        return self


class FacilityPage(Page):
    """``GET /v1/facilities``, whose pages are smaller than those of other lists."""

    repeated = ("status[]",)

    size: Annotated[int, Field(ge=1, le=100)] = 10
    name: str | None = None
    country: str | None = None
    type: str | None = None
    status: list[FacilityStatus] = Field([], alias="status[]")

    def filter(self) -> FacilityFilter:
        return FacilityFilter(self.name, self.country, self.type, self.status)


class FacilityPath(Model):
    facility_id: Id


class ListFacilities(Model):
    query: FacilityPage
    header: OrganizationHeader


class CreateFacility(Model):
    header: OrganizationHeader
    body: NewFacility


class OneFacility(Model):
    """A request to read or to delete."""

    path: FacilityPath
    header: OrganizationHeader


class UpdateFacility(OneFacility):
    body: FacilityChanges


# --- out --------------------------------------------------------------------------------------------------------------


def facility(facility: Facility, caused: Caused) -> dict[str, object]:
    return {
        "id": facility.id,
        "name": facility.name,
        "address": facility.address,
        "country": facility.country,
        "type": facility.type,
        "status": facility.status,
        "co2e": kilograms(caused.co2e_grams),
        "co2e_biomass": kilograms(caused.co2e_biomass_grams),
        "logistic_factor": facility.logistic_factor,
        "categories": facility.categories,
        "cups_list": facility.cups_list,
        "facility_purpose_type": facility.facility_purpose_type,
        "created_at": seconds(facility.created_at),
        "updated_at": seconds(facility.updated_at),
    }
