"""The arithmetic: what purchases cause, and what could be saved.

It uses doubles, in this order of operations, so that the documented sample is reproduced to the last digit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from emulator.core.cached_property import cached_property
from emulator.providers.carboninsights.backend.drafts import (
    US_AVERAGE_ZIP_CODE,
    Diet,
    FuelGrade,
    Listing,
    Profile,
    Purchases,
)
from emulator.providers.carboninsights.memory.catalogue import Catalogue, Factors

FLIGHTS = "Air Travel"
CLOTHING = "Clothing"
SHARED = 0.5
LESS = 0.1
FUEL: Mapping[FuelGrade, float] = {"regular": 1.0, "mid_grade": 0.85, "premium": 0.78, "diesel": 0.98}
"""A dollar buys fewer gallons of the more expensive grades; a gallon of diesel holds about 16 % more carbon."""
GRID = (0.60, 0.70, 0.85, 1.02, 1.25, 1.25, 1.35, 1.00, 1.12, 0.60)
"""The carbon intensity of electricity by the first digit of a ZIP code, relative to the US average."""


class Impact(NamedTuple):
    """Metric tonnes of CO2e, square meters of land for a year, liters of water; also a factor for each of the three."""

    co2e_tonnes: float = 0.0
    land_m2: float = 0.0
    water_l: float = 0.0

    def times(self, factor: "Impact") -> "Impact":
        return Impact(self[0] * factor[0], self[1] * factor[1], self[2] * factor[2])


UNCHANGED = Impact(1.0, 1.0, 1.0)
TENTH = Impact(LESS, LESS, LESS)
DIETS: Mapping[Diet, Impact] = {
    "typical": UNCHANGED,
    "vegetarian": Impact(0.677, 0.55, 0.85),
    "vegan": Impact(0.513, 0.35, 0.75),
}
"""CO2e: 3.81 and 2.89 kg per day against 5.63 for medium meat eaters (Scarborough and others 2014)."""


UNITS = Impact(1000.0, 1.0, 1.0)
"""How many of a factor's units each metric's unit has: kilograms become tonnes."""

Multiplier: TypeAlias = tuple[float, float, float]
"""One metric of a dollar of one category, with the user's energy; then what their diet and their share multiply."""

Multipliers: TypeAlias = tuple[Multiplier, Multiplier, Multiplier]
"""Those of each metric, in the order of ``Impact``."""


class Table(NamedTuple):
    """Titled rows, as columns by metric: a metric is its position in ``Impact``."""

    titles: Sequence[str]
    columns: Mapping[int, Sequence[float]]


