"""The account, its customers and its totals."""

from starlette.responses import Response

from emulator.providers.oneclickimpact.endpoints.context import authenticate, backend
from emulator.providers.oneclickimpact.wire import incoming, outgoing
from emulator.web.reading import read_query
from emulator.web.replies import reply
from emulator.web.request import Request


def who_am_i(request: Request) -> Response:
    return reply(outgoing.account(authenticate(request)))


def list_customers(request: Request) -> Response:
    account = authenticate(request)
    query = read_query(incoming.CustomerQuery, request)
    page = backend(request).customers.list(account, query.search(account))
    return reply(outgoing.customers(page, account))


def get_impact(request: Request) -> Response:
    account = authenticate(request)
    return reply(outgoing.totals(backend(request).impacts.totals(account), account))


def get_daily_impact(request: Request) -> Response:
    account = authenticate(request)
    query = read_query(incoming.DailyQuery, request)
    totals = backend(request).impacts.totals(account)
    return reply(outgoing.daily(totals, account, query.first, query.last))
