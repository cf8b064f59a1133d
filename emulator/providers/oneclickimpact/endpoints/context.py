"""The backend that a request reaches, and the account that sends it."""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter

from emulator.core.hosts import host_name
from emulator.providers.oneclickimpact import HOSTS
from emulator.providers.oneclickimpact.backend import OneClickImpact
from emulator.providers.oneclickimpact.memory.catalogue import Account, Environment
from emulator.web.request import Request

backend: Callable[[Request], OneClickImpact] = attrgetter("backend")
"""Returns 1ClickImpact in the request's space."""


def authenticate(request: Request) -> Account:
    """Return the account of the API key; the vendor's own hosts accept the keys of their environment only.

    Raises KeyMissing, KeyUnknown, KeyOfOtherEnvironment.
    """
    return backend(request).account(request.header(b"x-api-key"), environment(request.header(b"host") or ""))


@lru_cache(maxsize=64)
def environment(host: str) -> Environment | None:
    """Return the environment whose keys a host accepts; None for a host that is not the vendor's and accepts all."""
    return HOSTS.get(host_name(host))
