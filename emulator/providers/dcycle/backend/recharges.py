"""Recharges, scope 1: fuel that a freight fleet used (docs.dcycle.io, Logistics)."""

from collections import Counter
from collections.abc import Collection
from typing import Literal

from emulator.core.exact_json import decimal
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.records import Context, EmittingRecords, UniqueValue
from emulator.providers.dcycle.backend.rounding import whole_grams
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.freight import Toc
from emulator.providers.dcycle.memory.recharges import FreightFuel, Recharge, RechargeTerms


class Recharges(EmittingRecords[Recharge, RechargeTerms]):
    """The recharges of every organization in one space."""

    kind = Recharge
    id_kind = "dcycle.recharge"
    not_found = errors.LogisticsRechargeNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.recharges)
        self._fuels = {fuel.id: fuel for fuel in context.catalogue.freight_fuels}
        self._tocs = {toc.id: toc for toc in context.catalogue.freight_factors.tocs}
        self._same = {_sameness(found): found.id for found in self.records.values()}

    def fuel(self, recharge: Recharge) -> FreightFuel | None:
        """Return the fuel of a recharge; None if it is not listed anymore."""
        return self._fuels.get(recharge.terms.fuel_id)

    def toc(self, recharge: Recharge) -> Toc | None:
        """Return the vehicle type of a recharge, which a client states by its id or by its code."""
        named = recharge.terms.toc_id or ""
        return self._tocs.get(named) or self.context.catalogue.freight_factors.toc(named)

    def grams(self, terms: RechargeTerms) -> int | None:
        """Return what burning the fuel causes; None without a quantity."""
        fuel = self._fuels.get(terms.fuel_id)
        if fuel is None or terms.quantity is None:
            return None
        return whole_grams(decimal(terms.quantity) * fuel.factor.grams)

    def unique_values(
        self, organization: Organization, field: Literal["fuel_name", "file_id"]
    ) -> Collection[UniqueValue]:
        """Return how many recharges share a fuel or a file, most first."""
        recharges = self.find(organization)
        if field == "file_id":
            files = Counter(found.file_id for found in recharges if found.file_id is not None).most_common()
            return [UniqueValue(value, value, count) for value, count in files]
        fuels = Counter(found.terms.fuel_id for found in recharges).most_common()
        names = {fuel.id: fuel.name for fuel in self._fuels.values()}
        return [UniqueValue(value, names.get(value), count) for value, count in fuels]

    # --- change

    def record(self, organization: Organization, terms: RechargeTerms) -> Recharge:
        """Create a recharge, or update that of the same country, day, quantity and plate. Raises FuelNotFound."""
        if terms.fuel_id not in self._fuels:
            raise errors.LogisticsFuelNotFound

        new = self.new(organization, terms)
        known = self._same.get(_sameness(new))
        if known is not None:
            return self.update(self.records[known], terms)
        self._same[_sameness(new)] = new.id
        return self.put(self.calculated(new))

    def remove(self, record: Recharge) -> None:
        super().remove(record)
        self._same.pop(_sameness(record), None)


def _sameness(recharge: Recharge) -> tuple[object, ...]:
    """What makes two recharges the same one."""
    terms = recharge.terms
    return recharge.organization_id, terms.country, terms.date, terms.quantity, terms.vehicle_license_plate
