"""What Dcycle remembers: organizations, keys and factors, the same in every space, and what was emitted, by what.

Masses of CO2e are whole grams, a thousandth of the vendor's kilogram and a millionth of its tonne, so sums and their
roundings are exact. What emits puts a record into the ledgers; some records stand alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from emulator.core.documents import UtcTime

Source: TypeAlias = Literal[
    "vehicle_consumption",
    "heat_invoice",
    "recharge_invoice",
    "process_invoice",
    "electricity_invoice",
    "purchase",
    "travel",
    "shipment",
]
Category: TypeAlias = Literal["vehicles", "combustion", "electricity", "purchases", "travels", "goods_shipped"]
Scope: TypeAlias = Literal[1, 2, 3]

PurchaseStatus: TypeAlias = Literal["active", "pending", "in_progress", "in_review", "inactive", "error"]
PurchaseType: TypeAlias = Literal["spend_based", "supplier_specific"]
ExpenseType: TypeAlias = Literal["capex", "opex"]

InvoiceType: TypeAlias = Literal["heat", "electricity", "water", "recharge", "process"]
InvoiceStatus: TypeAlias = Literal["uploaded", "loading", "active", "inactive", "review", "error"]

CATEGORIES: Mapping[Source, Category] = {
    "vehicle_consumption": "vehicles",
    "heat_invoice": "combustion",
    "recharge_invoice": "combustion",
    "process_invoice": "combustion",
    "electricity_invoice": "electricity",
    "purchase": "purchases",
    "travel": "travels",
    "shipment": "goods_shipped",
}
"""The category in which the emissions of a source count."""

SCOPES: Mapping[Category, Scope] = {
    "vehicles": 1,
    "combustion": 1,
    "electricity": 2,
    "purchases": 3,
    "travels": 3,
    "goods_shipped": 3,
}
"""The scope of each category, in the order in which the vendor lists them."""

INVOICE_SOURCES: Mapping[InvoiceType, Source] = {
    "heat": "heat_invoice",
    "electricity": "electricity_invoice",
    "recharge": "recharge_invoice",
    "process": "process_invoice",
}
"""What an invoice of a type puts into the ledgers. Water is in no category that the vendor names."""

RECORD_GRAMS_MAX = 10**18
"""A million million tonnes: more than the world emits in ten years."""

RECORD_DAYS_MAX = 3660
"""Ten years: a longer period is a slip of the pen, and every day of it would cost memory."""

GRAMS_PER_UNIT_MAX = 10**6
"""A tonne for a euro, a litre or whatever else is counted."""

QUANTITY_MAX = 10**12
"""So much of anything, at the highest factor, is the highest record."""

UUID = r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"


# --- the catalogue: what never changes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Organization:
    """A company. ``children`` are its subsidiaries, which may have their own."""

    id: str
    name: str
    children: tuple["Organization", ...] = ()

    def __post_init__(self) -> None:
        _require_uuid(self.id)

    def and_below(self) -> Iterator["Organization"]:
        """The organization itself, and its subsidiaries at any depth."""
        yield self
        for child in self.children:
            yield from child.and_below()


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, and the organization it was made in. It reaches the whole tree of that organization."""

    api_key: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in, and the organization they belong to. They reach the whole tree of it."""

    id: str
    email: str
    password: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class PurchaseFactors:
    """Grams of CO2e that purchases cause.

    ``sectors`` and ``other_sectors`` are grams a euro, ``currencies`` what one unit of each is in euros, and ``custom``
    grams a unit of whatever a supplier counts, by the id of the factor.
    """

    sectors: Mapping[str, int] = field(default_factory=dict)
    other_sectors: int = 0
    currencies: Mapping[str, Decimal] = field(default_factory=dict)
    custom: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rates: list[Decimal] = [Decimal(1), *self.currencies.values()]
        grams: list[int] = [*self.sectors.values(), self.other_sectors, *self.custom.values()]
        if min(rates) < 0 or min(grams) < 0 or max(grams) * max(rates) > GRAMS_PER_UNIT_MAX:
            raise ValueError(f"the factors of purchases are not from 0 to {GRAMS_PER_UNIT_MAX} grams a unit")

    def grams_per_unit(self, sector: str | None, currency: str | None) -> Decimal | None:
        """What a unit of money spent in a sector causes; None for what is no currency."""
        euros = self.currencies.get(currency or "")
        return None if euros is None else self.sectors.get(sector or "", self.other_sectors) * euros


@dataclass(frozen=True, slots=True)
class FuelUnit:
    """A unit in which a fuel is counted."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class VehicleFuel:
    """A fuel of vehicles in a country."""

    id: str
    fuel: str
    country: str
    fuel_units: tuple[FuelUnit, ...]
    created_at: UtcTime
    updated_at: UtcTime


