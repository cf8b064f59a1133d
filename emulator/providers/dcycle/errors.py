"""Every refusal of Dcycle: a detail, and a code where the vendor has one (docs.dcycle.io).

* DcycleRefusal
  + InvalidDateRange               400
  + DateRangeTooLarge              400
  + InvalidTransportCombination    400
  + UnknownCustomGroup             400
  + InvalidApiKey                  401
  + InvalidCredentials             401
  + Forbidden                      403
  + FacilityOfOtherOrganization    403
  + LogisticHubOfOtherOrganization 403
  + NotFound                       404
    - PurchaseNotFound
    - InvoiceNotFound
    - VehicleNotFound
    - VehicleConsumptionNotFound
    - FacilityNotFound
    - EmployeeNotFound
    - BusinessTravelNotFound
    - LogisticsRequestNotFound
    - LogisticsRechargeNotFound
    - LogisticsFuelNotFound
    - TocNotFound
    - PackageNotFound
    - LogisticHubNotFound
    - WasteNotFound
    - WasteWaterTreatmentNotFound
    - TransportRouteNotFound
    - CustomGroupNotFound
    - CustomFactorNotFound
    - UploadNotFound
    - ProjectNotFound
  + LogisticHubNameTaken           409
  + LogisticHubInUse               409
  + LogisticHubHasInvoice          409
  + FilterChanged                  409
  + ValidationFailed               422, with a list of problems, as FastAPI gives it
    - UnfitBody: HubWithoutFacility, DistanceUnknown, FilterRequired,
      CustomFactorTooLarge
  + RateLimitExceeded              429, by a fault only
  + InternalError                  500, by a fault only
  + PlainStatus                    any other status, without a code
"""

from collections.abc import Mapping, Sequence

from emulator.core.errors import Refusal, phrase


class DcycleRefusal(Refusal):
    """``detail`` describes the refusal, ``code`` names it."""

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


class InvalidTransportCombination(DcycleRefusal):
    status = 400
    detail = "Invalid transport combination"
    code = "INVALID_TRANSPORT_COMBINATION"
    rule = "dcycle.transports.combination"


class UnknownCustomGroup(DcycleRefusal):
    """A factor is created in a group that does not exist: here the vendor answers 400."""

    status = 400
    detail = "Custom emission group not found"
    code = "INVALID_GROUP_ID"
    rule = "dcycle.factors.group-unknown"


class InvalidApiKey(DcycleRefusal):
    """The API key is missing or unknown: the vendor does not say which."""

    status = 401
    detail = "Invalid API key"
    code = "INVALID_API_KEY"

    def __init__(self, rule: str | None = None) -> None:
        self.rule = rule


class InvalidCredentials(DcycleRefusal):
    """The email address or the password is wrong: the vendor does not say which."""

    status = 401
    detail = "Invalid email or password"
    code = "INVALID_CREDENTIALS"
    rule = "dcycle.login.refused"


class Forbidden(DcycleRefusal):
    """The organization is out of the client's reach or does not exist: the vendor does not say which."""

    status = 403
    detail = "You don't have permission to access this organization"
    code = "FORBIDDEN"

    def __init__(self, rule: str | None = None) -> None:
        self.rule = rule


class FacilityOfOtherOrganization(DcycleRefusal):
    """The facility belongs to another organization. Here the vendor says so, without a code."""

    status = 403
    detail = "Facility doesn't belong to organization"
    rule = "dcycle.facilities.of-another"


class LogisticHubOfOtherOrganization(DcycleRefusal):
    """The hub belongs to another organization: without a code, too."""

    status = 403
    detail = "Logistic hub doesn't belong to organization"
    rule = "dcycle.hubs.of-another"


class LogisticHubNameTaken(DcycleRefusal):
    status = 409
    detail = "Logistic hub with this name already exists"
    rule = "dcycle.hubs.name-taken"


class LogisticHubInUse(DcycleRefusal):
    status = 409
    detail = "This logistic hub is in use by a logistic request"
    rule = "dcycle.hubs.in-use"


class LogisticHubHasInvoice(DcycleRefusal):
    status = 409
    detail = "This logistic hub has an invoice"
    rule = "dcycle.hubs.has-invoice"


class FilterChanged(DcycleRefusal):
    """The filters are not those of the list whose hash the client confirms."""

    status = 409
    detail = "The filters changed since the list was requested"
    code = "FILTER_HASH_MISMATCH"
    rule = "dcycle.filters.changed"


class NotFound(DcycleRefusal):
    """The organization has no such record. ``{id}`` in ``wording`` is replaced by the id of the request."""

    status = 404
    wording: str

    def __init__(self, id: str = "") -> None:
        self.detail = self.wording.format(id=id)


class PurchaseNotFound(NotFound):
    wording = "Purchase not found"
    code = "PURCHASE_NOT_FOUND"
    rule = "dcycle.purchases.unknown"


class InvoiceNotFound(NotFound):
    wording = "Invoice not found"
    code = "INVOICE_NOT_FOUND"
    rule = "dcycle.invoices.unknown"


class VehicleNotFound(NotFound):
    wording = "Vehicle with id=UUID('{id}') not found"
    code = "VEHICLE_NOT_FOUND"
    rule = "dcycle.vehicles.unknown"


class VehicleConsumptionNotFound(NotFound):
    wording = "VehicleConsumption with id=UUID('{id}') not found"
    code = "VEHICLE_CONSUMPTION_NOT_FOUND"
    rule = "dcycle.consumptions.unknown"


