"""Emissions, trees and logins: ``/v1/total-impacts``, ``/v2/organizations/tree``, ``/auth/login``."""

from collections.abc import Mapping

from emulator.providers.dcycle.backend.ledgers import Group, GroupBy
from emulator.providers.dcycle.backend.logins import TOKEN_SECONDS
from emulator.providers.dcycle.memory import Organization
from emulator.providers.dcycle.wire.parameters import Body, Day, OrganizationHeader, Query, tonnes
from emulator.web.fields import Text
from emulator.web.model import Model

# --- in ---------------------------------------------------------------------------------------------------------------


class TotalImpactsQuery(Query):
    """``GET /v1/total-impacts``: the days from the first to the last, both included."""

    start_date: Day
    end_date: Day
    group_by: GroupBy = GroupBy.SCOPE
    include_children: bool = False


class TotalImpactsRequest(Model):
    """The query before the header: what is wrong is told in this order."""

    query: TotalImpactsQuery
    header: OrganizationHeader


class Credentials(Body):
    email: Text
    password: Text


class LoginRequest(Model):
    """``POST /auth/login``"""

    body: Credentials


# --- out --------------------------------------------------------------------------------------------------------------


def total_impacts(
    organization: Organization, asked: TotalImpactsQuery, impacts: Mapping[Group, int]
) -> dict[str, object]:
    return {
        "organization_id": organization.id,
        "start_date": asked.start_date,
        "end_date": asked.end_date,
        "unit": "tCO2e",
        "total_co2e": tonnes(sum(impacts.values())),
        "items": [{**group._asdict(), "co2e": tonnes(grams)} for group, grams in impacts.items()],
    }


def tree(organization: Organization) -> dict[str, object]:
    """An organization, and those below it at any depth."""
    return {
        "id": organization.id,
        "name": organization.name,
        "children": [tree(child) for child in organization.children],
    }


def token(text: str) -> dict[str, object]:
    return {"access_token": text, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
