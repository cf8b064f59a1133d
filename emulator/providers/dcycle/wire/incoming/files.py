"""Files: ``/v1/files``, and files of records that come as forms."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, RootModel, StringConstraints
from pydantic_core import PydanticKnownError

from emulator.providers.dcycle.memory.files import SIZE_KB_MAX, FileTerms
from emulator.providers.dcycle.memory.transports import TransportDirection
from emulator.providers.dcycle.memory.uploads import UploadTerms
from emulator.providers.dcycle.wire.incoming.fields import Id, Name, NonEmptyName, Several, UploadFile
from emulator.providers.dcycle.wire.incoming.parts import Body, Form, Part, Path
from emulator.web.fields import JSON_INTEGER
from emulator.web.forms import FormFile

FILES_MAX = 100

SPREADSHEET = r"^[^\x00]+\.(csv|xls|xlsx)$"
Spreadsheet = Annotated[str, StringConstraints(max_length=255, pattern=SPREADSHEET)]


def _spreadsheet(file: FormFile) -> FormFile:
    if not re.match(SPREADSHEET, file.name):
        raise PydanticKnownError("string_pattern_mismatch", {"pattern": SPREADSHEET})
    return file


class NewFile(Body):
    """A file, as an item of ``POST /v1/files/presigned-urls``"""

    name: NonEmptyName
    extension: NonEmptyName
    mime_type: NonEmptyName
    size_kb: Annotated[int, Field(ge=0, le=SIZE_KB_MAX), JSON_INTEGER]
    folder_id: Id | None = None

    def terms(self) -> FileTerms:
        return FileTerms(**self.sent())


class NewFiles(Part, RootModel[Annotated[Several[NewFile], Field(min_length=1, max_length=FILES_MAX)]]):
    """``POST /v1/files/presigned-urls``: a list"""

    place = "body"


class FileChanges(Body):
    """``PATCH /v1/files/batch-update``"""

    file_ids: Annotated[Several[Id], Field(min_length=1, max_length=FILES_MAX)]
    status: Literal["uploaded", "error"]
    project_id: Id | None = None


class FileForm(Form):
    """``POST /v1/files/upload``"""

    file: UploadFile

    def terms(self) -> FileTerms:
        name, _, extension = self.file.name.rpartition(".")
        return FileTerms(name or extension, extension, self.file.media_type, -(-len(self.file.content) // 1024))


class UploadPath(Path):
    file_id: Id


class NewTransportUpload(Body):
    """``POST /v1/transports/upload/presigned-url``"""

    file_name: Spreadsheet
    transport_direction: TransportDirection

    def terms(self) -> UploadTerms:
        return UploadTerms("transports", self.file_name, direction=self.transport_direction)


class TransportForm(Form):
    """``POST /v1/transports/upload``"""

    transport_direction: TransportDirection
    upload_file: Annotated[UploadFile, AfterValidator(_spreadsheet)]

    def terms(self) -> UploadTerms:
        return UploadTerms("transports", self.upload_file.name, direction=self.transport_direction)


class NewLogisticsUpload(Body):
    """``POST /api/v1/logistics/presigned_url``"""

    requests_file_name: NonEmptyName
    recharges_file_name: Name | None = None

    def terms(self) -> dict[str, UploadTerms]:
        """Return the terms of each file that is named."""
        named = {"requests": self.requests_file_name, "recharges": self.recharges_file_name}
        kinds: dict[str, Any] = {"requests": "logistics_requests", "recharges": "logistics_recharges"}
        return {part: UploadTerms(kinds[part], name) for part, name in named.items() if name}
