"""Purchases, scope 3 category 1: what was bought, and what it causes (docs.dcycle.io, Purchases)."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from emulator.core.clock import Clock
from emulator.core.ids import Ids
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.book import Book
from emulator.providers.dcycle.backend.ledgers import Ledgers
from emulator.providers.dcycle.memory import Memory, Organization, Purchase, PurchaseFactors, PurchaseTerms

NOT_YET_CALCULATED = ("pending", "in_progress")


class Purchases:
    """The purchases of every organization in one space."""

    def __init__(self, factors: PurchaseFactors, memory: Memory, ledgers: Ledgers, clock: Clock, ids: Ids) -> None:
        self.factors = factors
        self.clock = clock
        self.ids = ids
        self._book = Book(memory.purchases, ledgers)

    def matching(self, organization: Organization, wanted: Mapping[str, Collection[object]]) -> Collection[Purchase]:
        """The purchases of which each of these terms has one of the values wanted of it, oldest first."""

        def fits(purchase: Purchase) -> bool:
            return all(getattr(purchase.terms, name) in values for name, values in wanted.items())

        return self._book.of(organization, fits if wanted else None)

    def create(self, organization: Organization, terms: PurchaseTerms) -> Purchase:
        """Enter a purchase; unless it is inactive, it counts from now on."""
        now, grams = self.clock.now, purchase_grams(terms, self.factors)
        return self._book.put(Purchase(self.ids.uuid("dcycle.purchase"), organization.id, now, now, grams, terms))

    def get(self, organization: Organization, purchase_id: str) -> Purchase:
        """A purchase of this organization. Raises PurchaseNotFound."""
        purchase = self._book.get(organization, purchase_id)
        if purchase is None:
            raise errors.PurchaseNotFound
        return purchase

    def update(self, organization: Organization, purchase_id: str, changes: Mapping[str, Any]) -> Purchase:
        """Change some terms of a purchase, and calculate it again. Raises PurchaseNotFound."""
        purchase = self.get(organization, purchase_id)

        terms = replace(purchase.terms, **changes)
        grams = purchase_grams(terms, self.factors)
        return self._book.put(replace(purchase, updated_at=self.clock.now, co2e_grams=grams, terms=terms))

    def delete(self, organization: Organization, purchase_id: str) -> None:
        """Forget a purchase, and what it caused. Raises PurchaseNotFound."""
        self._book.drop(self.get(organization, purchase_id))


def purchase_grams(terms: PurchaseTerms, factors: PurchaseFactors) -> int | None:
    """What a purchase causes; None while it is pending, and where there is no factor for it.

    What is recycled causes nothing: the vendor only says that it lowers the emissions.
    """
    if terms.purchase_type == "supplier_specific":
        custom = factors.custom.get(terms.custom_emission_factor_id or "")
        grams_per_unit = None if custom is None else Decimal(custom)
    else:
        grams_per_unit = factors.grams_per_unit(terms.sector, terms.unit_id)
    if grams_per_unit is None or terms.quantity is None or terms.status in NOT_YET_CALCULATED:
        return None
    grams = _decimal(terms.quantity) * grams_per_unit * (1 - _decimal(terms.recycled or 0.0))
    return int(grams.to_integral_value(ROUND_HALF_UP))


def _decimal(number: float) -> Decimal:
    """The decimal that a float prints as."""
    return Decimal(repr(number))
