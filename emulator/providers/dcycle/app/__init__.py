"""Dcycle's route table, its credentials, and its provider."""

from collections.abc import Iterable, Mapping

from emulator.core.ledger import NoBooks
from emulator.providers.dcycle import HOSTS, VERSION, wording
from emulator.providers.dcycle.app.legacy_routes import LEGACY_ROUTES
from emulator.providers.dcycle.app.routes import ROUTES
from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.memory.catalogue import Catalogue
from emulator.providers.dcycle.memory.fixture import Fixture
from emulator.providers.dcycle.memory.migrations import MIGRATIONS
from emulator.web.provider import Provider
from emulator.web.provider_app import ProviderApp


def credentials(catalogue: Catalogue) -> dict[str, str]:
    """Return the first API key and its organization."""
    first = catalogue.keys[0]
    return {"api_key": first.api_key, "organization_id": first.organization_id}


def accounts(catalogue: Catalogue) -> Iterable[Mapping[str, str]]:
    """Return each API key with its organization."""
    return ({"api_key": key.api_key, "organization_id": key.organization_id} for key in catalogue.keys)


PROVIDER = Provider(
    name="dcycle",
    title="Dcycle",
    hosts=HOSTS,
    version=VERSION,
    migrations=MIGRATIONS,
    app=ProviderApp([*ROUTES, *LEGACY_ROUTES], wording.render, wording.schema_refusal, wording.http_refusal),
    fixture=Fixture,
    backend=Dcycle,
    books=NoBooks(
        "Dcycle reports what organizations emit. Nothing is bought or retired there, and no emission is a credit."
    ),
    credentials=credentials,
    accounts=accounts,
    emissions=Dcycle.monthly_emissions,
    render=wording.render,
    http_refusal=wording.http_refusal,
)