@dataclass(frozen=True, slots=True)
class UnknownVehicle:
    """A kind of vehicle, for those of which nothing more is known."""

    id: str
    type: str
    country: str
    created_at: UtcTime
    updated_at: UtcTime


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is the same in every space. ``trees`` holds the root of each tree of organizations."""

    keys: tuple[Key, ...]
    trees: tuple[Organization, ...]
    users: tuple[User, ...] = ()
    purchase_factors: PurchaseFactors = PurchaseFactors()
    vehicle_fuels: tuple[VehicleFuel, ...] = ()
    unknown_vehicles: tuple[UnknownVehicle, ...] = ()

    def __post_init__(self) -> None:
        known = _distinct("organizations have the id", (organization.id for organization in self.organizations()))
        if not _distinct("keys are", (key.api_key for key in self.keys)):
            raise ValueError("there is no key")
        _distinct("users have the address", (user.email.lower() for user in self.users))
        for organization_id in (
            *(key.organization_id for key in self.keys),
            *(user.organization_id for user in self.users),
        ):
            if organization_id not in known:
                raise ValueError(f"no organization has the id {organization_id!r}")

    def organizations(self) -> Iterator[Organization]:
        """Every organization of every tree."""
        for root in self.trees:
            yield from root.and_below()


def _require_uuid(id: str) -> None:
    if not re.fullmatch(UUID, id):
        raise ValueError(f"{id!r} is not a UUID in lower case")


def _distinct(what: str, names: Iterable[str]) -> set[str]:
    """The names, none of which comes twice."""
    seen = set[str]()
    for name in names:
        if name in seen:
            raise ValueError(f"two {what} {name!r}")
        seen.add(name)
    return seen


# --- the memory: what a space makes of it -----------------------------------------------------------------------------


@dataclass(slots=True)
class Record:
    """CO2e that an organization emitted on one day or, evenly, on each day from the first to the last."""

    id: str
    organization_id: str
    source: Source
    co2e_grams: int
    first_day: date
    last_day: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.co2e_grams <= RECORD_GRAMS_MAX:
            raise ValueError(f"the grams of record {self.id} are not from 0 to {RECORD_GRAMS_MAX}")
        if not 1 <= self.days <= RECORD_DAYS_MAX:
            raise ValueError(f"the days of record {self.id} are not from 1 to {RECORD_DAYS_MAX}")

    @property
    def days(self) -> int:
        return ((self.last_day or self.first_day) - self.first_day).days + 1

    @property
    def category(self) -> Category:
        return CATEGORIES[self.source]

    def grams_by_day(self) -> Iterator[tuple[date, int]]:
        """Each day and its whole grams; together they are the grams of the record, whatever the number of days."""
        counted, days = 0, self.days
        for n in range(days):
            until_then = self.co2e_grams * (n + 1) // days
            yield self.first_day + timedelta(n), until_then - counted
            counted = until_then


@dataclass(frozen=True, slots=True)
class PurchaseTerms:
    """What is said of a purchase; anything may be left open. The quantity counts units: of money when spend-based."""

    product_name: str | None = None
    description: str | None = None
    sector: str | None = None
    country: str | None = None
    quantity: float | None = None
    unit_id: str | None = None
    purchase_date: date | None = None
    purchase_type: PurchaseType | None = "spend_based"
    expense_type: ExpenseType | None = None
    status: PurchaseStatus | None = "active"
    recycled: float | None = None
    supplier_id: str | None = None
    custom_emission_factor_id: str | None = None
    file_id: str | None = None
    file_name: str | None = None
    file_url: str | None = None
    frequency: Literal["once"] | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """Goods or services bought. ``co2e_grams`` is what they cause, None where that is not calculated."""

    id: str
    organization_id: str
    created_at: UtcTime
    updated_at: UtcTime
    co2e_grams: int | None = None
    terms: PurchaseTerms = PurchaseTerms()

    def __post_init__(self) -> None:
        self.record()

    def record(self) -> Record | None:
        """What it adds to the emissions of its organization: nothing when inactive, not calculated or without a day."""
        day = self.terms.purchase_date
        if self.co2e_grams is None or day is None or self.terms.status == "inactive":
            return None
        return Record(self.id, self.organization_id, "purchase", self.co2e_grams, day)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An energy or utility invoice; ``percentage`` (0 to 1) of its base quantity is the facility's share."""

    id: str
    organization_id: str
    type: InvoiceType
    base_quantity: float
    percentage: float
    unit_id: str
    start_date: date
    end_date: date
    created_at: UtcTime
    updated_at: UtcTime
    status: InvoiceStatus = "active"
    co2e_grams: int | None = None
    co2e_biomass_grams: int | None = None
    total_energy_kwh: float | None = None
    invoice_id: str | None = None
    facility_id: str | None = None
    supplier_id: str | None = None
    cups: str | None = None
    facility_fuel_id: str | None = None
    custom_emission_factor_id: str | None = None
    file_id: str | None = None
    file_url: str | None = None
    uploaded_by: str | None = None
    enabled: bool = True

    def __post_init__(self) -> None:
        self.record()

    @property
    def quantity(self) -> float:
        return self.base_quantity * self.percentage

    def record(self) -> Record | None:
        """What it adds to the emissions of its organization: nothing when inactive or not calculated."""
        source = INVOICE_SOURCES.get(self.type)
        if self.co2e_grams is None or source is None or self.status == "inactive":
            return None
        return Record(self.id, self.organization_id, source, self.co2e_grams, self.start_date, self.end_date)


