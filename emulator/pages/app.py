"""The route table of the pages, and how they answer what they refuse."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.core.errors import phrase
from emulator.pages import certificate, checkout, impact, retirement, tracking
from emulator.pages.html import h
from emulator.pages.page import Visit, document, style_sheet
from emulator.space.space import Space
from emulator.web.request import WholeRequest
from emulator.web.route import Route
from emulator.web.route_table import RouteTable

ROUTES = RouteTable(
    [
        Route("/pages/style.css", style_sheet, methods=["GET"]),
        Route("/pages/cnaught/checkout/{id}", checkout.show_session, methods=["GET"]),
        Route("/pages/cnaught/checkout/{id}/pay", checkout.pay_session, methods=["POST"]),
        Route("/pages/cnaught/checkout/{id}/cancel", checkout.cancel_session, methods=["POST"]),
        Route("/pages/cnaught/orders/{id}", certificate.show_certificate, methods=["GET"]),
        Route("/pages/cnaught/orders/{id}/certificate.pdf", certificate.download_certificate, methods=["GET"]),
        Route("/pages/cnaught/impact/{account}", impact.show_impact, methods=["GET"]),
        Route("/pages/cnaught/impact/{account}/{subaccount}", impact.show_impact, methods=["GET"]),
        Route("/pages/oneclickimpact/customers/{id}", tracking.show_customer, methods=["GET"]),
        Route("/pages/oneclickimpact/track/{id}", tracking.show_impact, methods=["GET"]),
        Route("/pages/thallo/retirements/{id}", retirement.show_retirement, methods=["GET"]),
        Route("/pages/thallo/retirements/{id}/certificate.pdf", retirement.download_certificate, methods=["GET"]),
    ]
)


def answer(request: WholeRequest, space: Space, prefix: str) -> Response:
    """Return the page that a request of a space names, or one that explains what is wrong."""
    visit = Visit(request, space, prefix)
    try:
        response: Response = ROUTES.endpoint(request.scope)(visit)
        return response
    except HTTPException as error:
        return _refusal(visit, error)


def _refusal(visit: Visit, error: HTTPException) -> Response:
    detail = error.detail
    if error.status_code == 405:
        detail = f"This page does not accept {visit.request.method}."
    elif detail == phrase(error.status_code):
        detail = "There is no such page in this space."
    content = h("section", h("h1", phrase(error.status_code)), h("p", detail), class_="card message")
    response = document(visit, phrase(error.status_code), "the vendor", content, status=error.status_code)
    if error.status_code == 405:
        response.headers["Allow"] = ", ".join(ROUTES.allowed_methods(visit.request.scope))
    return response
