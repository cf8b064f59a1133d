"""Purchases: ``/v1/purchases``."""

from msgspec.structs import asdict

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory.purchases import Purchase
from emulator.providers.dcycle.wire.outgoing.amounts import kilograms


def purchase(purchase: Purchase) -> dict[str, object]:
    return {
        "id": purchase.id,
        "organization_id": purchase.organization_id,
        **asdict(purchase.terms),
        "co2e": kilograms(purchase.co2e_grams),
        "created_at": seconds(purchase.created_at),
        "updated_at": seconds(purchase.updated_at),
    }
