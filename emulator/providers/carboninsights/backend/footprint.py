"""The arithmetic: what purchases cause, and what could be saved.

It uses doubles, in this order of operations, so that the documented sample is reproduced to the last digit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from emulator.providers.carboninsights.backend.drafts import US_AVERAGE_ZIP_CODE, Diet, FuelGrade, Profile, Purchase
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


class Multipliers(NamedTuple):
    """The multipliers of one category for one user, per dollar, with the user's energy; their diet; their share."""

    co2e_kg: float
    co2e_diet: float
    land_m2: float
    land_diet: float
    water_l: float
    water_diet: float
    share: float


class Footprint:
    """The impacts of one user's purchases."""

    def __init__(self, purchases: Sequence[Purchase], profile: Profile, catalogue: Catalogue) -> None:
        self.profile = profile
        self.catalogue = catalogue
        self._multipliers: dict[str, Multipliers] = {}
        impact = self._impact  # there may be thousands of purchases
        self.impacts = [(purchase, impact(purchase.amount_usd, purchase.listing.category)) for purchase in purchases]

    def rows(self) -> list[tuple[str, Impact]]:
        """Return a row per purchase, in input order."""
        return [(purchase.listing.shown, impact) for purchase, impact in self.impacts]

    def groups(self) -> list[tuple[str, Impact]]:
        """Return a row per category or code, sorted by code point."""
        groups: dict[str, list[Impact]] = {}
        for purchase, impact in self.impacts:
            groups.setdefault(purchase.listing.shown, []).append(impact)
        return [(shown, total(groups[shown])) for shown in sorted(groups)]

    def savings(self) -> list[tuple[str, Impact]]:
        """Return recommendations and their savings, the most CO2e first. Two of the titles are documented."""
        rows = [(title, saving) for title, net, saving in self._habits() if net.co2e_tonnes > 0]
        flights = [impact for purchase, impact in self.impacts if _is_flight(purchase)]
        if flights:
            rows.append(("One Less Flight", Impact(*(metric / len(flights) for metric in total(flights)))))
        return sorted(rows, key=lambda row: (-row[1].co2e_tonnes, row[0]))

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
        return total(impact for purchase, impact in self.impacts if counts(purchase.listing.category))

    def _electricity(self) -> Impact:
        """Return the impact of electricity; its source does not affect land and water."""
        kg_per_usd, share = _electricity_factor(self.profile), _share(self.profile)
        return total(
            Impact(purchase.amount_usd * (factors.electric_kg * kg_per_usd) * share / 1000)
            for purchase, _ in self.impacts
            if (factors := self._factors(purchase.listing.category)).electric_kg
        )

    def _impact(self, amount: float, category: str) -> Impact:
        multipliers = self._multipliers.get(category)
        if multipliers is None:
            is_food = category in self.catalogue.food
            multipliers = self._multipliers[category] = _multipliers(self._factors(category), is_food, self.profile)
        co2e_kg, co2e_diet, land_m2, land_diet, water_l, water_diet, share = multipliers
        return Impact(
            amount * co2e_kg * co2e_diet * share / 1000,
            amount * land_m2 * land_diet * share,
            amount * water_l * water_diet * share,
        )

    def _factors(self, category: str) -> Factors:
        return self.catalogue.factors(category, self.profile.natural_gas)


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
    land, water = (factors.land_m2, diet.land_m2), (factors.water_l, diet.water_l)
    return Multipliers(kg, diet.co2e_tonnes, *land, *water, _share(profile))


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


def _is_flight(purchase: Purchase) -> bool:
    return purchase.listing.category == FLIGHTS and purchase.amount_usd > 0
