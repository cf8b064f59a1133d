"""Forms of ``multipart/form-data`` are read as any client writes them."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.web.forms import FormFile, form_fields


def fields(disposition: bytes, content: bytes = b"a,b", boundary: str = "bound") -> dict[str, str | FormFile]:
    """Return the fields of a form with one part."""
    body = b"--bound\r\nContent-Disposition: form-data%b\r\nContent-Type: text/csv\r\n\r\n%b\r\n--bound--\r\n"
    request: Any = SimpleNamespace(
        header=lambda _: f"multipart/form-data; boundary={boundary}", content=body % (disposition, content)
    )
    return form_fields(request)


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'; name="file"; filename="a.csv"', "a.csv"),
        (b"; name=file; filename=a.csv", "a.csv"),
        (b';name="file";filename="a;b.csv"', "a;b.csv"),
        (rb'; name="file"; filename="a\"b.csv"', 'a"b.csv'),
        ('; name="file"; filename="Ö.csv"'.encode(), "Ö.csv"),
        (b"; name=\"file\"; filename*=utf-8''%C3%96.csv", "Ö.csv"),
    ],
)
def test_a_file_is_read_however_it_is_named(disposition: bytes, name: str) -> None:
    """Names are tokens, quoted, escaped, in UTF-8, or in the form of RFC 2231."""
    assert fields(disposition) == {"file": FormFile(name, "text/csv", b"a,b")}


def test_a_delimiter_begins_a_line() -> None:
    """The boundary may be quoted, and ends a part only at the beginning of a line."""
    content = b"1 --bound\r\n 2\r\n"
    assert fields(b'; name="note"', content, '"bound"') == {"note": content.decode()}


def test_a_part_without_a_name_is_none() -> None:
    """A part that has no name, and a body that is no form, have no fields."""
    assert fields(b"") == {}
    request: Any = SimpleNamespace(header=lambda _: "text/plain; boundary=bound", content=b"--bound\r\n\r\na")
    assert form_fields(request) == {}


PARTS = (
    "name",
    "filename",
    "boundary",
    "*",
    "*0",
    "*0*",
    "*" + "9" * 5000,
    "=",
    ";",
    ",",
    " ",
    '"',
    "''",
    "%ff",
    "\\",
    "\x00",
)
CHARSETS = ("utf-8", "iso-8859-1", "idna", "hex", "rot13", "undefined", "unicode_escape", "no-such", "é", "💥", "a")
WORDS = st.sampled_from([*PARTS, *CHARSETS])
PARAMETERS = st.lists(WORDS | st.text(max_size=3), max_size=20).map("".join)


@given(disposition=PARAMETERS, media_type=PARAMETERS)
def test_any_parameters_can_be_read(disposition: str, media_type: str) -> None:
    """No parameters of a part or of the media type cause an error: names, charsets and numbers come from the client."""
    for boundary in ("bound", f"bound; {media_type}", media_type):
        for name in ("name", "filename*"):
            fields(f"; {name}={disposition}".encode(), boundary=boundary.encode().decode("latin-1"))


@pytest.mark.parametrize("charset", ["idna", "hex", "undefined", "rot13", "no-such", "\x00", ""])
def test_an_unknown_charset_is_read_as_utf_8(charset: str) -> None:
    """A parameter in a charset that no client needs is read as UTF-8."""
    read = fields(f"; name=\"file\"; filename*={charset}''%C3%96.csv".encode())
    assert read == {"file": FormFile("Ö.csv", "text/csv", b"a,b")}


def test_long_parameters_take_little_time() -> None:
    """The header of a part is read up to a limit, since ``email`` takes quadratic time."""
    assert fields(b"; name=file" + b';"' * 200_000) == {"file": "a,b"}
