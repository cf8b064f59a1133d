"""Refusals for records that the organization does not have: 404."""

from emulator.providers.dcycle.errors.refusal import DcycleRefusal


class NotFound(DcycleRefusal):
    """The organization has no such record. ``{id}`` in ``wording`` is replaced by the id of the request."""

    status = 404
    wording: str

    def __init__(self, id: str = "") -> None:
        self.detail = self.wording.format(id=id)


class OrganizationNotFound(NotFound):
    """There is no such organization, on the pages that say so with 404; on all others it is UnknownOrganization."""

    wording = "Organization not found"
    code = "NOT_FOUND"
    rule = "dcycle.organization.not-found"


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


class CommutingPeriodNotFound(NotFound):
    wording = "EmployeeHistoric with id=UUID('{id}') not found"
    code = "EMPLOYEE_HISTORIC_NOT_FOUND"
    rule = "dcycle.commuting.unknown"


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


class ImportNotFound(NotFound):
    wording = "Import session not found"
    code = "IMPORT_NOT_FOUND"
    rule = "dcycle.imports.unknown"


class KpiDatasetNotFound(NotFound):
    wording = "CustomKpiDataset with id={id} not found"
    code = "CUSTOM_KPI_DATASET_NOT_FOUND"
    rule = "dcycle.kpis.dataset-unknown"


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
