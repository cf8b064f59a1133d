"""Custom emission factors and their groups (docs.dcycle.io, legacy Custom Emission Groups and Factors)."""

from collections.abc import Collection

from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.records import Records
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.custom_factors import CustomFactor, CustomGroup, FactorTerms, GroupTerms
from emulator.providers.dcycle.memory.fields import GRAMS_PER_UNIT_MAX


class CustomFactors(Records[CustomFactor, FactorTerms]):
    """The custom factors of every organization in one space, by group."""

    kind = CustomFactor
    id_kind = "dcycle.custom_factor"
    not_found = errors.CustomFactorNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.custom_factors)

    def owner(self, record: CustomFactor) -> str | None:
        return record.terms.group_id

    def create(self, organization: Organization, terms: FactorTerms) -> CustomFactor:
        """Create a factor. Raises CustomFactorTooLarge."""
        self._check(terms)

        return super().create(organization, terms)

    def update(self, record: CustomFactor, terms: FactorTerms) -> CustomFactor:
        """Give a factor other terms. Raises CustomFactorTooLarge."""
        self._check(terms)

        return super().update(record, terms)

    def _check(self, terms: FactorTerms) -> None:
        if self.context.grams_of_gases(terms) > GRAMS_PER_UNIT_MAX:
            raise errors.CustomFactorTooLarge


class CustomGroups(Records[CustomGroup, GroupTerms]):
    """The groups of custom factors of every organization in one space."""

    kind = CustomGroup
    id_kind = "dcycle.custom_group"
    not_found = errors.CustomGroupNotFound

    def __init__(self, context: Context, factors: CustomFactors) -> None:
        super().__init__(context, context.memory.custom_groups)
        self._factors = factors

    def factors(self, group: CustomGroup) -> Collection[CustomFactor]:
        """Return the factors of a group, oldest first."""
        return self._factors.belonging_to(group)

    def add_factor(self, organization: Organization, terms: FactorTerms) -> CustomFactor:
        """Create a factor. Raises UnknownCustomGroup, CustomFactorTooLarge."""
        if not self.has(organization, terms.group_id):
            raise errors.UnknownCustomGroup

        return self._factors.create(organization, terms)

    def delete(self, organization: Organization, id: str) -> None:
        """Delete a group and its factors. Raises CustomGroupNotFound."""
        group = self.get(organization, id)

        for factor in list(self.factors(group)):
            self._factors.remove(factor)
        self.remove(group)
