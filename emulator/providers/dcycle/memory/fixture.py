"""The fixture: the catalogue, and the memory with which a space begins."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import field

from emulator.core.integrity import check_ids
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.catalogue import Catalogue
from emulator.providers.dcycle.memory.custom_factors import CustomFactor, CustomGroup
from emulator.providers.dcycle.memory.emissions import Emission
from emulator.providers.dcycle.memory.employees import CommutingPeriod, Employee
from emulator.providers.dcycle.memory.facilities import Facility
from emulator.providers.dcycle.memory.fields import Uuid
from emulator.providers.dcycle.memory.files import File
from emulator.providers.dcycle.memory.freight import FreightRequest, Package
from emulator.providers.dcycle.memory.hubs import Hub
from emulator.providers.dcycle.memory.imports import ImportSession
from emulator.providers.dcycle.memory.invoices import Invoice
from emulator.providers.dcycle.memory.kpis import Kpi, KpiDataset
from emulator.providers.dcycle.memory.projects import Project, ProjectLink
from emulator.providers.dcycle.memory.purchases import Purchase
from emulator.providers.dcycle.memory.recharges import Recharge
from emulator.providers.dcycle.memory.records import Record
from emulator.providers.dcycle.memory.settings import Settings
from emulator.providers.dcycle.memory.tokens import Token
from emulator.providers.dcycle.memory.transports import TransportRoute, TransportVersion
from emulator.providers.dcycle.memory.travels import Travel
from emulator.providers.dcycle.memory.uploads import Upload
from emulator.providers.dcycle.memory.vehicles import Consumption, Vehicle
from emulator.providers.dcycle.memory.wastes import Waste, WasteWaterTreatment


class Memory(Struct):
    """Everything that requests change.

    ``emissions`` are those that are in no record's co2e, such as those of handling goods; ``tokens`` are those not yet
    forgotten.
    """

    emissions: dict[str, Emission] = field(default_factory=dict)
    purchases: dict[Uuid, Purchase] = field(default_factory=dict)
    invoices: dict[Uuid, Invoice] = field(default_factory=dict)
    vehicles: dict[Uuid, Vehicle] = field(default_factory=dict)
    consumptions: dict[Uuid, Consumption] = field(default_factory=dict)
    facilities: dict[Uuid, Facility] = field(default_factory=dict)
    employees: dict[Uuid, Employee] = field(default_factory=dict)
    commuting_periods: dict[Uuid, CommutingPeriod] = field(default_factory=dict)
    travels: dict[Uuid, Travel] = field(default_factory=dict)
    hubs: dict[Uuid, Hub] = field(default_factory=dict)
    packages: dict[Uuid, Package] = field(default_factory=dict)
    freight_requests: dict[Uuid, FreightRequest] = field(default_factory=dict)
    recharges: dict[Uuid, Recharge] = field(default_factory=dict)
    wastes: dict[Uuid, Waste] = field(default_factory=dict)
    waste_water_treatments: dict[Uuid, WasteWaterTreatment] = field(default_factory=dict)
    transports: dict[Uuid, TransportRoute] = field(default_factory=dict)
    transport_versions: dict[str, TransportVersion] = field(default_factory=dict)
    custom_groups: dict[Uuid, CustomGroup] = field(default_factory=dict)
    custom_factors: dict[Uuid, CustomFactor] = field(default_factory=dict)
    kpi_datasets: dict[Uuid, KpiDataset] = field(default_factory=dict)
    kpis: dict[Uuid, Kpi] = field(default_factory=dict)
    imports: dict[Uuid, ImportSession] = field(default_factory=dict)
    uploads: dict[Uuid, Upload] = field(default_factory=dict)
    files: dict[Uuid, File] = field(default_factory=dict)
    projects: dict[Uuid, Project] = field(default_factory=dict)
    project_links: dict[str, ProjectLink] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        for kind, records in self.records().items():
            check_ids(f"record of {kind}", records)
        for id, version in self.transport_versions.items():
            if str(version.transaction_id) != id:
                raise ValueError(f"transport_versions: the version under {id} has the id {version.transaction_id}")
        owned = (
            ("vehicle", self.vehicles, {id: record.terms.vehicle_id for id, record in self.consumptions.items()}),
            (
                "employee",
                self.employees,
                {id: record.terms.employee_id for id, record in self.commuting_periods.items()},
            ),
            ("dataset", self.kpi_datasets, {id: record.terms.dataset_id for id, record in self.kpis.items()}),
        )
        for what, owners, owner_ids in owned:
            self._check_owners(what, owners, owner_ids)

    def _check_owners(self, what: str, owners: Mapping[str, Record[Any]], owner_ids: Mapping[str, str]) -> None:
        """Raise ValueError unless each record belongs to one of its own organization."""
        organizations = {
            id: record.organization_id for records in self.records().values() for id, record in records.items()
        }
        for id, owner_id in owner_ids.items():
            if owner_id not in owners or owners[owner_id].organization_id != organizations[id]:
                raise ValueError(f"record {id} belongs to no {what} of its organization")

    def records(self) -> Mapping[str, Mapping[str, Record[Any]]]:
        """Return the records by kind and id."""
        others = ("emissions", "project_links", "tokens", "settings", "transport_versions")
        kinds = [name for name in self.__struct_fields__ if name not in others]
        return {kind: getattr(self, kind) for kind in kinds}

    def counted(self) -> Iterator[Emission]:
        """Yield every emission that counts in the totals: those of records, and all others."""
        yield from self.emissions.values()
        for records in self.records().values():
            yield from filter(None, (record.emission() for record in records.values()))

    def owners(self) -> Iterator[tuple[str, str]]:
        """Yield a description of each record and emission, and the id of its organization."""
        yield from ((f"emissions: {emission.id}", emission.organization_id) for emission in self.emissions.values())
        yield from (
            (f"transport_versions: {id}", found.organization_id) for id, found in self.transport_versions.items()
        )
        for kind, records in self.records().items():
            yield from ((f"{kind}: {record.id}", record.organization_id) for record in records.values())


class Fixture(Struct, frozen=True):
    """``fixtures/dcycle.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        known = {organization.id for organization in self.catalogue.organizations()}
        for what, organization_id in self.memory.owners():
            if organization_id not in known:
                raise ValueError(f"{what} belongs to {organization_id!r}, which is not an organization")
