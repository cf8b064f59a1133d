"""Total emissions, trees and logins: ``/v1/total-impacts``, ``/v2/organizations/tree``, ``/auth/login``."""

from collections.abc import Mapping

from emulator.providers.dcycle.backend.drafts import TotalsDraft
from emulator.providers.dcycle.backend.tokens import TOKEN_SECONDS
from emulator.providers.dcycle.backend.totals import Group
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.wire.outgoing.amounts import tonnes


def total_impacts(organization: Organization, draft: TotalsDraft, impacts: Mapping[Group, int]) -> dict[str, object]:
    return {
        "organization_id": organization.id,
        "start_date": draft.start_date,
        "end_date": draft.end_date,
        "unit": "tCO2e",
        "total_co2e": tonnes(sum(impacts.values())),
        "items": [{**group._asdict(), "co2e": tonnes(grams)} for group, grams in impacts.items()],
    }


def tree(organization: Organization) -> dict[str, object]:
    """Return an organization with its subsidiaries at any depth."""
    return {
        "id": organization.id,
        "name": organization.name,
        "children": [tree(child) for child in organization.children],
    }


def token(text: str) -> dict[str, object]:
    return {"access_token": text, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
