"""Projects, categories and portfolios."""

from starlette.responses import Response

from emulator.providers.cnaught.endpoints.asking import account_of, backend
from emulator.providers.cnaught.wire import outgoing
from emulator.web.replies import reply
from emulator.web.request import Request


def get_project(request: Request) -> Response:
    account_of(request)
    return reply(outgoing.project_details(backend(request).offer.project(request.path_params["id"])))


def get_project_category(request: Request) -> Response:
    account_of(request)
    cnaught = backend(request)
    return reply(outgoing.category(cnaught.offer.category(request.path_params["id"]), cnaught.catalogue))


def list_portfolios(request: Request) -> Response:
    portfolios = backend(request).offer.portfolios(account_of(request))
    return reply({"data": [outgoing.portfolio(portfolio) for portfolio in portfolios]})


def get_portfolio(request: Request) -> Response:
    cnaught = backend(request)
    portfolio = cnaught.offer.portfolio(account_of(request), request.path_params["id"])
    return reply(outgoing.portfolio_details(portfolio, cnaught.catalogue))
