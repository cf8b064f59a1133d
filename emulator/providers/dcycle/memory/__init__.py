"""What Dcycle remembers: organizations, keys and factors, the same in every space, and what was emitted, by what.

Masses of CO2e are whole grams, a thousandth of the vendor's kilogram and a millionth of its tonne, so sums and their
roundings are exact. What emits puts a record into the ledgers; some records stand alone.
"""

from emulator.providers.dcycle.memory.facilities import Facility, FacilityCategory, FacilityStatus
from emulator.providers.dcycle.memory.fixture import Catalogue, Fixture, Memory
from emulator.providers.dcycle.memory.invoices import INVOICE_SOURCES, Invoice, InvoiceStatus, InvoiceType
from emulator.providers.dcycle.memory.organizations import UUID, Key, Organization, Token, User
from emulator.providers.dcycle.memory.purchases import (
    ExpenseType,
    Purchase,
    PurchaseFactors,
    PurchaseStatus,
    PurchaseTerms,
    PurchaseType,
)
from emulator.providers.dcycle.memory.records import (
    CATEGORIES,
    GRAMS_PER_UNIT_MAX,
    QUANTITY_MAX,
    RECORD_DAYS_MAX,
    RECORD_GRAMS_MAX,
    SCOPES,
    Category,
    Record,
    Scope,
    Source,
)
from emulator.providers.dcycle.memory.vehicles import (
    Consumption,
    ConsumptionStatus,
    FuelUnit,
    MarketSegment,
    Ownership,
    UnknownVehicle,
    Vehicle,
    VehicleFuel,
    VehicleSize,
    VehicleStatus,
    VehicleType,
)

__all__ = [
    "CATEGORIES",
    "GRAMS_PER_UNIT_MAX",
    "INVOICE_SOURCES",
    "QUANTITY_MAX",
    "RECORD_DAYS_MAX",
    "RECORD_GRAMS_MAX",
    "SCOPES",
    "UUID",
    "Catalogue",
    "Category",
    "Consumption",
    "ConsumptionStatus",
    "ExpenseType",
    "Facility",
    "FacilityCategory",
    "FacilityStatus",
    "Fixture",
    "FuelUnit",
    "Invoice",
    "InvoiceStatus",
    "InvoiceType",
    "Key",
    "MarketSegment",
    "Memory",
    "Organization",
    "Ownership",
    "Purchase",
    "PurchaseFactors",
    "PurchaseStatus",
    "PurchaseTerms",
    "PurchaseType",
    "Record",
    "Scope",
    "Source",
    "Token",
    "UnknownVehicle",
    "User",
    "Vehicle",
    "VehicleFuel",
    "VehicleSize",
    "VehicleStatus",
    "VehicleType",
]
