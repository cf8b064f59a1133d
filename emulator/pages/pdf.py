"""PDF files of one page, of text and lines in Helvetica (ISO 32000-1).

The libraries for this require image and font packages of ten megabytes, and a certificate needs neither. Every reader
has Helvetica. Its encoding has the letters of Western Europe: any other letter loses its accent or becomes a question
mark.
"""

import zlib
from datetime import datetime
from functools import lru_cache
from typing import Literal, TypeAlias
from unicodedata import normalize

Color: TypeAlias = tuple[float, float, float]
Align: TypeAlias = Literal["left", "center", "right"]

BLACK: Color = (0.0, 0.0, 0.0)

WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
BOLD_WIDTHS = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 "
    "584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 "
    "333 611 556 778 556 556 500 389 280 389 584"
)
FIRST = 32
OTHER_WIDTH = 556
"""Widths from the space to the tilde, and of other characters, in thousandths of a font's size (Adobe's metrics)."""


class Page:
    """A page, in points from its lower left corner. What is drawn later covers what was drawn before."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._drawn: list[bytes] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        color: Color = BLACK,
        align: Align = "left",
    ) -> None:
        """Write a line of text at a baseline."""
        left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * text_width(text, size, bold=bold)
        font, start = b"F2" if bold else b"F1", (_n(left), _n(y))
        self._draw(b"BT %b rg /%b %b Tf %b %b Td (%b) Tj ET", _color(color), font, _n(size), *start, _text(text))

    def line(self, x1: float, y1: float, x2: float, y2: float, color: Color, width: float) -> None:
        """Draw a line."""
        self._draw(b"%b RG %b w %b %b m %b %b l S", _color(color), _n(width), _n(x1), _n(y1), _n(x2), _n(y2))

    def rectangle(self, x: float, y: float, width: float, height: float, color: Color, line_width: float) -> None:
        """Draw the frame of a rectangle."""
        at = (_n(x), _n(y), _n(width), _n(height))
        self._draw(b"%b RG %b w %b %b %b %b re S", _color(color), _n(line_width), *at)

    def content(self) -> bytes:
        """Return the page's content stream."""
        return b"\n".join(self._drawn)

    def _draw(self, operators: bytes, *operands: bytes) -> None:
        self._drawn.append(operators % operands)


def pdf_file(page: Page, title: str, at: datetime) -> bytes:
    """Return the file of a page. The same page, title and time give the same bytes."""
    stream = zlib.compress(page.content(), 9)
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%b /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>" % (page.width, page.height),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(stream), stream),
        font % b"Helvetica",
        font % b"Helvetica-Bold",
        b"<< /Title (%b) /Producer (Carbon Emulator) /CreationDate (D:%b) >>" % (_text(title), _date(at)),
    ]
    return _joined(objects)


def _joined(objects: list[bytes]) -> bytes:
    """Return numbered objects as a file, with the table of their positions."""
    content, positions = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, start=1):
        positions.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % position for position in positions)
    size = len(objects) + 1
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(objects), len(content))
    )


# --- text -------------------------------------------------------------------------------------------------------------


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a line of text is, in points."""
    widths = _widths(bold)
    return sum(widths.get(character, OTHER_WIDTH) for character in _plain(text)) * size / 1000


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return a text as lines that are no wider than this; a longer word is broken."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if text_width(lines[-1] + character, size, bold=bold) > width:
                lines.append("")
            lines[-1] += character
    return lines


@lru_cache(maxsize=2)
def _widths(bold: bool) -> dict[str, int]:
    return {chr(FIRST + n): int(width) for n, width in enumerate((BOLD_WIDTHS if bold else WIDTHS).split())}


def _plain(text: str) -> str:
    """Return text with letters in place of accented ones: they are as wide."""
    return "".join(normalize("NFD", character)[0] for character in _encoded(text).decode("cp1252", "replace"))


def _encoded(text: str) -> bytes:
    """Return text in the encoding of the fonts, on one line."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return b"".join(_character(character) for character in shown)


def _character(character: str) -> bytes:
    for form in (character, normalize("NFKD", character)[:1]):
        try:
            return form.encode("cp1252")
        except UnicodeEncodeError:
            continue
    return b"?"


def _text(text: str) -> bytes:
    """Return text as the content of a string literal."""
    return _encoded(text).replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _n(number: float) -> bytes:
    return f"{number:.2f}".rstrip("0").rstrip(".").encode()


def _color(color: Color) -> bytes:
    return b" ".join(map(_n, color))


def _date(at: datetime) -> bytes:
    return f"{at.year:04}{at:%m%d%H%M%S}Z".encode()
