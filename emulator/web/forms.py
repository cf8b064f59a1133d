"""Forms: bodies of ``multipart/form-data`` (RFC 7578)."""

from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser

from emulator.core.struct import Struct
from emulator.web.request import WholeRequest

PARTS_MAX = 100
HEAD_CHARACTERS_MAX = 8192
"""How long the header of a part, or a media type, may be: ``email`` takes quadratic time to read parameters."""

CHARSETS = frozenset({"utf-8", "iso-8859-1", "us-ascii"})
"""Those of parameters in the form of RFC 2231. Others are read as UTF-8: Python knows some that no text has."""


class FormFile(Struct, frozen=True):
    """A file in a form."""

    name: str
    media_type: str
    content: bytes


def form_fields(request: WholeRequest) -> dict[str, str | FormFile]:
    """Return the fields of a form by name; none if the body is not a form."""
    kind = content_type(request.header(b"content-type") or "")
    boundary = parameter(kind, "boundary", "content-type")
    if not boundary or kind.get_content_type() != "multipart/form-data":
        return {}
    return dict(_fields(request.content, b"\r\n--" + boundary.encode("latin-1", "replace")))


def content_type(value: str) -> Message:
    """Return a message with this ``Content-Type``, whose parameters can be read."""
    message = Message()
    message["Content-Type"] = value[:HEAD_CHARACTERS_MAX].replace("\r", "").replace("\n", "")
    return message


def part_header(head: str) -> Message:
    """Return the header fields of a part of a form."""
    return HeaderParser().parsestr(head[:HEAD_CHARACTERS_MAX].strip())


def parameter(header: Message, name: str, field: str = "content-disposition") -> str | None:
    """Return a parameter of a header field: a token, quoted, or in the form of RFC 2231; None without it."""
    try:
        value = header.get_param(name, None, field)
    except ValueError:  # a part of a parameter whose number has thousands of digits
        return None
    charset = "utf-8"
    if isinstance(value, tuple):  # filename*=utf-8''...
        named, _, value = value
        charset = named if named and named.casefold() in CHARSETS else charset
    return None if value is None else value.encode("latin-1", "replace").decode(charset, "replace")


def _fields(body: bytes, delimiter: bytes) -> Iterator[tuple[str, str | FormFile]]:
    for part in (b"\r\n" + body).split(delimiter, PARTS_MAX)[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        header = part_header(head.decode("latin-1"))
        name, file_name = parameter(header, "name"), parameter(header, "filename")
        if name is None:
            continue
        if file_name is None:
            yield name, content.decode("utf-8", "replace")
        else:
            yield name, FormFile(file_name, header.get_content_type(), content)
