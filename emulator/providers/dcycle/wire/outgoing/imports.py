"""Imports: ``/v2/imports``."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from emulator.core.clock import seconds
from emulator.providers.dcycle.backend.drafts.imports import ImportRow
from emulator.providers.dcycle.memory.imports import ImportSession, ImportStatus
from emulator.providers.dcycle.wire.incoming.imports import CATEGORY_COLUMNS, RowsQuery

SAMPLE_ROWS = 5


def started(session: ImportSession) -> dict[str, object]:
    """Return a session as it is returned when it is created."""
    terms = session.terms
    return {
        "import_id": session.id,
        "file_name": terms.file_name,
        "total_rows": len(terms.rows),
        "detected_header_row": 0,
        "source_columns": terms.columns,
        "sample_rows": terms.rows[:SAMPLE_ROWS],
        "numeric_locale": terms.numeric_locale,
        "sheets": [],
        "selected_sheet": terms.sheet_name,
    }


def listed(session: ImportSession, status: ImportStatus) -> dict[str, object]:
    """Return a session as an item of a list."""
    terms = session.terms
    return {
        "id": session.id,
        "organization_id": session.organization_id,
        "user_id": terms.user_id,
        "template_id": terms.template_id,
        "file_name": terms.file_name,
        "file_type": "csv",
        "status": status,
        "numeric_locale": terms.numeric_locale,
        "actor_type": "user",
        "actor_api_key_id": None,
        "total_rows": len(terms.rows),
        "valid_rows": session.valid_rows,
        "error_rows": session.error_rows,
        "source_columns": terms.columns,
        "mapping": dict(session.mapping) or None,
        "errors_by_column": dict(session.errors_by_column),
        "submitted_file_id": session.file_id,
        "processing_job_id": session.processing_job_id,
        "project_id": terms.project_id,
        "folder_id": terms.folder_id,
        "selected_sheet": terms.sheet_name,
        "detected_header_row": 0,
        "expires_at": None if session.expires_at is None else seconds(session.expires_at),
        "created_at": seconds(session.created_at),
        "updated_at": seconds(session.updated_at),
    }


def progress(session: ImportSession, status: ImportStatus) -> dict[str, object]:
    """Return the status of a session."""
    terms = session.terms
    return {
        "import_id": session.id,
        "status": status,
        "template_id": terms.template_id,
        "file_name": terms.file_name,
        "total_rows": len(terms.rows),
        "valid_rows": session.valid_rows,
        "error_rows": session.error_rows,
        "created_at": seconds(session.created_at),
        "numeric_locale": terms.numeric_locale,
        "errors_by_column": dict(session.errors_by_column),
        "file_id": session.file_id,
        "processing_job_id": session.processing_job_id,
        "updated_at": seconds(session.updated_at),
    }


def suggestions(session: ImportSession, known: Iterable[str]) -> dict[str, object]:
    """Return the columns of the template whose names are those of the file, in any case and with any separators."""
    targets = {_plain(name): name for name in known}
    found = [(column, targets.get(_plain(column))) for column in session.terms.columns]
    return {
        "import_id": session.id,
        "suggestions": [
            {
                "source_column": column,
                "template_column": target,
                "column_confidence": 0.0 if target is None else 1.0,
                "value_confidence": 1.0 if target in CATEGORY_COLUMNS else None,
                "restored_from_history": False,
            }
            for column, target in found
        ],
    }


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]+", "", name.casefold())


def unique_values(session: ImportSession, rows: Collection[Mapping[str, str]]) -> dict[str, object]:
    """Return the distinct values of the mapped columns that take one of some values."""
    columns = [name for name in CATEGORY_COLUMNS if name in session.mapping.values()]
    return {
        "import_id": session.id,
        "columns": {name: sorted({row[name] for row in rows if row.get(name)}) for name in columns},
    }


def row(row: ImportRow) -> dict[str, object]:
    return {"row_index": row.row_index, "data": dict(row.data), "errors": dict(row.errors)}


def rows_page(session: ImportSession, rows: Sequence[ImportRow], query: RowsQuery) -> dict[str, object]:
    """Return one page of the rows of a session, of all or of those with errors."""
    shown = [each for each in rows if each.errors] if query.errors_only else rows
    start = min((query.page - 1) * query.page_size, len(shown))
    return {
        "import_id": session.id,
        "page": query.page,
        "page_size": query.page_size,
        "total_pages": -(-len(shown) // query.page_size),
        "total_rows": len(rows),
        "rows": [row(each) for each in islice(shown, start, start + query.page_size)],
    }


def validation(session: ImportSession, rows: Sequence[ImportRow], query: RowsQuery) -> dict[str, object]:
    """Return the result of a validation, with one page of the rows."""
    return {
        **rows_page(session, rows, query),
        "valid_rows": session.valid_rows,
        "error_rows": session.error_rows,
        "errors_by_column": dict(session.errors_by_column),
    }


def correction(rows: Sequence[ImportRow], changed: Collection[int]) -> dict[str, object]:
    """Return the rows that were corrected, and how many rows still have errors."""
    return {
        "total_errors_remaining": sum(bool(each.errors) for each in rows),
        "updated_rows": [row(each) for each in rows if each.row_index in changed],
    }


def submission(session: ImportSession, submitted: int) -> dict[str, object]:
    return {
        "status": session.stage,
        "rows_submitted": submitted,
        "file_id": session.file_id,
        "processing_job_id": session.processing_job_id,
    }
