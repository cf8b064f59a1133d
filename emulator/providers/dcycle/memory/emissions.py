"""Emissions: grams of CO2e by organization, category and day. Every total is a sum of these."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Literal, TypeAlias

from emulator.core.documents import Day
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import GRAMS_MAX

Category: TypeAlias = Literal[
    "vehicles", "combustion", "electricity", "purchases", "travels", "goods_shipped", "goods_received", "employees",
    "wastes",
]  # fmt: skip
Scope: TypeAlias = Literal[1, 2, 3]

SCOPES: Mapping[Category, Scope] = {
    "vehicles": 1,
    "combustion": 1,
    "electricity": 2,
    "purchases": 3,
    "travels": 3,
    "goods_shipped": 3,
    "goods_received": 3,
    "employees": 3,
    "wastes": 3,
}
"""The scope of each category, in the order in which the vendor lists the first six. The last three are inferred."""

PERIOD_DAYS_MAX = 3660
"""Ten years: a longer period is a mistake, and every day of it would cost memory."""


class Emission(Struct, frozen=True):
    """CO2e that an organization emitted on one day or, evenly, on each day from the first to the last."""

    id: str
    organization_id: str
    category: Category
    co2e_grams: int
    first_day: Day
    last_day: Day | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.co2e_grams <= GRAMS_MAX:
            raise ValueError(f"the grams of emission {self.id} are not from 0 to {GRAMS_MAX}")
        check_period(self.first_day, self.last_day or self.first_day)

    @property
    def days(self) -> int:
        return ((self.last_day or self.first_day) - self.first_day).days + 1

    def grams_by_day(self) -> Iterator[tuple[date, int]]:
        """Yield each day and its whole grams, which add up to the grams of the emission for any number of days."""
        counted, days = 0, self.days
        for n in range(days):
            until_then = self.co2e_grams * (n + 1) // days
            yield self.first_day + timedelta(n), until_then - counted
            counted = until_then


def check_period(first: date, last: date) -> None:
    """Raise ValueError unless the period has 1 to PERIOD_DAYS_MAX days."""
    days = (last - first).days + 1
    if not 1 <= days <= PERIOD_DAYS_MAX:
        raise ValueError(f"the period from {first} to {last} does not have 1 to {PERIOD_DAYS_MAX} days")
