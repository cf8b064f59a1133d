"""Import sessions: a table that a client uploads, maps to the columns of a template, corrects, and submits."""

from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from msgspec import field
from msgspec.structs import force_setattr
from pydantic import Field

from emulator.core.documents import EMPTY, FrozenMapping, UtcTime, frozen
from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import Uuid
from emulator.providers.dcycle.memory.records import Record

LIFE = timedelta(hours=24)
COUNT_MAX = 2**53 - 1

TemplateId: TypeAlias = Literal["logistics_requests"]
ImportStage: TypeAlias = Literal["parsed", "mapped", "validated", "submitted"]
ImportStatus: TypeAlias = Literal[
    "created", "parsed", "mapped", "validating", "validated", "submitting", "submitted", "failed", "expired"
]
Count: TypeAlias = Annotated[int, Field(ge=0, le=COUNT_MAX)]


class ImportTerms(Struct, frozen=True):
    """The file that a client uploads, and what it says about it."""

    template_id: TemplateId
    file_name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric_locale: str | None = None
    sheet_name: str | None = None
    project_id: Uuid | None = None
    folder_id: Uuid | None = None
    user_id: Uuid | None = None


class ImportSession(Record[ImportTerms], frozen=True):
    """An upload that becomes records. ``mapping`` leads from columns of the file to columns of the template.

    ``value_mappings`` replaces values by column of the template. The counts are those of the last validation.
    """

    terms: ImportTerms
    stage: ImportStage = "parsed"
    expires_at: UtcTime | None = None
    mapping: FrozenMapping[str, str] = field(default_factory=lambda: EMPTY)
    value_mappings: FrozenMapping[str, FrozenMapping[str, str]] = field(default_factory=lambda: EMPTY)
    valid_rows: Count = 0
    error_rows: Count = 0
    errors_by_column: FrozenMapping[str, Count] = field(default_factory=lambda: EMPTY)
    file_id: Uuid | None = None
    processing_job_id: Uuid | None = None

    def __post_init__(self) -> None:
        """Freeze the mappings: spaces share the session."""
        for name in ("mapping", "value_mappings", "errors_by_column"):
            force_setattr(self, name, frozen(getattr(self, name)))
