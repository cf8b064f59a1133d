"""1ClickImpact's operations: read, ask, reply. The order of the lines is the order in which things are checked."""

from typing import TypeVar, cast

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from emulator.core.http import exchange_of, read_body, read_query, reply
from emulator.providers.oneclickimpact import HOSTS, wire
from emulator.providers.oneclickimpact.memory import Account, Kind
from emulator.providers.oneclickimpact.vendor import OneClickImpact

Q = TypeVar("Q", bound=BaseModel)


# --- making impact, and taking it back --------------------------------------------------------------------------------


def capture_carbon(request: Request) -> Response:
    return made(request, "carbon_captured", wire.Making)


def plant_tree(request: Request) -> Response:
    return made(request, "tree_planted", wire.Planting)


def clean_ocean(request: Request) -> Response:
    return made(request, "waste_removed", wire.Making)


def donate_money(request: Request) -> Response:
    return made(request, "money_donated", wire.Donation)


def restore_coral(request: Request) -> Response:
    return made(request, "coral_restored", wire.Making)


def cancel_impact(request: Request) -> Response:
    account = account_of(request)
    asked = read_body(wire.Cancellation, request)
    impact, now = vendor(request).cancel_impact(account, asked.user_id, asked.time_utc, asked.reason or None)
    return reply(wire.cancellation(impact, asked.user_id, repeated=not now))


# --- records ----------------------------------------------------------------------------------------------------------


def list_records(request: Request) -> Response:
    account = account_of(request)
    asked = query_of(wire.RecordSearch, request)
    page = vendor(request).own_impacts(account, asked.search(account))
    return reply(wire.records(page, account))


def list_customer_records(request: Request) -> Response:
    oneclickimpact, account = vendor(request), account_of(request)
    asked = query_of(wire.CustomerRecordSearch, request)
    page = oneclickimpact.customer_impacts(account, asked.customer_email, asked.search(account))
    return reply(wire.customer_records(page, account, oneclickimpact.memory.customers))


def track_impact(request: Request) -> Response:
    account = account_of(request)
    asked = query_of(wire.TrackSearch, request)
    impact = vendor(request).impact(account, asked.user_id, asked.time_utc)
    return reply(wire.track(impact, asked.user_id, account))


# --- the account, its customers and its totals ------------------------------------------------------------------------


def who_am_i(request: Request) -> Response:
    return reply(wire.who(account_of(request)))


def list_customers(request: Request) -> Response:
    account = account_of(request)
    asked = query_of(wire.CustomerSearch, request)
    page = vendor(request).customers(account, asked.customer_email, asked.limit, asked.after(account))
    return reply(wire.customers(page, account))


def get_impact(request: Request) -> Response:
    account = account_of(request)
    return reply(wire.totals(vendor(request).totals(account), account))


def get_daily_impact(request: Request) -> Response:
    account = account_of(request)
    asked = query_of(wire.DaySearch, request)
    return reply(wire.daily(vendor(request).totals(account), account, asked.first, asked.last))


# --- projects ---------------------------------------------------------------------------------------------------------


def list_projects(request: Request) -> Response:
    account_of(request)
    asked = query_of(wire.ProjectSearch, request)
    return reply({"projects": [wire.project(found) for found in vendor(request).projects(asked.type)]})


def get_project(request: Request) -> Response:
    account_of(request)
    query_of(wire.LocaleSearch, request)
    return reply(wire.project(vendor(request).project(request.path_params["project_id"])))


# --- below the operations ---------------------------------------------------------------------------------------------


def made(request: Request, kind: Kind, model: type[wire.Making]) -> Response:
    """An impact of one kind, made as the body says."""
    oneclickimpact, account = vendor(request), account_of(request)
    impact = oneclickimpact.make_impact(account, kind, read_body(model, request).draft())
    customer = oneclickimpact.memory.customers.get(impact.customer_id or "")
    return reply(wire.impact(impact, account, customer))


def vendor(request: Request) -> OneClickImpact:
    return cast(OneClickImpact, request.scope["vendor"])


def account_of(request: Request) -> Account:
    """The account of the API key; the vendor's two hosts know the keys of their environment. Raises KeyRefused."""
    asked = exchange_of(request)
    host = (asked.header(b"host") or "").partition(":")[0].lower()
    return vendor(request).account(asked.header(b"x-api-key"), HOSTS.get(host))


def query_of(model: type[Q], request: Request) -> Q:
    """The query, with all values of every parameter. Raises Malformed."""
    return read_query(model, request, repeated=None)
