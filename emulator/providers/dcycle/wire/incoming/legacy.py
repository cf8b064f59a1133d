"""The legacy API: ``/api/v1``. Its header ``x-user-id`` is ignored: the key identifies the client."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from emulator.core.cached_property import cached_property
from emulator.providers.dcycle.backend.drafts import InvoiceFilter
from emulator.providers.dcycle.backend.drafts.legacy import LegacyFilter, LegacyNameFilter
from emulator.providers.dcycle.memory.invoices import InvoiceDraft, InvoiceShare, InvoiceTerms, InvoiceType
from emulator.providers.dcycle.memory.uploads import UploadTerms
from emulator.providers.dcycle.wire.incoming.fields import (
    Country,
    Day,
    Fraction,
    Id,
    Name,
    NonEmptyName,
    Quantity,
    Several,
)
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord, Page, Path, Query
from emulator.web.fields import QUERY_INTEGER, Text

Seconds = Annotated[int, Field(ge=0, le=253_402_300_799), QUERY_INTEGER]
SHARES_MAX = 100


def _condition(text: str) -> str:
    """Return ``field:value`` or ``field:operator:value``. A value with a colon needs an operator."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*:([^:]*|(eq|neq|in|nin|gt|gte|lt|lte):.*)", text, re.DOTALL):
        raise PydanticCustomError("filter_by", "Input should be field:value or field:operator:value")
    return text


Condition = Annotated[str, AfterValidator(_condition)]


class ConditionPage(Page):
    """A page of a list that ``filter_by`` narrows."""

    filter_by: Condition | None = None

    @cached_property
    def condition(self) -> LegacyFilter:
        return LegacyFilter(self.filter_by)


# --- invoices ---------------------------------------------------------------------------------------------------------


class FacilityShare(Body):
    organization_id: Id
    facility_id: Id
    percentage: Fraction
    company_name: Text | None = None
    facility_name: Text | None = None


class NewInvoice(NewRecord):
    """``POST /api/v1/invoices``"""

    type: InvoiceType
    base_quantity: Quantity
    unit_id: Id
    start_date: Day
    end_date: Day
    uploaded_by: Id
    facility_percentages: Annotated[Several[FacilityShare], Field(min_length=1, max_length=SHARES_MAX)]
    facility_id: Id | None = None
    invoice_id: Name | None = None
    supplier_id: Id | None = None
    facility_fuel_id: Id | None = None
    cups: Text | None = None
    file_url: Text | None = None
    custom_emission_factor_id: Id | None = None
    toc: Text | None = None

    def terms(self) -> InvoiceDraft:
        return InvoiceDraft(
            type=self.type,
            base_quantity=self.base_quantity,
            unit_id=self.unit_id,
            start_date=self.start_date,
            end_date=self.end_date,
            shares=tuple(
                InvoiceShare(share.organization_id, self._terms_at(share), share.percentage)
                for share in self.facility_percentages
            ),
            facility_fuel_id=self.facility_fuel_id,
            custom_emission_factor_id=self.custom_emission_factor_id,
            file_url=self.file_url,
            toc=self.toc,
        )

    def _terms_at(self, share: FacilityShare) -> InvoiceTerms:
        return InvoiceTerms(
            invoice_id=self.invoice_id,
            facility_id=share.facility_id,
            supplier_id=self.supplier_id,
            cups=self.cups,
            uploaded_by=self.uploaded_by,
        )


class LegacyFacilityPath(Path):
    facility_id: Id


def _at(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _day(seconds: int | None) -> date | None:
    at = _at(seconds)
    return None if at is None else at.date()


class LegacyInvoicePage(ConditionPage):
    """``GET /api/v1/invoices/casted/facility/{facility_id}``, whose dates are Unix seconds."""

    invoice_id: str | None = None
    start_date: Seconds | None = None
    end_date: Seconds | None = None
    filters: str | None = None

    @cached_property
    def filter(self) -> InvoiceFilter:
        types = tuple(name.strip() for name in (self.filters or "").split(",") if name.strip())
        since, until = _day(self.start_date), _day(self.end_date)
        return InvoiceFilter(types=types, since=since, until=until, number=self.invoice_id)


# --- facilities and vehicles ------------------------------------------------------------------------------------------


VehicleSort = Annotated[str, StringConstraints(pattern=r"^(name|license_plate|created_at):(asc|desc)$")]
FacilitySort = Annotated[str, StringConstraints(pattern=r"^(name|country|type|created_at):(asc|desc)$")]


def _sorted_by(order: str | None) -> tuple[str, ...]:
    """Return the member of an order ``field:asc`` or ``field:desc``, with a minus sign if it is descending."""
    if order is None:
        return ()
    member, _, direction = order.partition(":")
    name = "co2e_grams" if member == "co2e" else member
    return (f"-{name}" if direction == "desc" else name,)


class LegacyVehiclePage(ConditionPage):
    """``GET /api/v1/vehicles``, whose dates are Unix seconds of the creation."""

    start_date: Seconds | None = None
    end_date: Seconds | None = None
    sort_by: VehicleSort | None = None

    @cached_property
    def filter(self) -> LegacyNameFilter:
        return LegacyNameFilter(None, _at(self.start_date), _at(self.end_date))

    @cached_property
    def sort_members(self) -> tuple[str, ...]:
        return _sorted_by(self.sort_by)


class LegacyFacilityPage(ConditionPage):
    """``GET /api/v1/facilities``, whose dates are Unix seconds of the creation."""

    name: str | None = None
    start_date: Seconds | None = None
    end_date: Seconds | None = None
    sort_by: FacilitySort | None = None

    @cached_property
    def filter(self) -> LegacyNameFilter:
        return LegacyNameFilter(self.name, _at(self.start_date), _at(self.end_date))

    @cached_property
    def sort_members(self) -> tuple[str, ...]:
        return _sorted_by(self.sort_by)


# --- purchases, consumptions and uploads ------------------------------------------------------------------------------


PurchaseSort = Annotated[str, StringConstraints(pattern=r"^(purchase_date|quantity|co2e|sector|status):(asc|desc)$")]


class LegacyPurchasePage(ConditionPage):
    """``GET /api/v1/purchases``"""

    sort_by: PurchaseSort | None = None

    @cached_property
    def sort_members(self) -> tuple[str, ...]:
        return _sorted_by(self.sort_by)


class LegacyVehiclePath(Path):
    vehicle_id: Id


class LegacyConsumptionPage(ConditionPage):
    """``GET /api/v1/vehicle_consumptions/vehicle/{vehicle_id}``"""


class NewPurchaseUpload(Body):
    """``POST /api/v1/purchases/bulk/csv``"""

    file_name: NonEmptyName
    content_type: Name = "text/csv"

    def terms(self) -> UploadTerms:
        return UploadTerms("purchases", self.file_name, self.content_type)


class NewConsumptionUpload(Body):
    """``POST /api/v1/vehicle_consumptions/bulk/csv``"""

    file_name: NonEmptyName

    def terms(self) -> UploadTerms:
        return UploadTerms("vehicle_consumptions", self.file_name)


# --- references -------------------------------------------------------------------------------------------------------


class UnitsQuery(Query):
    """``GET /api/v1/units``"""

    type: str | None = None


class FuelsQuery(Query):
    """``GET /api/v1/facility_fuels``"""

    country: Country | None = None


class LowCodesQuery(Query):
    """``GET /api/v1/wastes/low_codes``"""

    region: str = "ES"
