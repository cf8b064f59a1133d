"""Invoices: ``/v1/invoices`` and ``/v3/invoices``."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache

import orjson

from emulator.core.bounded_cache import BoundedCache
from emulator.core.clock import seconds
from emulator.core.exact_json import fragment
from emulator.providers.dcycle.memory.catalogue import Catalogue, Organization
from emulator.providers.dcycle.memory.invoices import Invoice
from emulator.providers.dcycle.wire.outgoing.amounts import kilograms

LISTED_INVOICES_MAX = 1024
"""How many invoices are kept as JSON, in all spaces."""


def listed_invoice(invoice: Invoice) -> orjson.Fragment:
    """Return an invoice as an item of a list, as JSON. An invoice never changes: a changed one takes its place."""
    known = _listed_invoices.get(id(invoice)) or _listed_invoices.put(
        id(invoice), (invoice, fragment(_members(invoice)))
    )
    return known[1]


_listed_invoices = BoundedCache[int, tuple[Invoice, orjson.Fragment]](LISTED_INVOICES_MAX)
"""By the identity of an invoice, which is kept with it: to compare two invoices takes longer than to write one."""


def _members(invoice: Invoice) -> dict[str, object]:
    terms = invoice.terms
    return {
        "id": invoice.id,
        "type": invoice.type,
        "status": terms.status,
        "quantity": invoice.quantity,
        "unit_id": invoice.unit_id,
        "start_date": midnight(invoice.start_date),
        "end_date": last_second(invoice.end_date),
        "invoice_id": terms.invoice_id,
        "facility_id": terms.facility_id,
        "supplier_id": terms.supplier_id,
        "co2e": kilograms(invoice.co2e_grams),
        "total_energy_kwh": invoice.total_energy_kwh,
        "cups": terms.cups,
        "created_at": seconds(invoice.created_at),
        "updated_at": seconds(invoice.updated_at),
    }


def invoice(invoice: Invoice) -> dict[str, object]:
    """Return an invoice in the form of version 1."""
    return {
        **_members(invoice),
        "base_quantity": invoice.base_quantity,
        "percentage": invoice.percentage,
        "facility_fuel_id": invoice.facility_fuel_id,
        "custom_emission_factor_id": invoice.custom_emission_factor_id,
        "co2e_biomass": kilograms(invoice.co2e_biomass_grams),
        "file_id": invoice.file_id,
        "file_url": invoice.file_url,
        "uploaded_by": invoice.terms.uploaded_by,
        "enabled": invoice.enabled,
    }


def share(shown: Invoice, owner: Organization, facility_name: str | None) -> dict[str, object]:
    """Return the share of a facility in an invoice."""
    return {
        "organization_id": shown.organization_id,
        "facility_id": shown.terms.facility_id,
        "percentage": shown.percentage,
        "company_name": owner.name,
        "facility_name": facility_name,
    }


def invoice_v3(shown: Invoice, shares: list[dict[str, object]]) -> dict[str, object]:
    """Return an invoice in the form of version 3: with its origin and its shares."""
    return {
        **invoice(shown),
        "original_quantity": shown.base_quantity,
        "original_unit_id": shown.unit_id,
        "source_invoice_id": shown.source_invoice_id,
        "toc_id": shown.toc,
        "invofox_id": None,
        "facility_percentages": shares,
    }


def filter_options(options: Callable[[str], Mapping[str, object]], catalogue: Catalogue) -> dict[str, object]:
    """Return the values that the filters of a list may have; ``options`` are those of a field, in order."""
    fuels = {fuel.id: fuel.name for fuel in catalogue.facility_fuels}
    users = {user.id: user.email for user in catalogue.users}
    return {
        "cups": list(options("cups")),
        "suppliers": _named({}, options("supplier_id")),
        "uploaded_by": _named(users, options("uploaded_by")),
        "sources": list(options("source")),
        "stationary_fuels": _named(fuels, options("stationary_fuel_id")),
        "facility_fuels": _named(fuels, options("facility_fuel_id")),
        "supply_contracts": _named(options("supply_contract_id"), options("supply_contract_id")),
    }


def _named(names: Mapping[str, object], ids: Iterable[str]) -> list[dict[str, object]]:
    return [{"id": id, "name": names.get(id)} for id in ids]


@lru_cache(maxsize=4096)
def midnight(day: date) -> str:
    """Return the beginning of a day without an offset, as the vendor writes periods."""
    return f"{day.isoformat()}T00:00:00"


@lru_cache(maxsize=4096)
def last_second(day: date) -> str:
    """Return the end of a day, without an offset, too."""
    return f"{day.isoformat()}T23:59:59"
