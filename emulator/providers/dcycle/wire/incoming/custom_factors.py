"""Custom emission groups and factors, of the legacy API."""

from typing import Annotated

from pydantic import Field

from emulator.providers.dcycle.memory.custom_factors import (
    FactorTag,
    FactorTerms,
    Gas,
    GasValue,
    GroupCategory,
    GroupTerms,
)
from emulator.providers.dcycle.wire.incoming.fields import Day, Id, JsonBoolean, Name, Several
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord, Path
from emulator.web.fields import JSON_DOUBLE, JSON_INTEGER, Text

GhgType = Annotated[int, Field(ge=1, le=3), JSON_INTEGER]
Percent = Annotated[float, Field(ge=0.0, le=100.0), JSON_DOUBLE]
GasKg = Annotated[float, Field(ge=0.0, le=1000.0), JSON_DOUBLE]


class LegacyPath(Path):
    id: Id


class GroupsOfCategoryPath(Path):
    organization_id: Id
    category: GroupCategory


class OrganizationPath(Path):
    organization_id: Id


class GroupChanges(Body):
    """``PATCH /api/v1/custom_emission_groups/{id}``"""

    name: Name = ""
    description: Text | None = None


class NewGroup(NewRecord):
    """``POST /api/v1/custom_emission_groups``"""

    name: Name
    category: GroupCategory
    ghg_type: GhgType
    description: Text | None = None

    def terms(self) -> GroupTerms:
        return GroupTerms(**self.sent())


class NewGasValue(Body):
    gas_type: Gas
    value: GasKg

    def gas_value(self) -> GasValue:
        return GasValue(self.gas_type, self.value)


GasValues = Annotated[Several[NewGasValue], Field(min_length=1, max_length=7)]


class FactorChanges(Body):
    """``PATCH /api/v1/custom_emission_factors/{id}``"""

    factor_uploaded_by: Name
    ef_name: Name = ""
    emission_factor_values: GasValues = ()
    additional_docs: Text | None = None
    low_code: Name | None = None
    rd_code: Name | None = None
    hazardous: JsonBoolean | None = None
    recycled: JsonBoolean | None = None

    def sent(self) -> dict[str, object]:
        sent = super().sent()
        if "emission_factor_values" in sent:
            sent["emission_factor_values"] = tuple(value.gas_value() for value in self.emission_factor_values)
        return sent


class NewFactor(FactorChanges, NewRecord):
    """``POST /api/v1/custom_emission_factors/{id}``, of a group."""

    ef_name: Name
    unit_id: Name
    tag: FactorTag = "simple"
    emission_factor_values: GasValues
    uncertainty_grade: Percent | None = None
    factor_start_date: Day | None = None
    factor_end_date: Day | None = None
    renewable_percentage: Percent | None = None

    def terms(self, group_id: str = "") -> FactorTerms:
        return FactorTerms(group_id=group_id, **{"tag": self.tag, **self.sent()})  # type: ignore[arg-type]
