"""The objects that go out."""

from collections.abc import Iterable, Sequence

from emulator.providers.carboninsights.backend import Options, Score, TokenPair
from emulator.providers.carboninsights.footprint import Impact
from emulator.providers.carboninsights.memory import Account

TITLES = ("CO2e Emissions [tonne]", "Land Use [m2]", "Water Use [litre]")
"""The columns in the order of ``Impact``; only the first is documented."""


def registered(account: Account) -> dict[str, object]:
    created = f"Account with username {account.username} created successfully."
    return {"message": f"{created} Use credentials to generate authorization token."}


def token_pair(pair: TokenPair) -> dict[str, object]:
    return {"access": pair.access, "refresh": pair.refresh}


def access_token(token: str) -> dict[str, object]:
    return {"access": token}


def score(score: Score, options: Options) -> dict[str, object]:
    """Recommendations and offsets are there if asked for."""
    details: dict[str, object] = {"footprint": _table(score.footprint, options)}
    if score.savings is not None:
        details["recommendations"] = _table(score.savings, options)
    if score.offset_link is not None:
        details["offsets"] = {"referral_link": score.offset_link}
    return {"messages": score.notes, "details": details}


def _table(rows: Sequence[tuple[str, Impact]], options: Options) -> dict[str, object]:
    """By columns, the rows numbered in text: a pandas DataFrame as a dictionary."""
    table: dict[str, object] = {"category": _column(title for title, _ in rows)}
    for metric, asked in enumerate((options.co2e, options.land, options.water)):
        if asked:
            table[TITLES[metric]] = _column(impact[metric] for _, impact in rows)
    return table


def _column(values: Iterable[object]) -> dict[str, object]:
    return {str(row): value for row, value in enumerate(values)}


def view(name: str) -> dict[str, object]:
    """What OPTIONS tells of a path."""
    return {"name": name, "description": "", "renders": ["application/json"], "parses": ["application/json"]}
