"""Imports of tables (code.dcycle.io, Imports)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from emulator.core.agenda import Agenda
from emulator.core.clock import Event
from emulator.core.struct import replace
from emulator.providers.dcycle import errors
from emulator.providers.dcycle.backend.context import Context
from emulator.providers.dcycle.backend.drafts.imports import Correction, ImportRow, status_at
from emulator.providers.dcycle.backend.freight import FreightRequests
from emulator.providers.dcycle.backend.projects import Projects
from emulator.providers.dcycle.backend.records import Records
from emulator.providers.dcycle.memory.catalogue import Organization
from emulator.providers.dcycle.memory.imports import LIFE, ImportSession, ImportStatus, ImportTerms


class Imports(Records[ImportSession, ImportTerms]):
    """The import sessions of every organization in one space."""

    kind = ImportSession
    id_kind = "dcycle.import"
    not_found = errors.ImportNotFound

    def __init__(self, context: Context, freight: FreightRequests, projects: Projects) -> None:
        super().__init__(context, context.memory.imports)
        self._freight = freight
        self._projects = projects
        self._expiring = Agenda[str]()
        for session in self.records.values():
            self._plan_end(session)

    # --- read

    def status(self, session: ImportSession) -> ImportStatus:
        """Return the status of a session by the clock."""
        return status_at(session, self.clock.now)

    def open(self, organization: Organization, id: str) -> ImportSession:
        """Return a session that can still change. Raises ImportNotFound, ImportExpired, ImportSubmitted."""
        session = self.get(organization, id)
        match self.status(session):
            case "expired":
                raise errors.ImportExpired
            case "submitted":
                raise errors.ImportSubmitted
            case _:
                return session

    def data(self, session: ImportSession) -> Collection[Mapping[str, str]]:
        """Return the rows by columns of the template, or of the file if it is not mapped yet."""
        rows = [dict(zip(session.terms.columns, row, strict=False)) for row in session.terms.rows]
        if not session.mapping:
            return rows
        values = session.value_mappings
        return [
            {
                target: values.get(target, {}).get(row.get(source, ""), row.get(source, ""))
                for source, target in session.mapping.items()
            }
            for row in rows
        ]

    def checked(self, organization: Organization, row: ImportRow) -> ImportRow:
        """Return a row with the reason why no leg can be created from it, if there is one."""
        if row.terms is None:
            return row
        try:
            terms = self._freight.checked(organization, row.terms)
        except errors.TocNotFound as refusal:
            return replace(row, errors={"toc": [refusal.detail]}, terms=None)
        except errors.DcycleRefusal as refusal:
            return replace(row, errors={"hub_id": [refusal.detail]}, terms=None)
        if self._freight.grams(terms) is None:
            return replace(row, errors={"distance_km": [errors.DistanceUnknown.problem]}, terms=None)
        return row

    # --- change

    def start(self, organization: Organization, terms: ImportTerms) -> ImportSession:
        """Start a session. Raises ProjectNotFound."""
        if terms.project_id is not None:
            self._projects.get(organization, terms.project_id)

        session = self.put(replace(self.new(organization, terms), expires_at=self.clock.now + LIFE))
        self._plan_end(session)
        return session

    def map(
        self,
        session: ImportSession,
        mapping: Mapping[str, str],
        values: Mapping[str, Mapping[str, str]],
        known: Collection[str],
    ) -> ImportSession:
        """Return a session with another mapping, which is not kept yet. Raises ImportColumnUnknown."""
        strange = [name for name in mapping if name not in session.terms.columns]
        strange += [name for name in (*mapping.values(), *values) if name not in known]
        if strange or len(set(mapping.values())) < len(mapping):
            raise errors.ImportColumnUnknown
        return replace(session, stage="mapped", updated_at=self.clock.now, mapping=mapping, value_mappings=values)

    def validate(self, session: ImportSession, rows: Sequence[ImportRow]) -> ImportSession:
        """Keep what the validation of a session found."""
        wrong = [row for row in rows if row.errors]
        found = Counter(column for row in wrong for column in row.errors)
        return self.put(
            replace(
                session,
                stage="validated",
                updated_at=self.clock.now,
                valid_rows=len(rows) - len(wrong),
                error_rows=len(wrong),
                errors_by_column=dict(sorted(found.items())),
            )
        )

    def correct(self, session: ImportSession, corrections: Iterable[Correction]) -> ImportSession:
        """Return a session with other values, which is not kept yet. Raises ImportNotMapped, ImportCellUnknown."""
        if not session.mapping:
            raise errors.ImportNotMapped
        columns = session.terms.columns
        positions = {name: n for n, name in enumerate(columns)}  # of equal names the last, as in ``data``
        sources = {target: positions[source] for source, target in session.mapping.items() if source in positions}
        rows = [[*row, *[""] * (len(columns) - len(row))] for row in session.terms.rows]
        for correction in corrections:
            if correction.column not in sources or correction.row_index >= len(rows):
                raise errors.ImportCellUnknown
            rows[correction.row_index][sources[correction.column]] = correction.value
        return replace(session, terms=replace(session.terms, rows=tuple(map(tuple, rows))))

    def submit(
        self, organization: Organization, session: ImportSession, rows: Sequence[ImportRow], ignore_errors: bool
    ) -> tuple[ImportSession, int]:
        """Create the legs of the valid rows; return the session and their number.

        Raises ImportNotValidated, ImportHasErrors.
        """
        if session.stage != "validated":
            raise errors.ImportNotValidated
        terms = [row.terms for row in rows if row.terms is not None]
        if len(terms) < len(rows) and not ignore_errors:
            raise errors.ImportHasErrors

        legs = [self._freight.create(organization, each).id for each in terms]
        project = self._projects.seen(organization, session.terms.project_id)
        if project is not None:
            self._projects.link(organization, project, "logistic_requests", legs)
        file_id, job_id = (self.context.ids.uuid(kind) for kind in ("dcycle.import_file", "dcycle.import_job"))
        submitted = replace(
            session, stage="submitted", updated_at=self.clock.now, file_id=file_id, processing_job_id=job_id
        )
        return self.put(submitted), len(legs)

    # --- time

    def due(self, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield the sessions that expire in this span of time."""
        for at, id in self._expiring.between(since, until):
            if self.records[id].stage != "submitted":
                yield Event(at, "dcycle", "import.expired", id)

    def _plan_end(self, session: ImportSession) -> None:
        if session.expires_at is not None:
            self._expiring.add(session.expires_at, session.id)
