"""Uploads of records as CSV files (docs.dcycle.io, legacy Bulk Upload pages)."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any, TypeAlias

from emulator.core.struct import replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.purchases import Purchases
from emulator.providers.dcycle.backend.records import Records
from emulator.providers.dcycle.backend.vehicles import Consumptions, Vehicles
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.fields import QUANTITY_MAX
from emulator.providers.dcycle.memory.purchases import PurchaseTerms
from emulator.providers.dcycle.memory.uploads import Upload, UploadKind, UploadTerms
from emulator.providers.dcycle.memory.vehicles import ConsumptionTerms

NAME_LENGTH_MAX = 255
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
NUMBER = r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][-+]?[0-9]{1,3})?"

Create: TypeAlias = Callable[[Organization, Upload, Mapping[str, str]], None]
"""Creates the record of a row. Raises ValueError or KeyError."""


class Uploads(Records[Upload, UploadTerms]):
    """The uploads of every organization in one space."""

    kind = Upload
    id_kind = "dcycle.upload"
    not_found = errors.UploadNotFound

    def __init__(self, context: Context, purchases: Purchases, vehicles: Vehicles, consumptions: Consumptions) -> None:
        super().__init__(context, context.memory.uploads)
        self._purchases = purchases
        self._vehicles = vehicles
        self._consumptions = consumptions
        self._create: Mapping[UploadKind, Create] = {
            "purchases": self._purchase,
            "vehicle_consumptions": self._consumption,
        }
        self._organizations = {found.id: found for found in context.catalogue.organizations()}
        self._currencies = {unit.id: unit.currency for unit in context.catalogue.units if unit.currency}

    def put_content(self, id: str, content: str) -> Upload:
        """Turn the rows of a file into records; rows with mistakes are left out. Raises UploadNotFound.

        A file that is put again replaces the earlier one: clients repeat a PUT whose reply they did not get.
        No page prints the columns of files of transport routes and of freight, so all of their rows are left out.
        """
        upload = self.records.get(id)
        if upload is None:
            raise self.not_found(id)

        organization = self._organizations[upload.organization_id]
        self._forget(organization, upload)
        create = self._create.get(upload.terms.kind)
        results = [_succeeds(create, organization, upload, row) for row in _rows(content)] if create else []
        return self.put(replace(upload, updated_at=self.clock.now, rows=(sum(results), len(results) - sum(results))))

    def _forget(self, organization: Organization, upload: Upload) -> None:
        """Delete the records that an earlier file of an upload became."""
        kinds: tuple[Records[Any, Any], ...] = self._purchases, self._consumptions
        for records in kinds if upload.rows else ():
            for record in [found for found in records.find(organization) if found.terms.file_id == upload.id]:
                records.remove(record)

    def _purchase(self, organization: Organization, upload: Upload, row: Mapping[str, str]) -> None:
        """Create the purchase of a row. Raises ValueError, KeyError."""
        terms = PurchaseTerms(
            product_name=_text(row, "product_name"),
            sector=_text(row, "sector"),
            country=_country(row),
            quantity=_quantity(row),
            unit_id=self._currencies.get(row["unit_id"].lower(), _text(row, "unit_id")),
            purchase_date=_day(row, "purchase_date"),
            file_id=upload.id,
            file_name=upload.terms.file_name,
        )
        self._purchases.create(organization, terms)

    def _consumption(self, organization: Organization, upload: Upload, row: Mapping[str, str]) -> None:
        """Create the consumption of a row. Raises ValueError, KeyError."""
        vehicle_id = row["vehicle_id"].lower()
        if not self._vehicles.has(organization, vehicle_id):
            raise ValueError(f"no vehicle has the id {vehicle_id!r}")
        terms = ConsumptionTerms(
            vehicle_id=vehicle_id,
            quantity=_quantity(row),
            unit_id=_text(row, "unit_id").lower(),
            start_date=_day(row, "start_date"),
            end_date=_day(row, "end_date"),
            status="active",
            custom_id=row.get("custom_id") or None,
            file_id=upload.id,
        )
        vehicle = self._vehicles.get(organization, vehicle_id)
        self._vehicles.consume(organization, vehicle, terms)


def _rows(content: str) -> Iterator[Mapping[str, str]]:
    """Yield the rows of a file, up to one that is not CSV: the reader accepts fields of at most 128 KiB.

    A row has the columns that it has cells for.
    """
    rows = csv.reader(StringIO(content))
    try:
        header = [name.strip() for name in next(rows, [])]
        for row in rows:
            if row:
                yield dict(zip(header, map(str.strip, row), strict=False))
    except csv.Error:
        return


def _succeeds(
    create: Create,
    organization: Organization,
    upload: Upload,
    row: Mapping[str, str],
) -> bool:
    try:
        create(organization, upload, row)
    except (ValueError, KeyError):
        return False
    return True


def _text(row: Mapping[str, str], name: str) -> str:
    """Return a value that a row must have. Raises ValueError, and KeyError without the column."""
    if not 0 < len(row[name]) <= NAME_LENGTH_MAX or "\x00" in row[name]:
        raise ValueError(f"{name} is empty or too long")
    return row[name]


def _country(row: Mapping[str, str]) -> str:
    country = row["country"]
    if not (len(country) == len("ES") and country.isascii() and country.isalpha() and country.isupper()):
        raise ValueError("country is not a code of two letters")
    return country


def _day(row: Mapping[str, str], name: str) -> date:
    """Return a day, written YYYY-MM-DD as in JSON: Python would also read weeks and bare digits. Raises ValueError."""
    if not re.fullmatch(DAY, row[name]):
        raise ValueError(f"{name} is not a day")
    return date.fromisoformat(row[name])


def _quantity(row: Mapping[str, str]) -> float:
    """Return a number, written as in JSON: Python would also read other digits and underscores. Raises ValueError."""
    if not re.fullmatch(NUMBER, row["quantity"]):
        raise ValueError("quantity is not a number")
    quantity = Decimal(row["quantity"])
    if not 0 <= quantity <= QUANTITY_MAX:
        raise ValueError("quantity is out of bounds")
    return float(quantity)
