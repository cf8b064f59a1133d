"""What Dcycle remembers: organizations and keys, the same in every space, and the records of what was emitted.

Masses of CO2e are whole grams, a millionth of the vendor's tonne, so sums and their roundings are exact.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, TypeAlias

Source: TypeAlias = Literal[
    "vehicle_consumption", "heat_invoice", "electricity_invoice", "purchase", "travel", "shipment"
]
Category: TypeAlias = Literal["vehicles", "combustion", "electricity", "purchases", "travels", "goods_shipped"]
Scope: TypeAlias = Literal[1, 2, 3]

CATEGORIES: Mapping[Source, Category] = {
    "vehicle_consumption": "vehicles",
    "heat_invoice": "combustion",
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

RECORD_GRAMS_MAX = 10**18
"""A million million tonnes: more than the world emits in ten years."""

RECORD_DAYS_MAX = 3660
"""Ten years: a longer period is a slip of the pen, and every day of it would cost memory."""


# --- the catalogue: what never changes --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Organization:
    """A company. ``children`` are its subsidiaries, which may have their own."""

    id: str
    name: str
    children: tuple["Organization", ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", self.id):
            raise ValueError(f"{self.id!r} is not a UUID in lower case")

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
class Catalogue:
    """What is the same in every space. ``trees`` holds the root of each tree of organizations."""

    keys: tuple[Key, ...]
    trees: tuple[Organization, ...]

    def __post_init__(self) -> None:
        known = _distinct("organizations have the id", (organization.id for organization in self.organizations()))
        if not _distinct("keys are", (key.api_key for key in self.keys)):
            raise ValueError("there is no key")
        for key in self.keys:
            if key.organization_id not in known:
                raise ValueError(f"no organization has the id {key.organization_id!r}")

    def organizations(self) -> Iterator[Organization]:
        """Every organization of every tree."""
        for root in self.trees:
            yield from root.and_below()


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


@dataclass(slots=True)
class Memory:
    """Everything that requests change: nothing yet, as only reading is built."""

    records: dict[str, Record] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fixture:
    """``fixtures/dcycle.json``."""

    catalogue: Catalogue
    memory: Memory

    def __post_init__(self) -> None:
        known = {organization.id for organization in self.catalogue.organizations()}
        for record in self.memory.records.values():
            if record.organization_id not in known:
                raise ValueError(f"record {record.id} is of {record.organization_id!r}, which is no organization")