class FacilityNotFound(NotFound):
    """There is no such facility, or it was deleted."""

    wording = "Facility with id=UUID('{id}') not found"
    code = "NOT_FOUND"
    rule = "dcycle.facilities.unknown"


class EmployeeNotFound(NotFound):
    wording = "Employee with id=UUID('{id}') not found"
    code = "EMPLOYEE_NOT_FOUND"
    rule = "dcycle.employees.unknown"


class BusinessTravelNotFound(NotFound):
    """Here the vendor writes the id without ``UUID()``."""

    wording = "BusinessTravel with id={id} not found"
    code = "BUSINESS_TRAVEL_NOT_FOUND"
    rule = "dcycle.travels.unknown"


class LogisticsRequestNotFound(NotFound):
    wording = "Logistics request not found"
    code = "NOT_FOUND"
    rule = "dcycle.freight.unknown"


class LogisticsRechargeNotFound(NotFound):
    wording = "Logistics recharge not found"
    code = "NOT_FOUND"
    rule = "dcycle.recharges.unknown"


class LogisticsFuelNotFound(NotFound):
    wording = "Logistics fuel not found"
    code = "NOT_FOUND"
    rule = "dcycle.recharges.fuel-unknown"


class TocNotFound(NotFound):
    wording = "TOC not found"
    code = "NOT_FOUND"
    rule = "dcycle.freight.toc-unknown"


class PackageNotFound(NotFound):
    wording = "Package not found"
    code = "NOT_FOUND"
    rule = "dcycle.packages.unknown"


class LogisticHubNotFound(NotFound):
    wording = "LogisticHUB with id=UUID('{id}') not found"
    code = "NOT_FOUND"
    rule = "dcycle.hubs.unknown"


class WasteNotFound(NotFound):
    wording = "Waste with id={id} not found"
    code = "WASTE_NOT_FOUND"
    rule = "dcycle.wastes.unknown"


class WasteWaterTreatmentNotFound(NotFound):
    wording = "WasteWaterTreatment with id={id} not found"
    code = "WASTE_WATER_TREATMENT_NOT_FOUND"
    rule = "dcycle.water.unknown"


class TransportRouteNotFound(NotFound):
    wording = "TransportRoute with id={id} not found"
    code = "TRANSPORT_ROUTE_NOT_FOUND"
    rule = "dcycle.transports.unknown"


class CustomGroupNotFound(NotFound):
    wording = "Custom emission group not found"
    code = "CUSTOM_EMISSION_GROUP_NOT_FOUND"
    rule = "dcycle.groups.unknown"


class CustomFactorNotFound(NotFound):
    wording = "Custom emission factor not found"
    code = "CUSTOM_EMISSION_FACTOR_NOT_FOUND"
    rule = "dcycle.factors.unknown"


class UploadNotFound(NotFound):
    wording = "File not found"
    code = "FILE_NOT_FOUND"
    rule = "dcycle.uploads.unknown"


class ProjectNotFound(NotFound):
    """Here the vendor prints no code."""

    wording = "Project not found"
    rule = "dcycle.projects.unknown"


class ValidationFailed(DcycleRefusal):
    """Every problem of the path, the query, the headers and the body."""

    status = 422
    rule = "dcycle.validation.form"

    def __init__(self, problems: Sequence[Mapping[str, object]]) -> None:
        self.problems = problems

    def body(self) -> dict[str, object]:
        return {"detail": self.problems}


class UnfitBody(ValidationFailed):
    """Members of a body that contradict each other, which only the rules detect."""

    problem: str

    def __init__(self) -> None:
        self.detail = self.problem
        message = f"Value error, {self.problem}"
        super().__init__([{"type": "value_error", "loc": ["body"], "msg": message, "input": None}])


class HubWithoutFacility(UnfitBody):
    problem = "facility_id or address is required for an owned hub"
    rule = "dcycle.hubs.owned-somewhere"


class DistanceUnknown(UnfitBody):
    problem = "the distance between origin and destination is not known; send distance_km"
    rule = "dcycle.freight.places"


class FilterRequired(UnfitBody):
    problem = "at least one filter is required"
    rule = "dcycle.filters.required"


class CustomFactorTooLarge(UnfitBody):
    problem = "the gases of a factor cause at most 1000 kg of CO2e a unit"
    rule = "dcycle.factors.limit"


class RateLimitExceeded(DcycleRefusal):
    """Raised by a fault only: the vendor publishes no limit, and no time to wait."""

    status = 429
    detail = "Rate limit exceeded"
    code = "RATE_LIMIT_EXCEEDED"
    rule = "dcycle.fault.rate-limit"
    headers = {"Retry-After": "60"}


class InternalError(DcycleRefusal):
    """Raised by a fault only."""

    status = 500
    detail = "Internal server error"
    code = "INTERNAL_ERROR"
    rule = "dcycle.fault.server"


class PlainStatus(DcycleRefusal):
    """A bare HTTP status, worded as FastAPI does: an unknown path, a wrong method, or the status of a fault."""

    def __init__(self, status: int, detail: str | None = None) -> None:
        self.status = status
        self.detail = detail or phrase(status)
        self.rule = RULES.get(status)


RULES = {404: "dcycle.path.unknown", 405: "dcycle.path.wrong-method"}
"""The rules of bare statuses."""
