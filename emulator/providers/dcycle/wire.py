"""Dcycle's JSON: the models of what comes in, and the objects that go out (docs.dcycle.io)."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticKnownError

from emulator.providers.dcycle.memory import Organization
from emulator.providers.dcycle.vendor import Group, GroupBy

GRAMS_PER_TONNE = 1_000_000


# --- in ---------------------------------------------------------------------------------------------------------------


def _no_timestamp(value: str) -> str:
    """A date or date-time as written. Pydantic takes Unix timestamps too, which only the vendor's legacy API does."""
    if not re.match(r"[0-9]{4}-", value):
        fault = "input is too short" if len(value) < len("2025-01-01") else "invalid date separator, expected `-`"
        raise PydanticKnownError("date_from_datetime_parsing", {"error": fault})
    return value


Day = Annotated[date, BeforeValidator(_no_timestamp)]


class TotalImpactsQuery(BaseModel):
    """``GET /v1/total-impacts``: the days from the first to the last, both included."""

    start_date: Day
    end_date: Day
    group_by: GroupBy = GroupBy.SCOPE
    include_children: bool = False


class OrganizationHeader(BaseModel):
    """The organization that a request is about."""

    organization_id: UUID = Field(alias="x-organization-id")


class TotalImpactsRequest(BaseModel):
    """The query before the header: what is wrong is told in this order."""

    query: TotalImpactsQuery
    header: OrganizationHeader


# --- out --------------------------------------------------------------------------------------------------------------


def total_impacts(
    organization: Organization, asked: TotalImpactsQuery, impacts: Mapping[Group, int]
) -> dict[str, object]:
    return {
        "organization_id": organization.id,
        "start_date": asked.start_date,
        "end_date": asked.end_date,
        "unit": "tCO2e",
        "total_co2e": _tonnes(sum(impacts.values())),
        "items": [{**group._asdict(), "co2e": _tonnes(grams)} for group, grams in impacts.items()],
    }


def _tonnes(grams: int) -> float:
    """The nearest float, which prints as the decimal it stands for: 1550.8, not 1550.8000000000002."""
    return grams / GRAMS_PER_TONNE
