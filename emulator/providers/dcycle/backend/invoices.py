"""Invoices of energy and utilities, scopes 1 and 2 (docs.dcycle.io, Invoices)."""

from collections.abc import Collection, Mapping, Sequence

from emulator.core.exact_json import decimal
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.records import Records
from emulator.providers.dcycle.backend.rounding import whole_grams
from emulator.providers.dcycle.memory.facilities import Facility
from emulator.providers.dcycle.memory.invoices import Invoice, InvoiceDraft, InvoiceShare, InvoiceTerms


class Invoices(Records[Invoice, InvoiceTerms]):
    """The invoices of every organization in one space, by facility."""

    kind = Invoice
    id_kind = "dcycle.invoice"
    not_found = errors.InvoiceNotFound

    def __init__(self, context: Context) -> None:
        self._kwh = {unit.id: unit.kwh for unit in context.catalogue.units}
        self._shares: dict[str, dict[str, Invoice]] = {}
        super().__init__(context, context.memory.invoices)

    def owner(self, record: Invoice) -> str | None:
        return record.terms.facility_id

    def amounts(self, record: Invoice) -> tuple[int, int, int, int]:
        """Return the grams and those from biomass, each after the number of invoices that state them."""
        grams, biomass = record.co2e_grams, record.co2e_biomass_grams
        if not record.counts:
            return 0, 0, 0, 0
        return grams is not None, grams or 0, biomass is not None, biomass or 0

    def shared(self, record: Invoice) -> Mapping[str, tuple[object, object]]:
        values: dict[str, object] = {
            "cups": record.terms.cups,
            "supplier_id": record.terms.supplier_id,
            "uploaded_by": record.terms.uploaded_by,
            "source": record.source or "manual",
            "stationary_fuel_id": record.stationary_fuel_id,
            "facility_fuel_id": record.facility_fuel_id,
        }
        shared = {f"{record.type} {name}": (value, value) for name, value in values.items() if value is not None}
        shared["status"] = record.status, record.status
        if record.supply_contract_id is not None:
            shared[f"{record.type} supply_contract_id"] = record.supply_contract_id, record.terms.cups
        return shared

    def shares(self, invoice: Invoice) -> Collection[Invoice]:
        """Return the shares of the invoice that this one is a share of, in their order; itself if it is whole."""
        return self._shares.get(invoice.source_invoice_id or "", {}).values() or [invoice]

    def remove(self, record: Invoice) -> None:
        super().remove(record)
        if record.is_share and record.source_invoice_id:
            del self._shares[record.source_invoice_id][record.id]

    def _index(self, record: Invoice) -> None:
        super()._index(record)
        if record.is_share and record.source_invoice_id:
            self._shares.setdefault(record.source_invoice_id, {})[record.id] = record

    def create_shares(self, draft: InvoiceDraft) -> Sequence[Invoice]:
        """Create an invoice for the share of each facility; the first is the source of all of them."""
        shares: list[Invoice] = []
        for share in draft.shares:
            now, id = self.clock.now, self.context.ids.uuid(self.id_kind)
            invoice = Invoice(
                id=id,
                organization_id=share.organization_id,
                created_at=now,
                updated_at=now,
                terms=share.terms,
                co2e_grams=self._share_grams(draft, share),
                type=draft.type,
                base_quantity=draft.base_quantity,
                percentage=share.percentage,
                unit_id=draft.unit_id,
                start_date=draft.start_date,
                end_date=draft.end_date,
                total_energy_kwh=self._share_kwh(draft, share),
                facility_fuel_id=draft.facility_fuel_id,
                custom_emission_factor_id=draft.custom_emission_factor_id,
                file_url=draft.file_url,
                source="manual",
                source_invoice_id=shares[0].id if shares else id,
                toc=draft.toc,
            )
            shares.append(self.put(invoice))
        return shares

    def _share_kwh(self, draft: InvoiceDraft, share: InvoiceShare) -> float | None:
        """Return the kilowatt-hours of a share; None if the unit is not one of energy."""
        kwh = self._kwh.get(draft.unit_id)
        return None if kwh is None else float(decimal(draft.base_quantity) * decimal(share.percentage) * kwh)

    def _share_grams(self, draft: InvoiceDraft, share: InvoiceShare) -> int | None:
        """Return the grams of a share: by the custom factor, or else by that of the type; None without a factor."""
        factor = self.context.custom_grams(draft.custom_emission_factor_id, share.organization_id)
        if factor is None:
            listed = self.context.catalogue.invoice_factors.get(draft.type)
            factor = None if listed is None else listed.grams
        return (
            None if factor is None else whole_grams(decimal(draft.base_quantity) * decimal(share.percentage) * factor)
        )

    def options(self, facility: Facility, type: str, field: str) -> Mapping[str, object]:
        """Return the values of a field over the invoices of one type of a facility, in order, each with its label."""
        counted = self.counted(facility.organization_id, facility.id, f"{type} {field}")
        return dict(sorted((str(unique.value), unique.label) for unique in counted))
