"""Projects, categories and portfolios."""

from starlette.responses import Response

from emulator.providers.cnaught.endpoints.context import authenticate, backend
from emulator.providers.cnaught.wire import outgoing
from emulator.web.replies import reply
from emulator.web.request import Request


def get_project(request: Request) -> Response:
    cnaught = backend(request)
    authenticate(request)
    project = cnaught.offer.project(request.path_params["id"])
    return reply(outgoing.project_details(project))


def get_project_category(request: Request) -> Response:
    cnaught = backend(request)
    authenticate(request)
    category = cnaught.offer.category(request.path_params["id"])
    return reply(outgoing.category(category, cnaught.catalogue))


def list_portfolios(request: Request) -> Response:
    account = authenticate(request)
    portfolios = backend(request).offer.portfolios(account)
    return reply({"data": [outgoing.portfolio(portfolio) for portfolio in portfolios]})


def get_portfolio(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    portfolio = cnaught.offer.portfolio(account, request.path_params["id"])
    return reply(outgoing.portfolio_details(portfolio, cnaught.catalogue))
