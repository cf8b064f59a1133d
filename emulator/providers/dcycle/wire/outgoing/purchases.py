"""Purchases: ``/v1/purchases``."""

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory.purchases import Purchase, PurchaseTerms
from emulator.providers.dcycle.wire.outgoing.amounts import kilograms

TERMS = PurchaseTerms.__struct_fields__


def purchase(purchase: Purchase) -> dict[str, object]:
    return {
        "id": purchase.id,
        "organization_id": purchase.organization_id,
        **{name: getattr(purchase.terms, name) for name in TERMS},
        "co2e": kilograms(purchase.co2e_grams),
        "created_at": seconds(purchase.created_at),
        "updated_at": seconds(purchase.updated_at),
    }
