"""The objects in replies (Carbon Insights API reference)."""

from collections.abc import Sequence
from functools import lru_cache

from emulator.providers.carboninsights.backend.footprint import Table
from emulator.providers.carboninsights.backend.scores import Score
from emulator.providers.carboninsights.backend.tokens import TokenPair
from emulator.providers.carboninsights.memory.records import Account

TITLES = ("CO2e Emissions [tonne]", "Land Use [m2]", "Water Use [litre]")
"""The columns, in the order of ``Impact``. Only the first is documented."""


def registered(account: Account) -> dict[str, object]:
    created = f"Account with username {account.username} created successfully."
    return {"message": f"{created} Use credentials to generate authorization token."}


def token_pair(pair: TokenPair) -> dict[str, object]:
    return {"access": pair.access, "refresh": pair.refresh}


def access_token(token: str) -> dict[str, object]:
    return {"access": token}


def score(score: Score) -> dict[str, object]:
    """Return a score, with recommendations and an offset link if they were requested."""
    details: dict[str, object] = {"footprint": _table(score.footprint)}
    if score.savings is not None:
        details["recommendations"] = _table(score.savings)
    if score.offset_link is not None:
        details["offsets"] = {"referral_link": score.offset_link}
    return {"messages": score.notes, "details": details}


def _table(table: Table) -> dict[str, object]:
    """Return a table in the dictionary form of a pandas DataFrame."""
    columns = {TITLES[metric]: _column(amounts) for metric, amounts in table.columns.items()}
    return {"category": _column(table.titles), **columns}


def _column(values: Sequence[object]) -> dict[str, object]:
    return dict(zip(_positions(len(values)), values, strict=True))


@lru_cache(maxsize=4)
def _positions(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


def view(name: str) -> dict[str, object]:
    """Return the description of a path that OPTIONS answers."""
    return {"name": name, "description": "", "renders": ["application/json"], "parses": ["application/json"]}
