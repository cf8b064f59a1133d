"""Who asks, and for which part of a list."""

from typing import TypeVar

from emulator.core.paging import Chain, Timeline
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.drafts import Buyer
from emulator.providers.cnaught.memory import Account
from emulator.providers.cnaught.wire import incoming
from emulator.web.reading import bearer_token
from emulator.web.request import Request

T = TypeVar("T")


def backend(request: Request) -> CNaught:
    backend: CNaught = request.backend
    return backend


def account_of(request: Request) -> Account:
    """The account of the bearer key. Raises Unauthorized."""
    return backend(request).account(bearer_token(request))


def buyer_of(request: Request, account: Account | None = None) -> Buyer:
    """The account, narrowed by ``X-Subaccount-Id``. Raises Unauthorized, SubaccountsNotAllowed, InvalidSubaccount."""
    return backend(request).subaccounts.buyer(account or account_of(request), subaccount_id(request))


def subaccount_id(request: Request) -> str | None:
    return request.header(b"x-subaccount-id")


def page(things: Timeline[T] | Chain[T], asked: incoming.Page) -> list[T]:
    """The part of a list that was asked for (docs.cnaught.com, Pagination). Raises InvalidPagination."""
    if asked.starting_after is not None and asked.ending_before is not None:
        raise errors.InvalidPagination(
            "Only one of starting_after and ending_before may be given", "cnaught.lists.both-cursors"
        )
    try:
        if asked.starting_after is not None:
            return things.older(asked.starting_after, asked.limit)
        if asked.ending_before is not None:
            return things.newer(asked.ending_before, asked.limit)
    except KeyError as unknown:
        raise errors.InvalidPagination(f"No record has the id {unknown}", "cnaught.lists.unknown-cursor") from None
    return things.newest(asked.limit)
