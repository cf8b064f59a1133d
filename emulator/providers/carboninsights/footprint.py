"""The arithmetic: what a purchase causes, and what could be saved.

All in doubles, and in this order: the documented sample comes back to the last digit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from emulator.providers.carboninsights.memory import Catalogue, Rates

Diet: TypeAlias = Literal["typical", "vegetarian", "vegan"]
FuelGrade: TypeAlias = Literal["regular", "mid_grade", "premium", "diesel"]

FLIGHTS = "Air Travel"
CLOTHING = "Clothing"
SHARED = 0.5
LESS = 0.1
FUEL: Mapping[FuelGrade, float] = {"regular": 1.0, "mid_grade": 0.85, "premium": 0.78, "diesel": 0.98}
"""A dollar buys fewer gallons of the dearer grades, and a gallon of diesel holds about 16 % more carbon."""
GRID = (0.60, 0.70, 0.85, 1.02, 1.25, 1.25, 1.35, 1.00, 1.12, 0.60)
"""The carbon intensity of electricity by the first digit of a ZIP code, in relation to the average of the US."""
ANYWHERE = "00000"


class Impact(NamedTuple):
    """Metric tonnes of CO2e, square metres of land for a year, litres of water; also a factor for each of the three."""

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
"""CO2e: 3.81 and 2.89 kg a day against 5.63 for medium meat eaters (Scarborough and others 2014)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Who buys. ``renewable_energy`` is the renewable fraction of the electricity; the ZIP code has five digits."""

    diet: Diet
    renewable_energy: float
    natural_gas: bool
    shared_account: bool
    zip_code: str
    fuel_grade: FuelGrade

    @property
    def electricity(self) -> float:
        """The carbon of this user's electricity, in relation to the average of the US."""
        region = 1.0 if self.zip_code == ANYWHERE else GRID[int(self.zip_code[0])]
        return (1 - self.renewable_energy) * region

    @property
    def share(self) -> float:
        return SHARED if self.shared_account else 1.0


class Listing(NamedTuple):
    """Where a purchase is entered: the text that its row shows, and the category that it counts as."""

    shown: str
    category: str
    unmapped: bool = False


class Purchase(NamedTuple):
    """US dollars spent, or got back if negative."""

    amount_usd: float
    listing: Listing


class Factors(NamedTuple):
    """Of one category, for one user: its rates, the kilograms of CO2e a dollar, what the diet does, and whose it is."""

    rates: Rates
    co2e_kg: float
    diet: Impact
    share: float


class Footprint:
    """What purchases of one user cause."""

    def __init__(self, purchases: Sequence[Purchase], profile: Profile, catalogue: Catalogue) -> None:
        self.profile = profile
        self.catalogue = catalogue
        self._factors: dict[str, Factors] = {}
        self.impacts = [(purchase, self._impact(purchase)) for purchase in purchases]

    def rows(self) -> list[tuple[str, Impact]]:
        """A row for each purchase, as they came."""
        return [(purchase.listing.shown, impact) for purchase, impact in self.impacts]

    def groups(self) -> list[tuple[str, Impact]]:
        """A row for each category or code, sorted by code point."""
        groups: dict[str, list[Impact]] = {}
        for purchase, impact in self.impacts:
            groups.setdefault(purchase.listing.shown, []).append(impact)
        return [(shown, total(groups[shown])) for shown in sorted(groups)]

    def savings(self) -> list[tuple[str, Impact]]:
        """What could be done, and what it would save: the most CO2e first. The first two titles are documented."""
        found = [(title, saving) for title, net, saving in self._habits() if net.co2e_tonnes > 0]
        flights = [impact for purchase, impact in self.impacts if _is_flight(purchase)]
        if flights:
            found.append(("One Less Flight", Impact(*(metric / len(flights) for metric in total(flights)))))
        return sorted(found, key=lambda row: (-row[1].co2e_tonnes, row[0]))

    def _habits(self) -> Iterable[tuple[str, Impact, Impact]]:
        """Title, what the habit causes on balance, and what changing it would save."""
        driving = self._net(lambda name: self._rates(name).fuel_kg > 0)
        yield "Driving 10% less", driving, driving.times(TENTH)
        clothing = self._net(lambda name: name == CLOTHING)
        yield "Buying 10% less clothing", clothing, clothing.times(TENTH)
        food = self._net(lambda name: name in self.catalogue.food)
        if self.profile.diet == "typical":
            yield "Going vegetarian", food, food.times(_saved_by("vegetarian", "typical"))
        if self.profile.diet == "vegetarian":
            yield "Going vegan", food, food.times(_saved_by("vegan", "vegetarian"))
        if self.profile.renewable_energy < 1:
            power = self._net(lambda name: self._rates(name).electric_kg > 0)
            yield "Switching to renewable energy", power, self._electricity()

    def _net(self, counts: Callable[[str], bool]) -> Impact:
        return total(impact for purchase, impact in self.impacts if counts(purchase.listing.category))

    def _electricity(self) -> Impact:
        """What comes from electricity; land and water do not depend on where it comes from."""
        kg_per_usd = self.profile.electricity
        return total(
            Impact(purchase.amount_usd * (rates.electric_kg * kg_per_usd) * self.profile.share / 1000)
            for purchase, _ in self.impacts
            if (rates := self._rates(purchase.listing.category)).electric_kg
        )

    def _impact(self, purchase: Purchase) -> Impact:
        amount, category = purchase.amount_usd, purchase.listing.category
        if category not in self._factors:
            self._factors[category] = self._factors_of(category)
        rates, co2e_kg, diet, share = self._factors[category]
        return Impact(
            amount * co2e_kg * diet.co2e_tonnes * share / 1000,
            amount * rates.land_m2 * diet.land_m2 * share,
            amount * rates.water_l * diet.water_l * share,
        )

    def _factors_of(self, category: str) -> Factors:
        """What a dollar of a category is multiplied by; the parts of electricity and fuel are as this user has them."""
        rates = self._rates(category)
        kg = _part_changed(rates.co2e_kg, rates.electric_kg, self.profile.electricity)
        kg = _part_changed(kg, rates.fuel_kg, FUEL[self.profile.fuel_grade])
        diet = DIETS[self.profile.diet] if category in self.catalogue.food else UNCHANGED
        return Factors(rates, kg, diet, self.profile.share)

    def _rates(self, category: str) -> Rates:
        return self.catalogue.rates(category, self.profile.natural_gas)


def total(impacts: Iterable[Impact]) -> Impact:
    """The sum, in order. Not by ``sum()``, which from Python 3.12 on corrects rounding errors and so differs."""
    co2e_tonnes = land_m2 = water_l = 0.0
    for impact in impacts:
        co2e_tonnes += impact.co2e_tonnes
        land_m2 += impact.land_m2
        water_l += impact.water_l
    return Impact(co2e_tonnes, land_m2, water_l)


def _part_changed(whole: float, part: float, factor: float) -> float:
    """A sum of which one part is multiplied; by 1, it is the same to the last digit."""
    return whole if factor == 1 or part == 0 else (whole - part) + part * factor


def _saved_by(diet: Diet, than: Diet) -> Impact:
    """The fraction that one diet saves of what another causes."""
    return Impact(*(1 - after / before for after, before in zip(DIETS[diet], DIETS[than], strict=True)))


def _is_flight(purchase: Purchase) -> bool:
    return purchase.listing.category == FLIGHTS and purchase.amount_usd > 0
