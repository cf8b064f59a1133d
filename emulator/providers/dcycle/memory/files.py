"""Files: documents that a client uploads for the vendor to read."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.fields import Uuid
from emulator.providers.dcycle.memory.records import Record

SIZE_KB_MAX = 10**7

SizeKb: TypeAlias = Annotated[int, Field(ge=0, le=SIZE_KB_MAX)]
FileStatus: TypeAlias = Literal["pending", "uploaded", "error"]


class FileTerms(Struct, frozen=True):
    """The data that a client sends about a file; ``name`` has no extension."""

    name: str
    extension: str
    mime_type: str
    size_kb: SizeKb
    folder_id: Uuid | None = None


class File(Record[FileTerms], frozen=True):
    """A file, whose content is not kept; ``project_id`` is the project that it was uploaded for."""

    terms: FileTerms
    status: FileStatus = "pending"
    project_id: Uuid | None = None
