"""What Dcycle remembers: organizations, keys and factors, the same in every space, and what was emitted, by what.

Masses of CO2e are whole grams, a thousandth of the vendor's kilogram and a millionth of its tonne, so sums and their
roundings are exact. What emits puts a record into the ledgers; some records stand alone.
"""

from emulator.providers.dcycle.memory.fixture import Catalogue, Fixture, Memory
from emulator.providers.dcycle.memory.invoices import INVOICE_SOURCES, Invoice, InvoiceStatus, InvoiceType
from emulator.providers.dcycle.memory.organizations import UUID, Key, Organization, Token, User
from emulator.providers.dcycle.memory.purchases import (
    GRAMS_PER_UNIT_MAX,
    QUANTITY_MAX,
    ExpenseType,
    Purchase,
    PurchaseFactors,
    PurchaseStatus,
    PurchaseTerms,
    PurchaseType,
)
from emulator.providers.dcycle.memory.records import (
    CATEGORIES,
    RECORD_DAYS_MAX,
    RECORD_GRAMS_MAX,
    SCOPES,
    Category,
    Record,
    Scope,
    Source,
)
from emulator.providers.dcycle.memory.vehicles import FuelUnit, UnknownVehicle, VehicleFuel

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
    "ExpenseType",
    "Fixture",
    "FuelUnit",
    "Invoice",
    "InvoiceStatus",
    "InvoiceType",
    "Key",
    "Memory",
    "Organization",
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
    "VehicleFuel",
]
