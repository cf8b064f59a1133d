"""The filter of import sessions, and what a validation finds."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.freight import FreightTerms
from emulator.providers.dcycle.memory.imports import ImportSession, ImportStatus


class ImportFilter(Struct, frozen=True):
    """Sessions that expired before ``now`` are left out unless they are asked for."""

    status: ImportStatus | None = None
    template_id: str | None = None
    user_id: str | None = None
    include_expired: bool = False
    now: datetime | None = None

    def matches(self, session: ImportSession) -> bool:
        status = status_at(session, self.now)
        return (
            self.status in (None, status)
            and self.template_id in (None, session.terms.template_id)
            and self.user_id in (None, session.terms.user_id)
            and (self.include_expired or self.status == "expired" or status != "expired")
        )


def status_at(session: ImportSession, now: datetime | None) -> ImportStatus:
    """Return the status of a session: one that was not submitted in its time is expired."""
    expires = session.expires_at
    if now is not None and expires is not None and now >= expires and session.stage != "submitted":
        return "expired"
    return session.stage


class ImportRow(Struct, frozen=True):
    """A row by columns of the template, or of the file if it is not mapped; ``terms`` if there are no ``errors``."""

    row_index: int
    data: Mapping[str, str]
    errors: Mapping[str, Sequence[str]]
    terms: FreightTerms | None = None


class Correction(Struct, frozen=True):
    """Another value of a cell, by column of the template."""

    row_index: int
    column: str
    value: str
