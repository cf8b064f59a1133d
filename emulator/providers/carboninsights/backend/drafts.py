"""Drafts: requests to Carbon Insights before any rule has accepted them."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from emulator.core.dataclass import dataclass

Diet: TypeAlias = Literal["typical", "vegetarian", "vegan"]
FuelGrade: TypeAlias = Literal["regular", "mid_grade", "premium", "diesel"]
CategoryType: TypeAlias = Literal["category", "mcc"]

US_AVERAGE_ZIP_CODE = "00000"
COUNTRY = "United States"


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """A new account."""

    username: str
    password: str
    first_name: str
    last_name: str
    email: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """A username and a password."""

    username: str
    password: str


class Listing(NamedTuple):
    """The text that a transaction's row shows, and the category that it counts as."""

    shown: str
    category: str
    unmapped: bool = False


class Purchase(NamedTuple):
    """US dollars spent, or refunded if negative."""

    amount_usd: float
    listing: Listing


class Profile(NamedTuple):
    """The user. ``renewable_energy`` is the renewable fraction of the electricity; the ZIP code has five digits."""

    diet: Diet
    renewable_energy: float
    natural_gas: bool
    shared_account: bool
    zip_code: str
    fuel_grade: FuelGrade


class Options(NamedTuple):
    """What a score shows, and how its transactions are read."""

    offsets: bool
    recommendations: bool
    co2e: bool
    land: bool
    water: bool
    category_type: CategoryType
    country: str
    aggregate: bool


class ScoreDraft(NamedTuple):
    """Purchases of one user whose carbon score is calculated."""

    purchases: Sequence[Purchase]
    profile: Profile
    options: Options
