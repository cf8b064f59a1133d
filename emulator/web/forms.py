"""Forms: bodies of ``multipart/form-data`` (RFC 7578)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from emulator.web.request import WholeRequest

PARTS_MAX = 100
BOUNDARY = re.compile(r';\s*boundary="?([^";]{1,70})"?', re.IGNORECASE)
DISPOSITION = re.compile(rb"(?:^|\r\n)content-disposition: *form-data([^\r\n]*)", re.IGNORECASE)
MEDIA_TYPE = re.compile(rb"(?:^|\r\n)content-type: *([^\r\n;]*)", re.IGNORECASE)
NAME = re.compile(rb'; *name="([^"]*)"')
FILE_NAME = re.compile(rb'; *filename="([^"]*)"')


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file in a form."""

    name: str
    media_type: str
    content: bytes


def form_fields(request: WholeRequest) -> dict[str, str | FormFile]:
    """Return the fields of a form by name; none if the body is no form."""
    kind = request.header(b"content-type") or ""
    boundary = BOUNDARY.search(kind)
    if boundary is None or not kind.strip().lower().startswith("multipart/form-data"):
        return {}
    return dict(_fields(request.content, b"--" + boundary[1].encode("latin-1")))


def _fields(body: bytes, delimiter: bytes) -> Iterator[tuple[str, str | FormFile]]:
    for part in body.split(delimiter, PARTS_MAX)[1:]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        disposition = DISPOSITION.search(head)
        name = NAME.search(disposition[1]) if disposition else None
        if disposition is None or name is None:
            continue
        text = content.removesuffix(b"\r\n")
        file_name, media_type = FILE_NAME.search(disposition[1]), MEDIA_TYPE.search(head)
        if file_name is None:
            yield _decoded(name[1]), _decoded(text)
        else:
            kind = _decoded(media_type[1]) if media_type else "text/plain"
            yield _decoded(name[1]), FormFile(_decoded(file_name[1]), kind, text)


def _decoded(value: bytes) -> str:
    return value.decode("utf-8", "replace")
