"""Imports: a table is uploaded, mapped, validated, corrected, and submitted."""

from starlette.responses import Response

from emulator.providers.dcycle.backend import Dcycle
from emulator.providers.dcycle.backend.drafts.imports import ImportRow
from emulator.providers.dcycle.endpoints.context import author, authorize, backend
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.imports import ImportSession
from emulator.providers.dcycle.wire.incoming import imports as incoming
from emulator.providers.dcycle.wire.outgoing import imports as outgoing
from emulator.providers.dcycle.wire.outgoing.pages import page
from emulator.web.replies import reply
from emulator.web.request import Request


def create_import_session(request: Request) -> Response:
    organization, form = authorize(request, incoming.ImportForm)
    session = backend(request).imports.start(organization, form.terms(author(request)))
    return reply(outgoing.started(session))


def list_import_sessions(request: Request) -> Response:
    organization, query = authorize(request, incoming.ImportPage)
    imports = backend(request).imports
    found = imports.find(organization, query.filter(imports.clock.now))
    return reply(page(found, query, lambda session: outgoing.listed(session, imports.status(session))))


def get_import_status(request: Request) -> Response:
    organization, path = authorize(request, incoming.ImportPath)
    imports = backend(request).imports
    session = imports.get(organization, path.import_id)
    return reply(outgoing.progress(session, imports.status(session)))


def suggest_import_mapping(request: Request) -> Response:
    organization, path = authorize(request, incoming.ImportPath)
    session = backend(request).imports.open(organization, path.import_id)
    return reply(outgoing.suggestions(session, incoming.COLUMNS))


def map_import(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.ImportPath, incoming.NewMapping)
    imports = backend(request).imports
    session = imports.put(_mapped(backend(request), organization, path, draft))
    return reply(outgoing.progress(session, imports.status(session)))


def list_import_values(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.ImportPath, incoming.NewMapping)
    session = _mapped(backend(request), organization, path, draft)
    return reply(outgoing.unique_values(session, backend(request).imports.data(session)))


def validate_import(request: Request) -> Response:
    organization, path, query, draft = authorize(request, incoming.ImportPath, incoming.RowsQuery, incoming.NewMapping)
    dcycle = backend(request)
    session = _mapped(dcycle, organization, path, draft)
    rows = _rows(dcycle, organization, session)
    return reply(outgoing.validation(dcycle.imports.validate(session, rows), rows, query))


def list_import_rows(request: Request) -> Response:
    organization, path, query = authorize(request, incoming.ImportPath, incoming.RowsQuery)
    dcycle = backend(request)
    session = dcycle.imports.get(organization, path.import_id)
    return reply(outgoing.rows_page(session, _rows(dcycle, organization, session), query))


def correct_import_rows(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.ImportPath, incoming.NewCorrections)
    dcycle = backend(request)
    session = dcycle.imports.open(organization, path.import_id)
    corrected = dcycle.imports.correct(
        session, [each.correction(session.terms.numeric_locale) for each in draft.corrections]
    )
    rows = _rows(dcycle, organization, corrected)
    dcycle.imports.validate(corrected, rows)
    return reply(outgoing.correction(rows, {each.row_index for each in draft.corrections}))


def submit_import(request: Request) -> Response:
    organization, path, draft = authorize(request, incoming.ImportPath, incoming.Submission)
    dcycle = backend(request)
    session = dcycle.imports.open(organization, path.import_id)
    rows = _rows(dcycle, organization, session)
    return reply(outgoing.submission(*dcycle.imports.submit(organization, session, rows, draft.ignore_errors)))


def _mapped(
    dcycle: Dcycle, organization: Organization, path: incoming.ImportPath, draft: incoming.NewMapping
) -> ImportSession:
    """Return a session with the mapping of a request, which is not kept yet."""
    session = dcycle.imports.open(organization, path.import_id)
    return dcycle.imports.map(session, draft.mapping, draft.value_mappings or {}, incoming.COLUMNS)


def _rows(dcycle: Dcycle, organization: Organization, session: ImportSession) -> list[ImportRow]:
    """Return the rows of a session, checked if they are mapped."""
    data = enumerate(dcycle.imports.data(session))
    if not session.mapping:
        return [ImportRow(index, row, {}) for index, row in data]
    locale = session.terms.numeric_locale
    return [dcycle.imports.checked(organization, incoming.checked_row(index, row, locale)) for index, row in data]
