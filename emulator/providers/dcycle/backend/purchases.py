"""Purchases, scope 3 category 1 (docs.dcycle.io, Purchases)."""

from decimal import Decimal

from emulator.core.exact_json import decimal
from emulator.core.struct import replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.records import EmittingRecords
from emulator.providers.dcycle.backend.rounding import whole_grams
from emulator.providers.dcycle.memory.purchases import Purchase, PurchaseTerms

NOT_YET_CALCULATED = ("pending", "in_progress")


class Purchases(EmittingRecords[Purchase, PurchaseTerms]):
    """The purchases of every organization in one space."""

    kind = Purchase
    id_kind = "dcycle.purchase"
    not_found = errors.PurchaseNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.purchases)

    def calculated(self, record: Purchase) -> Purchase:
        return replace(record, co2e_grams=self._grams(record))

    def _grams(self, purchase: Purchase) -> int | None:
        """Return the emissions of a purchase; None while it is pending, and if there is no factor for it.

        Recycled goods cause no emissions: the vendor only documents that they lower them.
        """
        terms, grams_per_unit = purchase.terms, purchase_factor(purchase, self.context)
        if grams_per_unit is None or terms.quantity is None or terms.status in NOT_YET_CALCULATED:
            return None
        return whole_grams(decimal(terms.quantity) * grams_per_unit * (1 - decimal(terms.recycled or 0.0)))


def purchase_factor(purchase: Purchase, context: Context) -> Decimal | None:
    """Return the emissions of a unit of a purchase, in grams; None if there is no factor for it."""
    terms = purchase.terms
    if terms.purchase_type == "supplier_specific":
        return context.custom_grams(terms.custom_emission_factor_id, purchase.organization_id)
    return context.catalogue.purchase_factors.grams_per_unit(terms.sector, terms.unit_id)
