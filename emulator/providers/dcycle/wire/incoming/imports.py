"""Imports: ``/v2/imports``."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError, PydanticKnownError

from emulator.core.documents import FrozenMapping
from emulator.core.errors import Malformed
from emulator.providers.dcycle.backend.drafts.imports import Correction, ImportFilter, ImportRow
from emulator.providers.dcycle.memory.freight import FreightTerms
from emulator.providers.dcycle.memory.imports import ImportStatus, ImportTerms, TemplateId
from emulator.providers.dcycle.wire.incoming.bulk import RECORDS_MAX
from emulator.providers.dcycle.wire.incoming.fields import (
    NO_NULL,
    Id,
    JsonBoolean,
    Name,
    PageNumber,
    Several,
    UploadFile,
)
from emulator.providers.dcycle.wire.incoming.freight import NewFreightRequest
from emulator.providers.dcycle.wire.incoming.parts import Body, Form, Page, Path, Query
from emulator.web.fields import JSON_INTEGER, QUERY_INTEGER
from emulator.web.forms import FormFile
from emulator.web.reading import read

COLUMNS = tuple(NewFreightRequest.model_fields)
"""The columns of the only template that the vendor names: the members of the record that a row becomes."""

CATEGORY_COLUMNS = ("load_unit", "category")
NUMBERS = frozenset({"distance_km", "load", "load_factor", "tkm", "year"})
BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
COMMA_LANGUAGES = frozenset({"ca", "de", "es", "fr", "it", "nl", "pt"})
"""Languages that write a comma before the fraction of a number."""

DIGITS_MAX = 30
DIGITS = f"[0-9]{{1,{DIGITS_MAX}}}"
COLUMNS_MAX = 200
CORRECTIONS_MAX = 500
FILE_NAME = r"^[^\x00]+\.csv$"


class TableFile(FormFile, frozen=True):
    """A file with the columns and rows that were read from it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _table(file: FormFile) -> TableFile:
    """Return the table of a CSV file: the emulator reads no workbooks."""
    if not re.match(FILE_NAME, file.name):
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": FILE_NAME})
    header, *rows = _parsed(file.content)
    if not header or len(header) > COLUMNS_MAX or len(rows) > RECORDS_MAX:
        limits = f"a header of 1 to {COLUMNS_MAX} columns and at most {RECORDS_MAX} rows"
        raise PydanticCustomError("table", "The file must have {limits}", {"limits": limits})
    return TableFile(file.name, file.media_type, file.content, header, tuple(rows))


def _parsed(content: bytes) -> list[tuple[str, ...]]:
    """Return the header and the rows of a file, as long as the header; the separator is a comma, semicolon or tab.

    A header that is too long comes alone, and of too many rows only one more than is allowed.
    """
    text = content.decode("utf-8-sig", "replace").replace("\x00", "")
    head = text.partition("\n")[0]
    reader = csv.reader(StringIO(text), delimiter=max(",;\t", key=head.count))
    header = tuple(name.strip() for name in next(reader, []))
    if len(header) > COLUMNS_MAX:  # each row would be made as long
        return [header]
    rows = islice((row for row in _readable(reader) if any(row)), RECORDS_MAX + 1)
    return [header, *(tuple((row + [""] * len(header))[: len(header)]) for row in rows)]


