"""The backend that a request reaches, and for whom it acts."""

from collections.abc import Callable
from operator import attrgetter

from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.backend.drafts import Buyer
from emulator.providers.cnaught.memory.catalogue import Account
from emulator.web.reading import bearer_token
from emulator.web.request import Request

backend: Callable[[Request], CNaught] = attrgetter("backend")
"""Returns CNaught in the request's space."""


def authenticate(request: Request) -> Account:
    """Return the account of the API key. Raises Unauthorized."""
    return backend(request).account(bearer_token(request))


def buyer_of(request: Request, account: Account) -> Buyer:
    """Return the account, narrowed by ``X-Subaccount-Id``. Raises SubaccountsNotAllowed, InvalidSubaccount."""
    return backend(request).subaccounts.buyer(account, subaccount_id(request))


def subaccount_id(request: Request) -> str | None:
    return request.header(b"x-subaccount-id")
