"""Custom KPIs: ``/v1/custom-kpi-datasets``."""

from collections.abc import Iterable

from emulator.core.clock import seconds
from emulator.providers.dcycle.memory.kpis import Kpi, KpiDataset


def kpi(kpi: Kpi) -> dict[str, object]:
    terms = kpi.terms
    return {
        "id": kpi.id,
        "dataset_id": terms.dataset_id,
        "name": terms.name,
        "sort_order": terms.sort_order,
        "created_at": seconds(kpi.created_at),
        "description": terms.description,
        "unit": terms.unit,
        "value_type": terms.value_type,
        "required": terms.required,
        "updated_at": seconds(kpi.updated_at),
    }


def dataset(dataset: KpiDataset, kpis: Iterable[Kpi]) -> dict[str, object]:
    """Return a dataset with its KPIs."""
    terms = dataset.terms
    return {
        "id": dataset.id,
        "organization_id": dataset.organization_id,
        "name": terms.name,
        "created_at": seconds(dataset.created_at),
        "description": terms.description,
        "created_by": terms.created_by,
        "updated_by": terms.created_by,
        "updated_at": seconds(dataset.updated_at),
        "kpis": [kpi(each) for each in kpis],
    }