class Footprint:
    """The impacts of one user's purchases, by columns: there may be thousands of rows, and few need all metrics."""

    def __init__(self, purchases: Purchases, profile: Profile, catalogue: Catalogue) -> None:
        self.amounts_usd, self.listings = purchases
        self.profile = profile
        self.catalogue = catalogue
        self._multipliers: dict[str, Multipliers] = {}

    def rows(self, metrics: Sequence[int]) -> Table:
        """Return a row per purchase, in input order."""
        return Table(self._shown(), {metric: self._column(metric) for metric in metrics})

    def groups(self, metrics: Sequence[int]) -> Table:
        """Return a row per category or code, sorted by code point."""
        shown = self._shown()
        titles = sorted(set(shown))
        return Table(titles, {metric: _summed(titles, shown, self._column(metric)) for metric in metrics})

    def savings(self, metrics: Sequence[int]) -> Table:
        """Return recommendations and their savings, the most CO2e first. Two of the titles are documented."""
        rows = [(title, saving) for title, net, saving in self._habits() if net.co2e_tonnes > 0]
        flights = [impact for amount, listing, impact in self._impacts if amount > 0 and listing.category == FLIGHTS]
        if flights:
            rows.append(("One Less Flight", Impact(*(metric / len(flights) for metric in total(flights)))))
        rows.sort(key=lambda row: (-row[1].co2e_tonnes, row[0]))
        return Table([title for title, _ in rows], {metric: [row[metric] for _, row in rows] for metric in metrics})

    def _shown(self) -> list[str]:
        return [listing.shown for listing in self.listings]

    def _column(self, metric: int) -> list[float]:
        """Return one metric of each purchase."""
        unit = UNITS[metric]
        known, find = self._multipliers, self._multipliers_of
        return [
            amount * per_usd * diet * share / unit + 0.0  # a refund in a category without emissions is 0, not -0
            for amount, (_, category, _) in zip(self.amounts_usd, self.listings, strict=True)
            for per_usd, diet, share in [(known.get(category) or find(category))[metric]]
        ]

    @cached_property
    def _impacts(self) -> Sequence[tuple[float, Listing, Impact]]:
        """The amount, the listing and the impact of each purchase."""
        impacts = map(Impact, *(self._column(metric) for metric in range(len(UNITS))))
        return list(zip(self.amounts_usd, self.listings, impacts, strict=True))

    def _habits(self) -> Iterable[tuple[str, Impact, Impact]]:
        """Yield the title, the net impact and the saving of each habit."""
        driving = self._net(lambda name: self._factors(name).fuel_kg > 0)
        yield "Driving 10% less", driving, driving.times(TENTH)
        clothing = self._net(lambda name: name == CLOTHING)
        yield "Buying 10% less clothing", clothing, clothing.times(TENTH)
        food = self._net(lambda name: name in self.catalogue.food)
        if self.profile.diet == "typical":
            yield "Going vegetarian", food, food.times(_saved_by("vegetarian", "typical"))
        if self.profile.diet == "vegetarian":
            yield "Going vegan", food, food.times(_saved_by("vegan", "vegetarian"))
        if self.profile.renewable_energy < 1:
            power = self._net(lambda name: self._factors(name).electric_kg > 0)
            yield "Switching to renewable energy", power, self._electricity()

    def _net(self, counts: Callable[[str], bool]) -> Impact:
        return total(impact for _, listing, impact in self._impacts if counts(listing.category))

    def _electricity(self) -> Impact:
        """Return the impact of electricity; its source does not affect land and water."""
        kg_per_usd, share = _electricity_factor(self.profile), _share(self.profile)
        return total(
            Impact(amount * (factors.electric_kg * kg_per_usd) * share / 1000)
            for amount, listing in zip(self.amounts_usd, self.listings, strict=True)
            if (factors := self._factors(listing.category)).electric_kg
        )

    def _multipliers_of(self, category: str) -> Multipliers:
        found = _multipliers(self._factors(category), category in self.catalogue.food, self.profile)
        self._multipliers[category] = found
        return found

    def _factors(self, category: str) -> Factors:
        return self.catalogue.factors(category, self.profile.natural_gas)


def _summed(titles: Sequence[str], shown: Sequence[str], amounts: Sequence[float]) -> Sequence[float]:
    """Return the sum of the amounts that are shown under each title, added in order."""
    sums = dict.fromkeys(titles, 0.0)
    for title, amount in zip(shown, amounts, strict=True):
        sums[title] += amount
    return list(sums.values())


def total(impacts: Iterable[Impact]) -> Impact:
    """Return the sum, added in order. From Python 3.12 on, ``sum()`` corrects rounding errors and would differ."""
    co2e_tonnes = land_m2 = water_l = 0.0
    for impact in impacts:
        co2e_tonnes += impact.co2e_tonnes
        land_m2 += impact.land_m2
        water_l += impact.water_l
    return Impact(co2e_tonnes, land_m2, water_l)


@lru_cache(maxsize=1024)
def _multipliers(factors: Factors, is_food: bool, profile: Profile) -> Multipliers:
    """Return the multipliers of a category with these factors."""
    kg = _part_changed(factors.co2e_kg, factors.electric_kg, _electricity_factor(profile))
    kg = _part_changed(kg, factors.fuel_kg, FUEL[profile.fuel_grade])
    diet = DIETS[profile.diet] if is_food else UNCHANGED
    share = _share(profile)
    land, water = (factors.land_m2, diet.land_m2, share), (factors.water_l, diet.water_l, share)
    return (kg, diet.co2e_tonnes, share), land, water


def _electricity_factor(profile: Profile) -> float:
    """Return the carbon intensity of the user's electricity, relative to the US average."""
    region = 1.0 if profile.zip_code == US_AVERAGE_ZIP_CODE else GRID[int(profile.zip_code[0])]
    return (1 - profile.renewable_energy) * region


def _share(profile: Profile) -> float:
    return SHARED if profile.shared_account else 1.0


def _part_changed(whole: float, part: float, factor: float) -> float:
    """Return a sum after one of its parts is multiplied; a factor of 1 leaves every digit."""
    return whole if factor == 1 or part == 0 else (whole - part) + part * factor


def _saved_by(diet: Diet, than: Diet) -> Impact:
    """Return the fraction of one diet's impact that another diet saves."""
    return Impact(*(1 - after / before for after, before in zip(DIETS[diet], DIETS[than], strict=True)))
