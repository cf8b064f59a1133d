"""Custom KPIs: questions to which an organization collects answers. They emit nothing."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import Uuid
from emulator.providers.dcycle.memory.records import Record

SORT_ORDER_MAX = 2**53 - 1

SortOrder: TypeAlias = Annotated[int, Field(ge=0, le=SORT_ORDER_MAX)]
KpiType: TypeAlias = Literal["number", "text", "percentage", "date", "boolean"]


class DatasetTerms(Struct, frozen=True):
    """The data that a client sends about a dataset."""

    name: str
    description: str | None = None
    created_by: Uuid | None = None


class KpiDataset(Record[DatasetTerms], frozen=True):
    """A set of KPIs."""

    terms: DatasetTerms


class KpiTerms(Struct, frozen=True):
    """The data that a client sends about a KPI."""

    dataset_id: Uuid
    name: str
    description: str | None = None
    unit: str | None = None
    value_type: KpiType = "number"
    required: bool = True
    sort_order: SortOrder = 0


class Kpi(Record[KpiTerms], frozen=True):
    """A KPI of a dataset."""

    terms: KpiTerms
