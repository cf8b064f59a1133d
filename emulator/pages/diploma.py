"""A certificate in general: the same facts as a page and as a PDF file."""

import re
from collections.abc import Iterator
from datetime import datetime

from starlette.responses import Response

from emulator.core.struct import Struct
from emulator.pages.html import Element, h
from emulator.pages.page import SECURITY_HEADERS, fact_list
from emulator.pages.pdf import Color, Page, pdf_file, wrapped

INK: Color = (0.07, 0.16, 0.15)
MUTED: Color = (0.36, 0.43, 0.42)
ACCENT: Color = (0.05, 0.45, 0.37)
PALE: Color = (0.80, 0.88, 0.86)

WIDTH, HEIGHT = 842, 595
MARGIN = 72
LINES_MAX = 6
"""How many lines a file has room for; the page shows all."""


class Line(Struct, frozen=True):
    """What was retired from one project."""

    name: str
    place: str
    amount: str
    serial: str


class Diploma(Struct, frozen=True):
    """The facts of a certificate. ``at`` is the time that its file states, so that its bytes never change."""

    title: str
    holder: str
    amount: str
    unit: str
    remark: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    file_name: str
    at: datetime


# --- the page ---------------------------------------------------------------------------------------------------------


def diploma_page(diploma: Diploma, file_path: str | None) -> Element:
    """Return a certificate as the content of a page, with a link to its file."""
    download = h("a", "Download as PDF", href=file_path, class_="button primary") if file_path else None
    return h(
        "article",
        h("p", "Specimen of an emulator", class_="eyebrow"),
        h("h1", diploma.title),
        h("p", "issued to", class_="hint"),
        h("p", diploma.holder, class_="holder"),
        h("p", h("span", diploma.amount, class_="figure"), h("span", diploma.unit, class_="unit"), class_="amount"),
        h("p", diploma.remark, class_="lead"),
        fact_list(*diploma.facts),
        _table(diploma) if diploma.lines else None,
        h("p", download, class_="actions") if download else None,
        class_="diploma",
    )


def _table(diploma: Diploma) -> Element:
    head = h("tr", h("th", "Project"), h("th", "Amount"), h("th", "Serial number"))
    rows = [
        h(
            "tr",
            h("td", h("strong", line.name), h("span", line.place) if line.place else None),
            h("td", line.amount),
            h("td", h("code", line.serial)),
        )
        for line in diploma.lines
    ]
    return h("div", h("table", h("thead", head), h("tbody", *rows)), class_="scroll")


# --- the file ---------------------------------------------------------------------------------------------------------


def diploma_file(diploma: Diploma, vendor: str) -> Response:
    """Return a certificate as a PDF file of one page."""
    page = Page(WIDTH, HEIGHT)
    _draw_frame(page)
    _draw_head(page, diploma)
    _draw_facts(page, diploma)
    _draw_lines(page, diploma)
    note = f"Specimen made by Carbon Emulator in place of {vendor}. No credits were retired and no money was paid."
    page.text(WIDTH / 2, 44, note, 8.5, color=MUTED, align="center")
    content = pdf_file(page, diploma.title, diploma.at)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", diploma.file_name)
    headers = {**SECURITY_HEADERS, "Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, headers=headers, media_type="application/pdf")


def _draw_frame(page: Page) -> None:
    page.rectangle(24, 24, WIDTH - 48, HEIGHT - 48, ACCENT, 2.2)
    page.rectangle(31, 31, WIDTH - 62, HEIGHT - 62, PALE, 0.8)


def _draw_head(page: Page, diploma: Diploma) -> None:
    middle = WIDTH / 2
    page.text(middle, 520, "SPECIMEN OF AN EMULATOR", 9, bold=True, color=ACCENT, align="center")
    page.text(middle, 480, diploma.title, 30, bold=True, color=INK, align="center")
    page.text(middle, 450, "issued to", 11, color=MUTED, align="center")
    for size, line in _fitted(diploma.holder):
        page.text(middle, 420, line, size, bold=True, color=ACCENT, align="center")
    page.text(middle, 372, f"{diploma.amount} {diploma.unit}", 26, bold=True, color=INK, align="center")
    page.text(middle, 348, diploma.remark, 11, color=MUTED, align="center")


def _fitted(holder: str) -> Iterator[tuple[float, str]]:
    """Yield a name in the largest size in which it fits on a line; cut, if it fits in none."""
    for size in (24.0, 18.0, 13.0, 10.0):
        lines = wrapped(holder, WIDTH - 2 * MARGIN, size, bold=True)
        if len(lines) == 1:
            yield size, lines[0]
            return
    yield 10.0, f"{lines[0]}…"


def _draw_facts(page: Page, diploma: Diploma) -> None:
    width = (WIDTH - 2 * MARGIN) / max(len(diploma.facts), 1)
    for index, (name, value) in enumerate(diploma.facts):
        middle = MARGIN + (index + 0.5) * width
        page.text(middle, 312, name.upper(), 8, bold=True, color=MUTED, align="center")
        shown, *rest = wrapped(value, width - 8, 10.5)
        page.text(middle, 296, f"{shown}…" if rest else shown, 10.5, color=INK, align="center")


def _draw_lines(page: Page, diploma: Diploma) -> None:
    if not diploma.lines:
        return
    page.line(MARGIN, 270, WIDTH - MARGIN, 270, PALE, 1)
    for index, line in enumerate(diploma.lines[:LINES_MAX]):
        y = 248 - 30 * index
        name, *rest = wrapped(line.name, 330, 10.5, bold=True)
        page.text(MARGIN, y, f"{name}…" if rest else name, 10.5, bold=True, color=INK)
        page.text(MARGIN, y - 12, line.place, 8.5, color=MUTED)
        page.text(500, y, line.amount, 10.5, color=INK, align="right")
        serial, *more = wrapped(line.serial, 240, 9)
        page.text(WIDTH - MARGIN, y, f"{serial}…" if more else serial, 9, color=MUTED, align="right")
    further = len(diploma.lines) - LINES_MAX
    if further > 0:
        page.text(MARGIN, 62, f"and {further} more, which the certificate's page lists", 9, color=MUTED)
