"""The catalogue: accounts that exist from the start, categories with their factors, and codes. It never changes."""

from collections.abc import Mapping
from math import inf
from typing import Annotated, NamedTuple

from pydantic import PlainSerializer

from emulator.core.integrity import check_unique
from emulator.core.struct import Struct

UNCATEGORIZED = "Uncategorized"


class GivenAccount(Struct, frozen=True):
    """An account that can log in from the start. It can be registered once, with its own password."""

    username: str
    password: str
    first_name: str
    last_name: str
    email: str


class Factors(NamedTuple):
    """What one dollar of a category causes: a row of the fixture, in this order.

    Kilograms of CO2e, square meters of land occupied for a year, liters of fresh water withdrawn; the source of the
    numbers; and the parts of the kilograms that come from electricity and from motor fuel. USEEIO is EPA's model
    v2.0.1-411 in 2018 purchaser prices; a number after one of its sectors is a weight in a basket.
    """

    co2e_kg: float
    land_m2: float
    water_l: float
    source: str
    electric_kg: float = 0.0
    fuel_kg: float = 0.0


class MerchantCode(NamedTuple):
    """A merchant category code (ISO 18245): its description, and the category that it counts as."""

    description: str
    category: str


class MerchantCodeRange(NamedTuple):
    """A range of codes, both ends included, that count as one category."""

    first: str
    last: str
    category: str


class Catalogue(Struct, frozen=True, eq=False):  # compared by identity, so that caches can hold it
    """The catalogue of every space.

    ``categories`` are those that the vendor lists; ``retired_categories`` were listed in 2020. ``with_natural_gas`` has
    other factors for users who heat and cook with gas, ``food`` are the categories that a diet affects, and ``aliases``
    are other spellings of categories.
    """

    accounts: tuple[GivenAccount, ...]
    offset_referral_link: str
    categories: Mapping[str, Factors]
    retired_categories: Mapping[str, Factors]
    with_natural_gas: Mapping[str, Factors]
    food: Annotated[frozenset[str], PlainSerializer(sorted, when_used="json")]
    aliases: Mapping[str, str]
    merchant_codes: Mapping[str, MerchantCode]
    merchant_code_ranges: tuple[MerchantCodeRange, ...]

    def __post_init__(self) -> None:
        if not self.accounts:
            raise ValueError("the catalogue has no accounts; it needs at least one")
        check_unique("usernames", (account.username for account in self.accounts))
        for table in (self.categories, self.retired_categories, self.with_natural_gas):
            for name, factors in table.items():
                _check_factors(name, factors)
        every = {**self.categories, **self.retired_categories}
        for name in (*self.with_natural_gas, *sorted(self.food), *self.aliases.values()):
            _check_listed(name, every)
        codes = [code.category for code in self.merchant_codes.values()]
        for name in (*codes, *(row.category for row in self.merchant_code_ranges), UNCATEGORIZED):
            _check_listed(name, self.categories)

    def factors(self, category: str, natural_gas: bool) -> Factors:
        """Return the factors of a category, retired or not."""
        if natural_gas and category in self.with_natural_gas:
            return self.with_natural_gas[category]
        return self.categories.get(category) or self.retired_categories[category]

    def category_of_code(self, code: str) -> str | None:
        """Return the category that a merchant category code of four digits counts as."""
        if code in self.merchant_codes:
            return self.merchant_codes[code].category
        return next((row.category for row in self.merchant_code_ranges if row.first <= code <= row.last), None)


def _check_factors(name: str, factors: Factors) -> None:
    numbers = (factors.co2e_kg, factors.land_m2, factors.water_l, factors.electric_kg, factors.fuel_kg)
    if not all(0 <= number < inf for number in numbers) or factors.electric_kg + factors.fuel_kg > factors.co2e_kg:
        raise ValueError(f"the factors of {name!r} are negative, infinite, or less than their parts")


def _check_listed(name: str, categories: Mapping[str, Factors]) -> None:
    if name not in categories:
        raise ValueError(f"there is no category {name!r}")
