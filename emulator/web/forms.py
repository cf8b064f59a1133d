"""Forms: bodies of ``multipart/form-data`` (RFC 7578)."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from emulator.web.request import WholeRequest

PARTS_MAX = 100


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file in a form."""

    name: str
    media_type: str
    content: bytes


def form_fields(request: WholeRequest) -> dict[str, str | FormFile]:
    """Return the fields of a form by name; none if the body is no form."""
    kind = content_type(request.header(b"content-type") or "")
    boundary = kind.get_boundary()
    if not boundary or kind.get_content_type() != "multipart/form-data":
        return {}
    return dict(_fields(request.content, b"\r\n--" + boundary.encode("latin-1", "replace")))


def content_type(value: str) -> Message:
    """Return a message with this ``Content-Type``, whose parameters can be read."""
    message = Message()
    message["Content-Type"] = value.replace("\r", "").replace("\n", "")
    return message


def part_header(head: str) -> Message:
    """Return the header fields of a part of a form."""
    return HeaderParser().parsestr(head.strip())


def parameter(header: Message, name: str) -> str | None:
    """Return a parameter of ``Content-Disposition``: a token, quoted, or in the form of RFC 2231; None without it."""
    value = header.get_param(name, None, "content-disposition")
    if isinstance(value, tuple):  # filename*=utf-8''...
        charset, _, text = value
        return text.encode("latin-1", "replace").decode(charset or "utf-8", "replace")
    return None if value is None else value.encode("latin-1", "replace").decode("utf-8", "replace")


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
