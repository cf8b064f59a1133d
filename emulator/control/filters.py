"""Check the filters of lists: one that matches nothing known is an error with the nearest names."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from starlette.exceptions import HTTPException

from emulator.web.provider import Provider

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NEAREST_MAX = 3


def check_filter(
    providers: Mapping[str, Provider],
    provider: str | None = None,
    operation: str | None = None,
    method: str | None = None,
) -> None:
    """Raise HTTPException 400 for a provider, operation or method that does not exist, with the nearest ones."""
    _check_name("provider", provider, providers)
    _check_name("method", method and method.upper(), METHODS)
    if operation is not None:
        named = [provider] if provider else list(providers)
        _check_name("operation", operation, (name for each in named for name in providers[each].operations))


def _check_name(kind: str, name: str | None, names: Iterable[str]) -> None:
    if name is not None and name not in (known := list(dict.fromkeys(names))):
        nearest = get_close_matches(name, known, n=NEAREST_MAX, cutoff=0.0)
        raise HTTPException(400, f"unknown {kind} {name!r}; nearest: {', '.join(nearest)}")
