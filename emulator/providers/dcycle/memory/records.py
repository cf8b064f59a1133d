"""What was emitted: grams of CO2e by source and day. Every total is made of these records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

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

RECORD_GRAMS_MAX = 10**18
"""A million million tonnes: more than the world emits in ten years."""

RECORD_DAYS_MAX = 3660
"""Ten years: a longer period is a slip of the pen, and every day of it would cost memory."""

GRAMS_PER_UNIT_MAX = 10**6
"""A tonne for a euro, a litre or whatever else is counted."""

QUANTITY_MAX = 10**12
"""So much of anything, at the highest factor, is the highest record."""


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
