"""Projects, categories and portfolios."""

from starlette.responses import Response

from emulator.core.http import reply
from emulator.core.request import Request
from emulator.providers.cnaught.endpoints.asking import account_of, vendor
from emulator.providers.cnaught.wire import outgoing


def get_project(request: Request) -> Response:
    account_of(request)
    return reply(outgoing.project_details(vendor(request).offer.project(request.path_params["id"])))


def get_project_category(request: Request) -> Response:
    account_of(request)
    cnaught = vendor(request)
    return reply(outgoing.category(cnaught.offer.category(request.path_params["id"]), cnaught.catalogue))


def list_portfolios(request: Request) -> Response:
    portfolios = vendor(request).offer.portfolios(account_of(request))
    return reply({"data": [outgoing.portfolio(portfolio) for portfolio in portfolios]})


def get_portfolio(request: Request) -> Response:
    cnaught = vendor(request)
    portfolio = cnaught.offer.portfolio(account_of(request), request.path_params["id"])
    return reply(outgoing.portfolio_details(portfolio, cnaught.catalogue))
