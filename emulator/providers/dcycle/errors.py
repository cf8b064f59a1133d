"""Every way Dcycle says no: a detail, and a code where the vendor has one (docs.dcycle.io).

* DcycleRefusal
  + InvalidDateRange            400
  + DateRangeTooLarge           400
  + InvalidApiKey               401
  + InvalidCredentials          401
  + Forbidden                   403
  + PurchaseNotFound            404
  + InvoiceNotFound             404
  + VehicleNotFound             404
  + VehicleConsumptionNotFound  404
  + FacilityNotFound            404
  + FacilityOfAnother           403
  + ValidationFailed            422, with a list of what is wrong, as FastAPI gives it
  + RateLimitExceeded           429
  + InternalError               500
  + PlainStatus                 any other status, without a code
"""

from collections.abc import Sequence
from decimal import Decimal
from math import isfinite

from emulator.core.errors import Malformed, Problem, Refusal, phrase
from emulator.core.secrets import SECRET_MEMBERS


class DcycleRefusal(Refusal):
    """``detail`` says what is wrong, ``code`` names it."""

    detail: str
    code: str | None = None

    def body(self) -> dict[str, object]:
        document: dict[str, object] = {"detail": self.detail}
        if self.code is not None:
            document["code"] = self.code
        return document


class InvalidDateRange(DcycleRefusal):
    status = 400
    detail = "start_date must be before or equal to end_date"
    code = "INVALID_DATE_RANGE"
    rule = "dcycle.dates.not-reversed"


class DateRangeTooLarge(DcycleRefusal):
    status = 400
    detail = "Date range cannot exceed 730 days"
    code = "DATE_RANGE_TOO_LARGE"
    rule = "dcycle.dates.limit-730"


class InvalidApiKey(DcycleRefusal):
    """No API key, or one that nobody has: the vendor does not say which."""

    status = 401
    detail = "Invalid API key"
    code = "INVALID_API_KEY"

    def __init__(self, rule: str | None = None) -> None:
        self.rule = rule


class InvalidCredentials(DcycleRefusal):
    """No user has this address and this password: not told which."""

    status = 401
    detail = "Invalid email or password"
    code = "INVALID_CREDENTIALS"
    rule = "dcycle.login.refused"


class Forbidden(DcycleRefusal):
    """The key does not reach this organization, or there is no such organization: the vendor does not say which."""

    status = 403
    detail = "You don't have permission to access this organization"
    code = "FORBIDDEN"

    def __init__(self, rule: str | None = None) -> None:
        self.rule = rule


class PurchaseNotFound(DcycleRefusal):
    """There is no such purchase, or it is another organization's."""

    status = 404
    detail = "Purchase not found"
    code = "PURCHASE_NOT_FOUND"
    rule = "dcycle.purchases.unknown"


class InvoiceNotFound(DcycleRefusal):
    """There is no such invoice, or it is another organization's."""

    status = 404
    detail = "Invoice not found"
    code = "INVOICE_NOT_FOUND"
    rule = "dcycle.invoices.unknown"


class VehicleNotFound(DcycleRefusal):
    """There is no such vehicle, or it is another organization's."""

    status = 404
    code = "VEHICLE_NOT_FOUND"
    rule = "dcycle.vehicles.unknown"

    def __init__(self, vehicle_id: str) -> None:
        self.detail = f"Vehicle with id=UUID('{vehicle_id}') not found"


class VehicleConsumptionNotFound(DcycleRefusal):
    """There is no such consumption of a vehicle, or it is another organization's."""

    status = 404
    code = "VEHICLE_CONSUMPTION_NOT_FOUND"
    rule = "dcycle.consumptions.unknown"

    def __init__(self, consumption_id: str) -> None:
        self.detail = f"VehicleConsumption with id=UUID('{consumption_id}') not found"


class FacilityNotFound(DcycleRefusal):
    """There is no such facility, or it was deleted."""

    status = 404
    code = "NOT_FOUND"
    rule = "dcycle.facilities.unknown"

    def __init__(self, facility_id: str) -> None:
        self.detail = f"Facility with id=UUID('{facility_id}') not found"


class FacilityOfAnother(DcycleRefusal):
    """The facility is another organization's, which the vendor tells apart from none, and without a code."""

    status = 403
    detail = "Facility doesn't belong to organization"
    rule = "dcycle.facilities.of-another"


class ValidationFailed(DcycleRefusal):
    """Everything that is wrong with the path, the query, the headers and the body."""

    status = 422
    rule = "dcycle.validation.form"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems

    def body(self) -> dict[str, object]:
        return {"detail": [_element(problem) for problem in self.problems]}


class RateLimitExceeded(DcycleRefusal):
    """Only a fault brings it about: the vendor publishes no limit, and no time to wait."""

    status = 429
    detail = "Rate limit exceeded"
    code = "RATE_LIMIT_EXCEEDED"
    rule = "dcycle.fault.rate-limit"
    headers = {"Retry-After": "60"}


class InternalError(DcycleRefusal):
    """Only a fault brings it about."""

    status = 500
    detail = "Internal server error"
    code = "INTERNAL_ERROR"
    rule = "dcycle.fault.server"


class PlainStatus(DcycleRefusal):
    """A bare HTTP status, worded as FastAPI does: unknown path, wrong method, or one that a fault asked for."""

    def __init__(self, status: int, detail: str | None = None) -> None:
        self.status = status
        self.detail = detail or phrase(status)


def http_refusal(status: int, detail: str | None = None) -> DcycleRefusal:
    """The refusal for a bare status."""
    match status:
        case 400:
            return InvalidDateRange()
        case 401:
            return InvalidApiKey()
        case 403:
            return Forbidden()
        case 422:
            return ValidationFailed([Problem(("query", "start_date"), "missing", "Field required")])
        case 429:
            return RateLimitExceeded()
        case 500:
            return InternalError()
        case _:
            return PlainStatus(status, detail)


def schema_refusal(request: Malformed) -> ValidationFailed:
    """The refusal for a request that breaks the schema: one element for each problem."""
    return ValidationFailed(request.problems)


def _element(problem: Problem) -> dict[str, object]:
    """A problem as pydantic gives it, save that what is secret, long, or holds more is not repeated."""
    element = {
        "type": problem.kind,
        "loc": problem.place,
        "msg": problem.message,
        "input": problem.sent if _may_be_repeated(problem) else None,
    }
    return {**element, "ctx": problem.limits} if problem.limits else element


def _may_be_repeated(problem: Problem) -> bool:
    return problem.kind != "missing" and SECRET_MEMBERS.isdisjoint(problem.place) and _is_short(problem.sent)


def _is_short(sent: object) -> bool:
    """Whether it is a text, a truth value, or a number of at most 64 bits."""
    if isinstance(sent, Decimal):
        return isfinite(float(sent))
    return isinstance(sent, str | float) or (isinstance(sent, int) and -(2**63) <= sent < 2**63)
