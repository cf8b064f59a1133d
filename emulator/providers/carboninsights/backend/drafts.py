"""Drafts: requests to Carbon Insights before any rule has accepted them."""

from typing import Literal, NamedTuple, TypeAlias

from emulator.core.struct import Struct

Diet: TypeAlias = Literal["typical", "vegetarian", "vegan"]
FuelGrade: TypeAlias = Literal["regular", "mid_grade", "premium", "diesel"]
CategoryType: TypeAlias = Literal["category", "mcc"]

US_AVERAGE_ZIP_CODE = "00000"
COUNTRY = "United States"


class AccountDraft(Struct, frozen=True):
    """A new account."""

    username: str
    password: str
    first_name: str
    last_name: str
    email: str


class Credentials(Struct, frozen=True):
    """A username and a password."""

    username: str
    password: str


class Listing(NamedTuple):
    """The text that a transaction's row shows, and the category that it counts as."""

    shown: str
    category: str
    unmapped: bool = False


class Purchases(NamedTuple):
    """US dollars spent, or refunded if negative, and on what. There may be thousands, so these are columns."""

    amounts_usd: tuple[float, ...]
    listings: tuple[Listing, ...]


class Profile(Struct, frozen=True):
    """The user. ``renewable_energy`` is the renewable fraction of the electricity; the ZIP code has five digits."""

    diet: Diet
    renewable_energy: float
    natural_gas: bool
    shared_account: bool
    zip_code: str
    fuel_grade: FuelGrade


class Options(Struct, frozen=True):
    """What a score shows, and how its transactions are read. A metric is its position in an ``Impact``."""

    offsets: bool
    recommendations: bool
    metrics: tuple[int, ...]
    category_type: CategoryType
    country: str
    aggregate: bool


class ScoreDraft(Struct, frozen=True):
    """Purchases of one user whose carbon score is calculated."""

    purchases: Purchases
    profile: Profile
    options: Options
