"""Custom emission factors of an organization, in groups."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from emulator.core.documents import Day
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import Uuid
from emulator.providers.dcycle.memory.records import Record

GroupCategory: TypeAlias = Literal["purchases", "wastes", "energy"]
GhgType: TypeAlias = Annotated[int, Field(ge=1, le=3)]
FactorTag: TypeAlias = Literal["simple", "advanced"]
Gas: TypeAlias = Literal["CO2", "CH4", "N2O", "HFC", "PFC", "SF6", "NF3"]
GasKg: TypeAlias = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Percent: TypeAlias = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class GroupTerms(Struct, frozen=True):
    """The data that a client sends about a group; ``ghg_type`` is 1 for fossil, 2 for biogenic, 3 for mixed gases."""

    name: str
    category: GroupCategory
    ghg_type: GhgType
    description: str | None = None


class CustomGroup(Record[GroupTerms], frozen=True):
    """A group of custom emission factors."""

    terms: GroupTerms


class GasValue(Struct, frozen=True):
    """How many kilograms of a gas one unit causes."""

    gas_type: Gas
    value: GasKg


class FactorTerms(Struct, frozen=True):
    """The data that a client sends about a factor."""

    group_id: Uuid
    ef_name: str
    unit_id: str
    factor_uploaded_by: str
    tag: FactorTag
    emission_factor_values: tuple[GasValue, ...]
    uncertainty_grade: Percent | None = None
    factor_start_date: Day | None = None
    factor_end_date: Day | None = None
    additional_docs: str | None = None
    renewable_percentage: Percent | None = None
    hazardous: bool | None = None
    recycled: bool | None = None
    low_code: str | None = None
    rd_code: str | None = None

    def __post_init__(self) -> None:
        if "CO2" not in {value.gas_type for value in self.emission_factor_values}:
            raise ValueError("emission_factor_values must have a value of CO2")
        if self.factor_start_date and self.factor_end_date and self.factor_end_date < self.factor_start_date:
            raise ValueError("factor_end_date must not be before factor_start_date")


class CustomFactor(Record[FactorTerms], frozen=True):
    """A factor that replaces the vendor's where a record names it."""

    terms: FactorTerms
