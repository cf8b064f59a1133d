"""Custom KPIs (code.dcycle.io, Create Dataset and Create Kpi)."""

from collections.abc import Collection, Sequence

from emulator.core.struct import replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.records import Records
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.kpis import DatasetTerms, Kpi, KpiDataset, KpiTerms


class Kpis(Records[Kpi, KpiTerms]):
    """The KPIs of every organization in one space, by dataset."""

    kind = Kpi
    id_kind = "dcycle.kpi"
    not_found = errors.KpiDatasetNotFound

    def __init__(self, context: Context) -> None:
        super().__init__(context, context.memory.kpis)

    def owner(self, record: Kpi) -> str | None:
        return record.terms.dataset_id


class KpiDatasets(Records[KpiDataset, DatasetTerms]):
    """The datasets of every organization in one space."""

    kind = KpiDataset
    id_kind = "dcycle.kpi_dataset"
    not_found = errors.KpiDatasetNotFound

    def __init__(self, context: Context, kpis: Kpis) -> None:
        super().__init__(context, context.memory.kpi_datasets)
        self._kpis = kpis

    def kpis(self, dataset: KpiDataset) -> Collection[Kpi]:
        """Return the KPIs of a dataset in their order of display, and then oldest first."""
        return sorted(self._kpis.belonging_to(dataset), key=lambda kpi: kpi.terms.sort_order)

    def create_with(self, organization: Organization, terms: DatasetTerms, kpis: Sequence[KpiTerms]) -> KpiDataset:
        """Create a dataset and its first KPIs."""
        dataset = self.create(organization, terms)
        for kpi in kpis:
            self.add(organization, dataset, kpi)
        return dataset

    def add(self, organization: Organization, dataset: KpiDataset, terms: KpiTerms) -> Kpi:
        """Add a KPI to a dataset."""
        return self._kpis.create(organization, replace(terms, dataset_id=dataset.id))
