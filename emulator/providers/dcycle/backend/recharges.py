"""Recharges, scope 1: fuel that a freight fleet used (docs.dcycle.io, Logistics)."""

from collections.abc import Collection, Mapping
from typing import Literal

from emulator.core.exact_json import decimal
from emulator.core.struct import replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.drafts.freight import RechargeFilter
from emulator.providers.dcycle.backend.records import EmittingRecords, Filter, UniqueValue
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
        self._fuels = {fuel.id: fuel for fuel in context.catalogue.freight_fuels}
        self._tocs = {toc.id: toc for toc in context.catalogue.freight_factors.tocs}
        super().__init__(context, context.memory.recharges)
        self._same = {_sameness(found.organization_id, found.terms): found.id for found in self.records.values()}

    def shared(self, record: Recharge) -> Mapping[str, tuple[object, object]]:
        fuel = self.fuel(record)
        shared: dict[str, tuple[object, object]] = {"fuel_name": (record.terms.fuel_id, fuel.name if fuel else None)}
        if record.file_id is not None:
            shared["file_id"] = record.file_id, record.file_id
        return shared

    def find(self, organization: Organization, wanted: Filter[Recharge] | None = None) -> Collection[Recharge]:
        """Return the recharges that a filter matches, oldest first."""
        if not isinstance(wanted, RechargeFilter) or not wanted.tocs:
            return super().find(organization, wanted)
        tocs = {toc for code in wanted.tocs if (toc := self._toc(code))}
        return [found for found in super().find(organization, replace(wanted, tocs=())) if self.toc(found) in tocs]

    def fuel(self, recharge: Recharge) -> FreightFuel | None:
        """Return the fuel of a recharge; None if it is not listed anymore."""
        return self._fuels.get(recharge.terms.fuel_id)

    def toc(self, recharge: Recharge) -> Toc | None:
        """Return the vehicle type of a recharge, which a client states by its id or by its code."""
        return self._toc(recharge.terms.toc_id or "")

    def _toc(self, named: str) -> Toc | None:
        return self._tocs.get(named) or self.context.catalogue.freight_factors.toc(named)

    def grams(self, terms: RechargeTerms) -> int | None:
        """Return what burning the fuel causes; None without a quantity."""
        fuel = self._fuels.get(terms.fuel_id)
        if fuel is None or terms.quantity is None:
            return None
        return whole_grams(decimal(terms.quantity) * fuel.factor.grams)

    def same(self, organization: Organization, terms: RechargeTerms) -> Recharge | None:
        """Return the recharge that one of these terms updates, that of the same country, day, quantity and plate."""
        id = self._same.get(_sameness(organization.id, terms))
        return None if id is None else self.records[id]

    def unique_values(
        self, organization: Organization, field: Literal["fuel_name", "file_id"]
    ) -> Collection[UniqueValue]:
        """Return how many recharges share a fuel or a file, most first."""
        return self.counted(organization.id, None, field)

    # --- change

    def record(self, organization: Organization, terms: RechargeTerms) -> Recharge:
        """Create a recharge, or update that of the same country, day, quantity and plate.

        Raises LogisticsFuelNotFound.
        """
        if terms.fuel_id not in self._fuels:
            raise errors.LogisticsFuelNotFound

        known = self.same(organization, terms)
        if known is not None:
            return self.update(known, terms)
        new = self.put(self.calculated(self.new(organization, terms)))
        self._same[_sameness(organization.id, terms)] = new.id
        return new

    def remove(self, record: Recharge) -> None:
        super().remove(record)
        sameness = _sameness(record.organization_id, record.terms)
        if self._same.get(sameness) == record.id:  # a fixture may have two
            del self._same[sameness]


def _sameness(organization_id: str, terms: RechargeTerms) -> tuple[object, ...]:
    """Return what two recharges have in common that are the same one."""
    return organization_id, terms.country, terms.date, terms.quantity, terms.vehicle_license_plate
