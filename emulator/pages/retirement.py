"""Thallo's certificate of a retirement, as a page and as a PDF file."""

from decimal import Decimal

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.pages.diploma import Diploma, Line, diploma_file, diploma_page
from emulator.pages.formats import day, mass, mass_text
from emulator.pages.page import Visit, document
from emulator.providers.thallo.backend import Thallo
from emulator.providers.thallo.backend.retirements import Retirement

GRAMS_PER_KG = 1000
REMARKS = {
    "OPEN": "The request is open until its month ends. Nothing is retired yet.",
    "CLOSED": "The request is closed and waits for its invoices. Nothing is retired yet.",
    "IN_PROGRESS": "The registry is retiring the credits.",
    "COMPLETE": "The credits are retired and cannot be sold again.",
    "NOTHING_TO_PROCESS": "The month ended with less than a tonne, which the next month takes over.",
}


def show_retirement(visit: Visit) -> Response:
    thallo, retirement = _retirement(visit)
    complete = retirement.status == "COMPLETE"
    file = visit.path("thallo", "retirements", retirement.request.id, "certificate.pdf") if complete else None
    return document(visit, "Retirement", "Thallo", diploma_page(_diploma(thallo, retirement), file))


def download_certificate(visit: Visit) -> Response:
    thallo, retirement = _retirement(visit)
    if retirement.status != "COMPLETE":
        raise HTTPException(409, "This retirement is not complete, so it has no certificate yet.")
    return diploma_file(_diploma(thallo, retirement), "Thallo")


def _retirement(visit: Visit) -> tuple[Thallo, Retirement]:
    """Return the retirement that the path names. Raises HTTPException."""
    thallo: Thallo = visit.backend("thallo")
    request = thallo.memory.retirement_requests.get(visit.params["id"])
    if request is None:
        raise HTTPException(404, "There is no such retirement in this space.")
    return thallo, thallo.retirements.get(request.tenant_id, request.id)


def _diploma(thallo: Thallo, retirement: Retirement) -> Diploma:
    request = retirement.request
    vintage = thallo.catalogue.vintages[request.vintage_id]
    project = thallo.catalogue.projects[vintage.project_id]
    kilograms = Decimal(retirement.quantity_grams) / GRAMS_PER_KG
    amount, unit = mass(kilograms)
    serials = retirement.proof.serial_numbers if retirement.proof else ()
    names = dict.fromkeys((item.customer or retirement.company).name for item in request.items)
    return Diploma(
        title="Proof of retirement",
        holder=", ".join(names) or retirement.company.name,
        amount=amount,
        unit=f"{unit} of CO₂e",
        remark=REMARKS[retirement.status],
        facts=(
            ("Retirement", request.id),
            ("Requested", day(request.created_at)),
            ("Retired", day(retirement.retired_at) if retirement.retired_at else "not yet"),
            ("Vintage", str(vintage.year)),
        ),
        lines=tuple(
            Line(project.name, project.location, mass_text(kilograms) if index == 0 else "", serial)
            for index, serial in enumerate(serials)
        ),
        file_name=f"retirement-{request.id}",
        at=request.created_at,
    )
