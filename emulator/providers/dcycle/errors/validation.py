"""Refusals of what does not fit: 400, 409 and 422."""

from collections.abc import Mapping, Sequence

from emulator.providers.dcycle.errors.refusal import DcycleRefusal


class InvalidDateRange(DcycleRefusal):
    status = 400
    detail = "start_date must be before or equal to end_date"
    code = "INVALID_DATE_RANGE"

    def __init__(self, rule: str = "dcycle.dates.not-reversed") -> None:
        self.rule = rule


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


class ImportColumnUnknown(UnfitBody):
    problem = "mapping must lead from columns of the file to columns of the template, each once"
    rule = "dcycle.imports.mapping"


class ImportCellUnknown(UnfitBody):
    problem = "corrections must name a row of the file and a mapped column of the template"
    rule = "dcycle.imports.corrections"


class ImportExpired(DcycleRefusal):
    status = 409
    detail = "Import session has expired"
    code = "IMPORT_EXPIRED"
    rule = "dcycle.imports.expired"


class ImportSubmitted(DcycleRefusal):
    status = 409
    detail = "Import session was already submitted"
    code = "IMPORT_SUBMITTED"
    rule = "dcycle.imports.submitted"


class ImportNotMapped(DcycleRefusal):
    status = 409
    detail = "Import session has no mapping"
    code = "IMPORT_NOT_MAPPED"
    rule = "dcycle.imports.stages"


class ImportNotValidated(DcycleRefusal):
    status = 409
    detail = "Import session was not validated"
    code = "IMPORT_NOT_VALIDATED"
    rule = "dcycle.imports.stages"


class ImportHasErrors(DcycleRefusal):
    status = 409
    detail = "Import session has rows with errors"
    code = "IMPORT_HAS_ERRORS"
    rule = "dcycle.imports.errors"


class FilterRequired(UnfitBody):
    problem = "at least one filter is required"
    rule = "dcycle.filters.required"


class CustomFactorTooLarge(UnfitBody):
    problem = "the gases of a factor cause at most 1000 kg of CO2e a unit"
    rule = "dcycle.factors.limit"
