"""Check the filters of lists: one that nothing can match is a mistake. The reply names what was probably meant."""

from collections.abc import Iterable, Mapping

from starlette.exceptions import HTTPException

from emulator.core.ledger import Books
from emulator.core.nearest import similar
from emulator.space import conditions
from emulator.space.path_pattern import can_match
from emulator.web.provider import Provider

Providers = Mapping[str, Provider]


def check_filter(providers: Providers, provider: str | None) -> None:
    """Raise HTTPException 400 for a provider that does not exist."""
    _check_name("provider", provider, providers)


def check_request_filter(
    providers: Providers, provider: str | None, operation: str | None, method: str | None, path: str | None
) -> None:
    """Raise HTTPException 400 for conditions that no request can meet."""
    try:
        conditions.check_exact(providers, provider, operation, method, path)
    except conditions.Impossible as error:
        raise HTTPException(400, str(error)) from None


def check_webhook_filter(providers: Providers, provider: str | None, kind: str | None) -> None:
    """Raise HTTPException 400 for a provider without webhooks, or a kind that it does not send."""
    if provider is None and kind is None:
        return  # without loading any provider
    _check_name("provider", provider, providers)
    kinds = {name: each.webhooks.kinds for name, each in providers.items() if each.webhooks}
    if provider is not None and provider not in kinds:
        raise HTTPException(400, f"{provider} sends no webhooks; these do: {', '.join(kinds)}")
    _check_name("kind", kind, (each for name in kinds if provider in (None, name) for each in kinds[name]))


def check_ledger_filter(providers: Providers, provider: str | None, account: str | None, unit: str | None) -> None:
    """Raise HTTPException 400 for a provider or a unit that does not exist, or a pattern that no account matches.

    A provider without books is none of these: the reply says why it has none.
    """
    _check_name("provider", provider, providers)
    by_provider = {name: each.books.accounts for name, each in providers.items() if isinstance(each.books, Books)}
    accounts = [pair for name in by_provider if provider in (None, name) for pair in by_provider[name].items()]
    if not accounts:
        return
    _check_name("unit", unit, (each for _, units in accounts for each in units))
    kinds = list(dict.fromkeys(f"{kind}/*" for kind, units in accounts if unit is None or unit in units))
    if account is not None and not any(can_match(account, kind.replace("*", "{name:path}")) for kind in kinds):
        of_unit = f" that holds {unit}" if unit is not None else ""
        nearest = similar(account, kinds)
        raise HTTPException(400, f"no account{of_unit} matches {account!r}; nearest: {', '.join(nearest)}")


def _check_name(kind: str, name: str | None, names: Iterable[str]) -> None:
    if name is not None and name not in (known := list(dict.fromkeys(names))):
        raise HTTPException(400, f"unknown {kind} {name!r}; nearest: {', '.join(similar(name, known))}")