@dataclass(frozen=True, slots=True)
class Token:
    """A token that a user was given; its text is signed with a key that follows from the seed."""

    user_id: str
    issued: UtcTime
    expires: UtcTime


@dataclass(slots=True)
class Memory:
    """Everything that requests change. ``records`` are those that stand alone, ``tokens`` those not yet forgotten."""

    records: dict[str, Record] = field(default_factory=dict)
    purchases: dict[str, Purchase] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for id, thing_id in self._named():
            _require_uuid(id)
            if thing_id != id:
                raise ValueError(f"what is called {id} has the id {thing_id}")

    def _named(self) -> Iterator[tuple[str, str]]:
        yield from ((id, purchase.id) for id, purchase in self.purchases.items())
        yield from ((id, invoice.id) for id, invoice in self.invoices.items())

    def owners(self) -> Iterator[tuple[str, str]]:
        """What there is, in words, and the id of the organization that it is of."""
        yield from ((f"record {record.id}", record.organization_id) for record in self.records.values())
        yield from ((f"purchase {purchase.id}", purchase.organization_id) for purchase in self.purchases.values())
        yield from ((f"invoice {invoice.id}", invoice.organization_id) for invoice in self.invoices.values())


@dataclass(frozen=True, slots=True)
class Fixture:
    """``fixtures/dcycle.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        known = {organization.id for organization in self.catalogue.organizations()}
        for what, organization_id in self.memory.owners():
            if organization_id not in known:
                raise ValueError(f"{what} is of {organization_id!r}, which is no organization")
