"""The catalogue: accounts and projects, the same in every space."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias, get_args

from msgspec import field
from pydantic import Field, StringConstraints

from emulator.core.integrity import check_unique
from emulator.core.struct import Struct
from emulator.providers.oneclickimpact.memory.fields import UserId

Environment: TypeAlias = Literal["sandbox", "production"]
ProjectType: TypeAlias = Literal["trees", "ocean", "carbon"]

KEY_PREFIXES: Mapping[str, Environment] = {"test_": "sandbox", "live_": "production"}


AccountId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")]


class Account(Struct, frozen=True):
    """The owner of an API key. A user has one account for the sandbox and one for production, with one user id."""

    id: AccountId
    user_id: UserId
    api_key: str
    email: str

    def __post_init__(self) -> None:
        if not self.api_key.startswith(tuple(KEY_PREFIXES)):
            raise ValueError(f"the API key of account {self.id} must begin with {' or '.join(KEY_PREFIXES)}")

    @property
    def environment(self) -> Environment:
        return KEY_PREFIXES[self.api_key[:5]]


class Goal(Struct, frozen=True):
    """One of the United Nations' sustainable development goals."""

    id: str
    number: Annotated[int, Field(ge=1, le=17)]
    title: str
    description: str
    color: str
    link: str
    icon_url: str


class Project(Struct, frozen=True):
    """A project that makes impact."""

    id: str
    name: str
    type: ProjectType
    location: str
    description: str
    about: tuple[str, ...]
    country_code: str
    organization: str
    goals: tuple[Goal, ...]
    image_urls: tuple[str, ...]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    available: bool = True

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.id):
            raise ValueError(f"the project id {self.id!r} must consist of letters, digits, hyphens and underscores")


class Catalogue(Struct, frozen=True):
    """Everything that is the same in every space.

    ``customer_ids`` are the ids that new customers with these emails get, in lower case, as long as they are free; all
    others get generated ids.
    """

    accounts: tuple[Account, ...]
    projects: tuple[Project, ...] = ()
    customer_ids: Mapping[str, UserId] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_unique("project ids", (project.id for project in self.projects))
        check_unique("account ids", (account.id for account in self.accounts))
        check_unique("customer ids", self.customer_ids.values())
        check_unique("API keys", (account.api_key for account in self.accounts))
        for environment in get_args(Environment):
            if not any(account.environment == environment for account in self.accounts):
                raise ValueError(f"there must be an account for {environment}")

    def first_key(self, environment: Environment) -> str:
        """Return the API key of the first account of an environment."""
        return next(account.api_key for account in self.accounts if account.environment == environment)
