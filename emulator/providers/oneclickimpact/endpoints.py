"""1ClickImpact's operations: read, ask, reply. The order of the lines is the order in which things are checked."""

from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel
from starlette.responses import Response

from emulator.providers.oneclickimpact import HOSTS
from emulator.providers.oneclickimpact.backend import OneClickImpact
from emulator.providers.oneclickimpact.memory import Account, Environment, Kind
from emulator.providers.oneclickimpact.wire import incoming, outgoing
from emulator.web.reading import read_body, read_query
from emulator.web.replies import reply
from emulator.web.request import Request

Q = TypeVar("Q", bound=BaseModel)


# --- making impact, and taking it back --------------------------------------------------------------------------------


def capture_carbon(request: Request) -> Response:
    return made(request, "carbon_captured", incoming.Making)


def plant_tree(request: Request) -> Response:
    return made(request, "tree_planted", incoming.Planting)


def clean_ocean(request: Request) -> Response:
    return made(request, "waste_removed", incoming.Making)


def donate_money(request: Request) -> Response:
    return made(request, "money_donated", incoming.Donation)


def restore_coral(request: Request) -> Response:
    return made(request, "coral_restored", incoming.Making)


def cancel_impact(request: Request) -> Response:
    account = account_of(request)
    asked = read_body(incoming.Cancellation, request)
    impact, now = backend(request).cancel_impact(account, asked.user_id, asked.time_utc, asked.reason or None)
    return reply(outgoing.cancellation(impact, asked.user_id, repeated=not now))


# --- records ----------------------------------------------------------------------------------------------------------


def list_records(request: Request) -> Response:
    account = account_of(request)
    asked = query_of(incoming.RecordSearch, request)
    page = backend(request).own_impacts(account, asked.search(account))
    return reply(outgoing.records(page, account))


def list_customer_records(request: Request) -> Response:
    oneclickimpact, account = backend(request), account_of(request)
    asked = query_of(incoming.CustomerRecordSearch, request)
    page = oneclickimpact.customer_impacts(account, asked.customer_email, asked.search(account))
    return reply(outgoing.customer_records(page, account, oneclickimpact.memory.customers))


def track_impact(request: Request) -> Response:
    account = account_of(request)
    asked = query_of(incoming.TrackSearch, request)
    impact = backend(request).impact(account, asked.user_id, asked.time_utc)
    return reply(outgoing.track(impact, asked.user_id, account))


# --- the account, its customers and its totals ------------------------------------------------------------------------


def who_am_i(request: Request) -> Response:
    return reply(outgoing.who(account_of(request)))


def list_customers(request: Request) -> Response:
    account = account_of(request)
    asked = query_of(incoming.CustomerSearch, request)
    page = backend(request).customers(account, asked.customer_email, asked.limit, asked.after(account))
    return reply(outgoing.customers(page, account))


def get_impact(request: Request) -> Response:
    account = account_of(request)
    return reply(outgoing.totals(backend(request).totals(account), account))


def get_daily_impact(request: Request) -> Response:
    account = account_of(request)
    asked = query_of(incoming.DaySearch, request)
    return reply(outgoing.daily(backend(request).totals(account), account, asked.first, asked.last))


# --- projects ---------------------------------------------------------------------------------------------------------


def list_projects(request: Request) -> Response:
    account_of(request)
    asked = query_of(incoming.ProjectSearch, request)
    return reply({"projects": [outgoing.project(found) for found in backend(request).projects(asked.type)]})


def get_project(request: Request) -> Response:
    account_of(request)
    query_of(incoming.LocaleSearch, request)
    return reply(outgoing.project(backend(request).project(request.path_params["project_id"])))


# --- below the operations ---------------------------------------------------------------------------------------------


def made(request: Request, kind: Kind, model: type[incoming.Making]) -> Response:
    """An impact of one kind, made as the body says."""
    oneclickimpact, account = backend(request), account_of(request)
    impact = oneclickimpact.make_impact(account, kind, read_body(model, request).draft)
    customer = oneclickimpact.memory.customers.get(impact.customer_id or "")
    return reply(outgoing.impact(impact, account, customer))


def backend(request: Request) -> OneClickImpact:
    backend: OneClickImpact = request.backend
    return backend


def account_of(request: Request) -> Account:
    """The account of the API key; the vendor's two hosts know the keys of their environment. Raises KeyRefused."""
    return backend(request).account(request.header(b"x-api-key"), environment(request.header(b"host") or ""))


@lru_cache(maxsize=64)
def environment(host: str) -> Environment | None:
    """The environment whose keys a host knows; None where the host is not the vendor's own, and knows all keys."""
    return HOSTS.get(host.partition(":")[0].lower())


def query_of(model: type[Q], request: Request) -> Q:
    """The query, with all values of every parameter. Raises Malformed."""
    return read_query(model, request, repeated=None)
