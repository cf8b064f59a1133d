"""What the rules of every kind of record use."""

from collections.abc import Mapping
from decimal import Decimal

from emulator.core.cached_property import cached_property
from emulator.core.clock import Clock
from emulator.core.exact_json import decimal
from emulator.core.ids import Ids
from emulator.core.struct import Struct
from emulator.providers.dcycle.backend.totals import Totals
from emulator.providers.dcycle.memory.catalogue import Catalogue
from emulator.providers.dcycle.memory.custom_factors import CustomFactor, FactorTerms
from emulator.providers.dcycle.memory.fields import GRAMS_PER_UNIT_MAX
from emulator.providers.dcycle.memory.fixture import Memory
from emulator.providers.dcycle.memory.places import names


class Context(Struct, frozen=True, dict=True):
    """The data that the rules of every kind of record use."""

    catalogue: Catalogue
    memory: Memory
    totals: Totals
    clock: Clock
    ids: Ids

    @cached_property
    def _countries(self) -> Mapping[str, str]:
        return {name.casefold(): code for name, code in self.catalogue.countries.items()}

    @cached_property
    def _roots(self) -> Mapping[str, str]:
        return {found.id: root.id for root in self.catalogue.trees for found in root.with_subsidiaries()}

    def country(self, address: str | None) -> str | None:
        """Return the code of the country of an address; None if no part of it names a listed country or place.

        The last such part decides: "Madrid, Portugal" is in PT.
        """
        found = (self._countries.get(name.casefold()) for name in reversed(names(address)))
        return next(filter(None, found), None)

    def custom_factor(self, factor_id: str | None, organization_id: str) -> CustomFactor | None:
        """Return a custom emission factor of the organization's tree; None if it has none of this id."""
        own = self.memory.custom_factors.get(factor_id or "")
        if own is not None and self._roots.get(own.organization_id) == self._roots.get(organization_id):
            return own
        return None

    def custom_grams(self, factor_id: str | None, organization_id: str) -> Decimal | None:
        """Return what one unit causes by a custom emission factor; None if the organization's tree has none."""
        if (own := self.custom_factor(factor_id, organization_id)) is not None:
            return min(self.grams_of_gases(own.terms), Decimal(GRAMS_PER_UNIT_MAX))
        listed = self.catalogue.purchase_factors.custom.get(factor_id or "")
        return None if listed is None else Decimal(listed)

    def grams_of_gases(self, terms: FactorTerms) -> Decimal:
        """Return the emissions of all gases of a custom factor, in grams of CO2e a unit."""
        warming = self.catalogue.gas_factors
        found = (
            decimal(gas.value) * 1000 * warming[gas.gas_type].grams
            for gas in terms.emission_factor_values
            if gas.gas_type in warming
        )
        return sum(found, Decimal(0))
