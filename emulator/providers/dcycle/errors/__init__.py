"""Dcycle's refusals: a detail, and a code where the vendor has one (docs.dcycle.io).

* DcycleRefusal
  + InvalidDateRange               400
  + DateRangeTooLarge              400
  + InvalidTransportCombination    400
  + UnknownCustomGroup             400
  + InvalidApiKey                  401
    - InvalidApiKeyForOrganization, of transport routes
  + InvalidCredentials             401
  + Forbidden                      403
    - UnknownOrganization
  + FacilityOfOtherOrganization    403
  + LogisticHubOfOtherOrganization 403
  + NotFound                       404
    - OrganizationNotFound, of the lists of packages and of vehicle types
    - PurchaseNotFound
    - InvoiceNotFound
    - VehicleNotFound
    - VehicleConsumptionNotFound
    - FacilityNotFound
    - EmployeeNotFound
    - CommutingPeriodNotFound
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
    - ImportNotFound
    - KpiDatasetNotFound
    - CustomGroupNotFound
    - CustomFactorNotFound
    - UploadNotFound
    - ProjectNotFound
  + LogisticHubNameTaken           409
  + LogisticHubInUse               409
  + LogisticHubHasInvoice          409
  + FilterChanged                  409
  + ImportExpired                  409
  + ImportSubmitted                409
  + ImportNotMapped                409
  + ImportNotValidated             409
  + ImportHasErrors                409
  + ValidationFailed               422, with a list of problems, as FastAPI gives it
    - UnfitBody: HubWithoutFacility, DistanceUnknown, FilterRequired,
      CustomFactorTooLarge, ImportColumnUnknown, ImportCellUnknown
  + RateLimitExceeded              429, by a fault only
  + InternalError                  500, by a fault only
  + PlainStatus                    any other status, without a code
"""

from emulator.providers.dcycle.errors.access import (
    FacilityOfOtherOrganization,
    Forbidden,
    InvalidApiKey,
    InvalidApiKeyForOrganization,
    InvalidCredentials,
    LogisticHubOfOtherOrganization,
    UnknownOrganization,
)
from emulator.providers.dcycle.errors.not_found import (
    BusinessTravelNotFound,
    CommutingPeriodNotFound,
    CustomFactorNotFound,
    CustomGroupNotFound,
    EmployeeNotFound,
    FacilityNotFound,
    ImportNotFound,
    InvoiceNotFound,
    KpiDatasetNotFound,
    LogisticHubNotFound,
    LogisticsFuelNotFound,
    LogisticsRechargeNotFound,
    LogisticsRequestNotFound,
    NotFound,
    OrganizationNotFound,
    PackageNotFound,
    ProjectNotFound,
    PurchaseNotFound,
    TocNotFound,
    TransportRouteNotFound,
    UploadNotFound,
    VehicleConsumptionNotFound,
    VehicleNotFound,
    WasteNotFound,
    WasteWaterTreatmentNotFound,
)
from emulator.providers.dcycle.errors.refusal import DcycleRefusal
from emulator.providers.dcycle.errors.status import InternalError, PlainStatus, RateLimitExceeded
from emulator.providers.dcycle.errors.validation import (
    CustomFactorTooLarge,
    DateRangeTooLarge,
    DistanceUnknown,
    FilterChanged,
    FilterRequired,
    HubWithoutFacility,
    ImportCellUnknown,
    ImportColumnUnknown,
    ImportExpired,
    ImportHasErrors,
    ImportNotMapped,
    ImportNotValidated,
    ImportSubmitted,
    InvalidDateRange,
    InvalidTransportCombination,
    LogisticHubHasInvoice,
    LogisticHubInUse,
    LogisticHubNameTaken,
    UnfitBody,
    UnknownCustomGroup,
    ValidationFailed,
)

__all__ = [
    "BusinessTravelNotFound",
    "CommutingPeriodNotFound",
    "CustomFactorNotFound",
    "CustomFactorTooLarge",
    "CustomGroupNotFound",
    "DateRangeTooLarge",
    "DcycleRefusal",
    "DistanceUnknown",
    "EmployeeNotFound",
    "FacilityNotFound",
    "FacilityOfOtherOrganization",
    "FilterChanged",
    "FilterRequired",
    "Forbidden",
    "HubWithoutFacility",
    "ImportCellUnknown",
    "ImportColumnUnknown",
    "ImportExpired",
    "ImportHasErrors",
    "ImportNotFound",
    "ImportNotMapped",
    "ImportNotValidated",
    "ImportSubmitted",
    "InternalError",
    "InvalidApiKey",
    "InvalidApiKeyForOrganization",
    "InvalidCredentials",
    "InvalidDateRange",
    "InvalidTransportCombination",
    "InvoiceNotFound",
    "KpiDatasetNotFound",
    "LogisticHubHasInvoice",
    "LogisticHubInUse",
    "LogisticHubNameTaken",
    "LogisticHubNotFound",
    "LogisticHubOfOtherOrganization",
    "LogisticsFuelNotFound",
    "LogisticsRechargeNotFound",
    "LogisticsRequestNotFound",
    "NotFound",
    "OrganizationNotFound",
    "PackageNotFound",
    "PlainStatus",
    "ProjectNotFound",
    "PurchaseNotFound",
    "RateLimitExceeded",
    "TocNotFound",
    "TransportRouteNotFound",
    "UnfitBody",
    "UnknownCustomGroup",
    "UnknownOrganization",
    "UploadNotFound",
    "ValidationFailed",
    "VehicleConsumptionNotFound",
    "VehicleNotFound",
    "WasteNotFound",
    "WasteWaterTreatmentNotFound",
]
