"""1ClickImpact's operations: read, ask, reply. The order of the lines is the order in which things are checked."""

from collections.abc import Mapping
from typing import TypeVar, cast

from starlette.requests import Request
from starlette.responses import Response

from emulator.core.http import read_body, read_query, reply
from emulator.providers.oneclickimpact import wire
from emulator.providers.oneclickimpact.memory import Account, Environment
from emulator.providers.oneclickimpact.vendor import OneClickImpact

HOSTS: Mapping[str, Environment] = {
    "api.1clickimpact.com": "production",
    "sandbox.1clickimpact.com": "sandbox",
}
Q = TypeVar("Q", bound=wire.RecordSearch)


async def capture_carbon(request: Request) -> Response:
    oneclickimpact, account = vendor(request), account_of(request)
    draft = read_body(wire.Capture, request).draft()
    impact = oneclickimpact.make_impact(account, "carbon_captured", draft)
    customer = oneclickimpact.memory.customers.get(impact.customer_id or "")
    return reply(wire.impact(impact, account, customer))


async def list_records(request: Request) -> Response:
    account = account_of(request)
    asked = query_of(wire.RecordSearch, request)
    page = vendor(request).own_impacts(account, asked.search(account))
    return reply(wire.records(page, account))


async def list_customer_records(request: Request) -> Response:
    oneclickimpact, account = vendor(request), account_of(request)
    asked = query_of(wire.CustomerRecordSearch, request)
    page = oneclickimpact.customer_impacts(account, asked.customer_email, asked.search(account))
    return reply(wire.customer_records(page, account, oneclickimpact.memory.customers))


def vendor(request: Request) -> OneClickImpact:
    return cast(OneClickImpact, request.scope["vendor"])


def account_of(request: Request) -> Account:
    """The account of the API key; the vendor's two hosts know the keys of their environment. Raises KeyRefused."""
    host = request.headers.get("host", "").partition(":")[0].lower()
    return vendor(request).account(request.headers.get("x-api-key"), HOSTS.get(host))


def query_of(model: type[Q], request: Request) -> Q:
    """The query, with all values of every parameter. Raises Malformed."""
    return read_query(model, request, repeated=list(request.query_params))
