"""CNaught's certificate of an order, as a page and as a PDF file."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.pages import portfolio
from emulator.pages.diploma import Diploma, Line, diploma_file, diploma_page
from emulator.pages.formats import day, mass, mass_text
from emulator.pages.page import Visit, document
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.memory.records import Order
from emulator.providers.cnaught.wire import outgoing

REMARKS = {
    "placed": "The credits are reserved. They are retired when the order is fulfilled.",
    "fulfilled": "The credits below are retired in this name and cannot be sold again.",
}


def show_certificate(visit: Visit) -> Response:
    cnaught, order = _order(visit)
    file = visit.path("cnaught", "orders", order.id, "certificate.pdf")
    return document(visit, "Certificate", "CNaught", diploma_page(_diploma(cnaught, order), file))


def download_certificate(visit: Visit) -> Response:
    return diploma_file(_diploma(*_order(visit)), "CNaught")


def _order(visit: Visit) -> tuple[CNaught, Order]:
    """Return the order that the path names. Raises HTTPException."""
    cnaught: CNaught = visit.backend("cnaught")
    order = cnaught.memory.orders.get(visit.params["id"])
    if order is None:
        raise HTTPException(404, "There is no such order in this space.")
    if order.state(cnaught.clock.now) == "cancelled":
        raise HTTPException(410, "This order was canceled, so it has no certificate.")
    return cnaught, order


def _diploma(cnaught: CNaught, order: Order) -> Diploma:
    state = order.state(cnaught.clock.now)
    amount, unit = mass(order.amount_kg)
    retired_on = order.fulfils_on if state == "fulfilled" else None
    projects = cnaught.catalogue.projects
    allocations = cnaught.orders.allocations(order, state).items()
    return Diploma(
        title="Carbon offset certificate",
        holder=portfolio.holder(cnaught, order),
        amount=amount,
        unit=f"{unit} of CO₂e",
        remark=REMARKS[state],
        facts=(
            ("Order", order.number),
            ("Ordered", day(order.created_on)),
            ("Retired", day(retired_on) if retired_on else "not yet"),
            ("Portfolio", cnaught.catalogue.portfolios[order.portfolio_id].name),
        ),
        lines=tuple(
            Line(
                projects[project].name,
                projects[project].location_name or "",
                mass_text(amount_kg),
                outgoing.serial_number(order, n),
            )
            for n, ((_, project), amount_kg) in enumerate(allocations, start=1)
        ),
        file_name=f"certificate-{order.id}",
        at=order.created_on,
    )
