"""Dcycle's rules: how its memory changes, and how emissions add up. All arithmetic is in whole grams."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hmac import compare_digest
from itertools import chain
from typing import Any

from emulator.core.clock import Clock, Event
from emulator.core.emissions import MonthlyEmission
from emulator.core.ids import Ids
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.custom_factors import CustomFactors, CustomGroups
from emulator.providers.dcycle.backend.drafts import TotalsDraft
from emulator.providers.dcycle.backend.employees import CommutingPeriods, Employees
from emulator.providers.dcycle.backend.facilities import Facilities
from emulator.providers.dcycle.backend.files import Files
from emulator.providers.dcycle.backend.freight import FreightRequests, Packages
from emulator.providers.dcycle.backend.freight_report import FreightReports
from emulator.providers.dcycle.backend.hubs import Hubs
from emulator.providers.dcycle.backend.imports import Imports
from emulator.providers.dcycle.backend.invoices import Invoices
from emulator.providers.dcycle.backend.kpis import KpiDatasets, Kpis
from emulator.providers.dcycle.backend.projects import Projects
from emulator.providers.dcycle.backend.purchases import Purchases
from emulator.providers.dcycle.backend.recharges import Recharges
from emulator.providers.dcycle.backend.records import Filter, Records
from emulator.providers.dcycle.backend.tokens import Tokens
from emulator.providers.dcycle.backend.totals import Group, Totals
from emulator.providers.dcycle.backend.transports import Transports
from emulator.providers.dcycle.backend.travels import Travels
from emulator.providers.dcycle.backend.uploads import Uploads
from emulator.providers.dcycle.backend.vehicles import Consumptions, Vehicles
from emulator.providers.dcycle.backend.wastes import Wastes, WasteWaterTreatments
from emulator.providers.dcycle.memory.catalogue import Catalogue, FacilityFuel, Key, Organization, User
from emulator.providers.dcycle.memory.emissions import SCOPES
from emulator.providers.dcycle.memory.fixture import Memory
from emulator.providers.dcycle.memory.projects import EntityType, Project
from emulator.providers.dcycle.memory.recharges import Recharge, RechargeTerms
from emulator.providers.dcycle.memory.records import Record
from emulator.providers.dcycle.memory.units import Unit

RANGE_DAYS_MAX = 730


class Dcycle:
    """Dcycle in one space."""

    pages_url: str | None = None

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.catalogue, self.memory = catalogue, memory
        self.totals = Totals(memory)
        self.context = context = Context(catalogue, memory, self.totals, clock, ids)
        self.tokens = Tokens(context)
        self.purchases = Purchases(context)
        self.invoices = Invoices(context)
        self.wastes = Wastes(context)
        self.waste_water_treatments = WasteWaterTreatments(context)
        self.facilities = Facilities(context, self.invoices, self.wastes, self.waste_water_treatments)
        self.consumptions = Consumptions(context)
        self.vehicles = Vehicles(context, self.consumptions)
        self.commuting_periods = CommutingPeriods(context)
        self.employees = Employees(context, self.commuting_periods)
        self.travels = Travels(context)
        self.hubs = Hubs(context, self.facilities)
        self.packages = Packages(context)
        self.freight_requests = FreightRequests(context, self.packages, self.hubs)
        self.freight_reports = FreightReports(self.freight_requests)
        self.recharges = Recharges(context)
        self.transports = Transports(context)
        self.custom_factors = CustomFactors(context)
        self.custom_groups = CustomGroups(context, self.custom_factors)
        self.kpis = Kpis(context)
        self.kpi_datasets = KpiDatasets(context, self.kpis)
        self.files = Files(context)
        self.uploads = Uploads(context, self.purchases, self.vehicles, self.consumptions)
        self._linkable: dict[EntityType, tuple[Records[Any, Any], ...]] = {
            "logistic_requests": (self.freight_requests,),
            "logistic_recharges": (self.recharges,),
            "logistic_packages": (self.packages,),
            "invoices": (self.invoices, self.wastes, self.waste_water_treatments),
        }
        self.projects = Projects(context, self._linkable)
        self.imports = Imports(context, self.freight_requests, self.projects)
        self._users = {user.id: user for user in catalogue.users}
        self.units = {unit.id: unit for unit in catalogue.units}
        self._organizations = {found.id: found for found in catalogue.organizations()}
        self._roots = {found.id: root for root in catalogue.trees for found in root.with_subsidiaries()}

    # --- access

    def key(self, api_key: str | None) -> Key:
        """Return the key of these characters. Raises InvalidApiKey."""
        if api_key is None:
            raise errors.InvalidApiKey("dcycle.auth.key-missing")
        for key in self.catalogue.keys:
            if compare_digest(key.api_key.encode(), api_key.encode()):
                return key
        raise errors.InvalidApiKey("dcycle.auth.key-unknown")

    def bearer(self, token: str) -> Key | User:
        """Return the key or the logged-in user of a bearer token. Raises InvalidApiKey."""
        return self.tokens.user(token) or self.key(token)

    def organization(self, client: Key | User, organization_id: str) -> Organization:
        """Return an organization in the tree of the client's own. Raises UnknownOrganization, Forbidden."""
        if organization_id not in self._organizations:
            raise errors.UnknownOrganization
        if self._roots[organization_id] is not self._roots[client.organization_id]:
            raise errors.Forbidden("dcycle.organization.other-tree")
        return self._organizations[organization_id]

    def user(self, id: str | None) -> User | None:
        """Return a user; None for one who is not listed."""
        return self._users.get(id or "")

    def owner(self, record: Record[Any]) -> Organization:
        """Return the organization of a record."""
        return self._organizations[record.organization_id]

    def root(self, organization: Organization) -> Organization:
        """Return the root of the tree that an organization is in."""
        return self._roots[organization.id]

    def units_of(self, fuel: FacilityFuel) -> list[Unit]:
        """Return the units in which a fuel is counted."""
        return [self.units[id] for id in fuel.unit_ids if id in self.units]

    # --- projects

    def responsible(self, project: Project) -> User | None:
        """Return the user who is responsible for a project; None for one who is not listed."""
        return self.user(project.terms.responsible_user_id)

    def linkable(self, organization: Organization, entity_type: EntityType, wanted: Filter[Any] | None) -> list[str]:
        """Return the ids of the records of one type that a filter matches; none for None."""
        if wanted is None:
            return []
        return [record.id for record in self._linkable[entity_type][0].find(organization, wanted)]

    def record_recharge(self, organization: Organization, terms: RechargeTerms) -> Recharge:
        """Record a recharge, linked to the project that it names, if the organization sees one of that id.

        It leaves the project that the recharge named before. Raises LogisticsFuelNotFound.
        """
        before = self.recharges.same(organization, terms)
        recharge = self.recharges.record(organization, terms)
        left = None if before is None else self.projects.seen(organization, before.terms.project_id)
        if left is not None and left.id != terms.project_id:
            self.projects.unlink_entities(organization, left, "logistic_recharges", [recharge.id])
        project = self.projects.seen(organization, terms.project_id)
        if project is not None:
            self.projects.link(organization, project, "logistic_recharges", [recharge.id])
        return recharge

    def linked_projects(self, entity_id: str) -> list[tuple[Project, Organization]]:
        """Return the projects to which a record is linked, each with its organization."""
        found = self.projects.of_entity(entity_id)
        return [(project, self._organizations[project.organization_id]) for project in found]

    # --- emissions

    def total_impacts(self, organization: Organization, draft: TotalsDraft) -> Mapping[Group, int]:
        """Return the grams of each group in the vendor's order, without groups that emitted nothing.

        Subsidiaries count at any depth. Raises InvalidDateRange, DateRangeTooLarge.
        """
        first, last = draft.start_date, draft.end_date
        if first > last:
            raise errors.InvalidDateRange
        if (last - first).days > RANGE_DAYS_MAX:
            raise errors.DateRangeTooLarge

        members = [*organization.with_subsidiaries()] if draft.include_children else [organization]
        return self.totals.grams(members, draft.group_by, first, last)

    def monthly_emissions(self) -> Iterator[MonthlyEmission]:
        """Yield what each organization emitted, by category and month."""
        for organization in self._organizations.values():
            for category, month, grams in self.totals.by_month(organization):
                yield MonthlyEmission(organization.name, SCOPES[category], category, month, grams)

    # --- time

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield what becomes due after ``since`` and up to ``until``."""
        return chain(self.tokens.due(since, until), self.imports.due(since, until))