def _readable(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield rows, up to one that is not CSV: the reader accepts fields of at most 128 KiB."""
    try:
        for row in reader:
            yield [cell.strip() for cell in row]
    except csv.Error:
        return


class ImportForm(Form):
    """``POST /v2/imports/sessions``"""

    template_id: TemplateId
    upload_file: Annotated[UploadFile, AfterValidator(_table)]
    numeric_locale: Name | None = None
    date_locale: Name | None = None
    sheet_name: Name | None = None
    project_id: Id | None = None
    folder_id: Id | None = None
    raw_file_id: Id | None = None

    def terms(self, user_id: str | None) -> ImportTerms:
        assert isinstance(self.upload_file, TableFile)
        return ImportTerms(
            self.template_id,
            self.upload_file.name,
            self.upload_file.columns,
            self.upload_file.rows,
            self.numeric_locale,
            self.sheet_name,
            self.project_id,
            self.folder_id,
            user_id,
        )


class ImportPath(Path):
    import_id: Id


class ImportPage(Page):
    """``GET /v2/imports/sessions``"""

    status: ImportStatus | None = None
    template_id: str | None = None
    user_id: Id | None = None
    include_expired: bool = False

    def filter(self, now: datetime) -> ImportFilter:
        return ImportFilter(self.status, self.template_id, self.user_id, self.include_expired, now)


class RowsQuery(Query):
    """A page of the rows of a session."""

    page: PageNumber = 1
    page_size: Annotated[int, Field(ge=1, le=500), QUERY_INTEGER] = 50
    errors_only: bool = False


Columns = Annotated[FrozenMapping[str, str], Field(max_length=COLUMNS_MAX)]


class NewMapping(Body):
    """``POST /v2/imports/{import_id}/mapping``, ``/unique-values`` and ``/validate``"""

    mapping: Columns
    value_mappings: FrozenMapping[str, FrozenMapping[str, str]] | None = None


Cell = Annotated[str, StringConstraints(max_length=1000, pattern=NO_NULL)]


class NewCorrection(Body):
    row_index: Annotated[int, Field(ge=0, le=RECORDS_MAX), JSON_INTEGER]
    column: Cell
    value: Cell | JsonBoolean | Decimal | None

    def correction(self, locale: str | None) -> Correction:
        """Return the correction, with a number written as a cell of a table in this locale has it."""
        return Correction(self.row_index, self.column, _cell(self.value, locale))


class NewCorrections(Body):
    """``PATCH /v2/imports/{import_id}/rows``"""

    corrections: Annotated[Several[NewCorrection], Field(max_length=CORRECTIONS_MAX)]


class Submission(Body):
    """``POST /v2/imports/{import_id}/submit``"""

    ignore_errors: JsonBoolean = False


def checked_row(index: int, data: Mapping[str, str], locale: str | None) -> ImportRow:
    """Return a row with its terms, or with its errors by column; what concerns several is an error of ``row``."""
    content = {name: _value(name, text, locale) for name, text in data.items() if text}
    try:
        terms: FreightTerms = read(NewFreightRequest, content).terms()
    except Malformed as malformed:
        errors: dict[str, list[str]] = {}
        for problem in malformed.problems:
            errors.setdefault(str(problem.place[0]) if problem.place else "row", []).append(problem.message)
        return ImportRow(index, data, errors)
    return ImportRow(index, data, {}, terms)


def _value(name: str, text: str, locale: str | None) -> object:
    """Return the value that the text of a cell stands for; the text itself if it stands for none of its kind."""
    if name in ("cleaning", "subcontractor"):
        return BOOLEANS.get(text.casefold(), text)
    if name not in NUMBERS:
        return text
    thousands, point = _separators(locale)
    grouped = rf"[0-9]{{1,3}}({re.escape(thousands)}[0-9]{{3}}){{1,9}}"
    if not re.fullmatch(rf"-?({DIGITS}|{grouped})({re.escape(point)}{DIGITS})?", text):
        return text
    return Decimal(text.replace(thousands, "").replace(point, "."))


def _cell(value: str | bool | Decimal | None, locale: str | None) -> str:
    """Return the text of a cell that stands for a value."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            short = abs(value.adjusted()) <= DIGITS_MAX
            return (f"{value:f}" if short else str(value)).replace(".", _separators(locale)[1])
        case _:
            return value


def _separators(locale: str | None) -> tuple[str, str]:
    """Return what separates groups of three digits, and what comes before a fraction."""
    comma = re.split("[-_]", (locale or "en").casefold())[0] in COMMA_LANGUAGES
    return (".", ",") if comma else (",", ".")
