"""Custom KPIs: ``/v1/custom-kpi-datasets``."""

from typing import Annotated

from pydantic import Field, StringConstraints

from emulator.providers.dcycle.memory.kpis import SORT_ORDER_MAX, DatasetTerms, KpiTerms, KpiType
from emulator.providers.dcycle.wire.incoming.fields import NO_NULL, Id, JsonBoolean, NonEmptyName, Several
from emulator.providers.dcycle.wire.incoming.parts import Body, Path
from emulator.web.fields import JSON_INTEGER

KPIS_MAX = 100

Description = Annotated[str, StringConstraints(max_length=2000, pattern=NO_NULL)]
KpiUnit = Annotated[str, StringConstraints(max_length=50, pattern=NO_NULL)]


class DatasetPath(Path):
    dataset_id: Id


class NewKpi(Body):
    """``POST /v1/custom-kpi-datasets/{dataset_id}/kpis``"""

    name: NonEmptyName
    description: Description | None = None
    unit: KpiUnit | None = None
    value_type: KpiType = "number"
    required: JsonBoolean = True
    sort_order: Annotated[int, Field(ge=0, le=SORT_ORDER_MAX), JSON_INTEGER] = 0

    def terms(self, dataset_id: str = "") -> KpiTerms:
        return KpiTerms(dataset_id=dataset_id, **self.sent())


class NewDataset(Body):
    """``POST /v1/custom-kpi-datasets``"""

    name: NonEmptyName
    description: Description | None = None
    kpis: Annotated[Several[NewKpi], Field(max_length=KPIS_MAX)] = ()

    def terms(self, created_by: str | None) -> DatasetTerms:
        return DatasetTerms(self.name, self.description, created_by)
