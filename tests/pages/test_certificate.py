"""Certificates as PDF files."""

import re
import zlib

import pytest

from emulator.pages.pdf import BOLD_WIDTHS, WIDTHS, text_width, wrapped
from tests.pages.visits import complete_retirement, placed_order
from tests.support.caller import Caller, credentials_of


def drawn(content: bytes) -> str:
    """Return the operators of the page of a PDF file, after checking its cross-reference table."""
    start = int(content.rpartition(b"startxref\n")[2].split()[0])
    table = content[start:].split(b"\n")
    assert table[0] == b"xref"
    for number, line in enumerate(table[3 : 2 + int(table[1].split()[1])], start=1):
        assert content[int(line[:10]) :].startswith(b"%d 0 obj\n" % number)
    stream = re.search(rb"stream\n(.*?)\nendstream", content, re.DOTALL)
    assert stream
    return zlib.decompress(stream[1]).decode("cp1252")


@pytest.mark.parametrize("state", ["placed", "fulfilled"])
def test_a_client_downloads_a_certificate(cnaught: Caller, state: str) -> None:
    """The file states holder, mass and number; once the order is fulfilled, projects and serial numbers too."""
    order = placed_order(cnaught, amount_kg=1250.5)
    if state == "fulfilled":
        cnaught.space.clock.advance(seconds=2)
    reply = cnaught.space.http.get(order["certificate_download_public_url"])
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.headers["content-disposition"] == f'inline; filename="certificate-{order["id"]}.pdf"'
    text = drawn(reply.content)
    for expected in ("(Acme, Inc)", "(1,250.5 kg of CO2e)", order["order_number"], "Specimen made by Carbon Emulator"):
        assert expected in text
    assert (f"SANDBOX-{order['id']}-1" in text) is (state == "fulfilled")


def test_a_file_does_not_depend_on_time(cnaught: Caller) -> None:
    """The bytes of a file do not depend on when it is downloaded."""
    order = placed_order(cnaught)
    cnaught.space.clock.advance(seconds=2)
    first = cnaught.space.http.get(order["certificate_download_public_url"]).content
    cnaught.space.clock.advance(days=30)
    assert cnaught.space.http.get(order["certificate_download_public_url"]).content == first


def test_a_retirement_has_a_file_once_it_is_complete(cnaught: Caller) -> None:
    """Thallo's proof of retirement is also a file, with the serial numbers."""
    thallo = Caller(cnaught.space, "thallo", credentials_of(cnaught.space, "thallo"))
    retirement = complete_retirement(thallo)
    file = f"{retirement['thallo_proof_of_retirement_certificate_url']}/certificate.pdf"
    text = drawn(cnaught.space.http.get(file).content)
    assert retirement["retired_serial_numbers"][0] in text
    assert "(2,000 kg of CO2e)" in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Müller & Søn – Café", "Müller & Søn – Café"),
        ("Żółć", "Zó?c"),
        ("山田", "??"),
        ("(a\\b)", "\\(a\\\\b\\)"),
        (") Tj ET /F1 99 Tf (x", "\\) Tj ET /F1 99 Tf \\(x"),
        ("a\nb\tc", "a b c"),
        ("long " * 90, "long long…"),
    ],
)
def test_a_name_is_text_in_a_file(cnaught: Caller, name: str, shown: str) -> None:
    """A name is drawn as text, with any content; letters that the font lacks are replaced."""
    subaccount = cnaught.post("/v1/subaccounts", {"name": name}).json()
    order = cnaught.post("/v1/orders", {"amount_kg": 1}, headers={"X-Subaccount-Id": subaccount["id"]}).json()
    text = drawn(cnaught.space.http.get(order["certificate_download_public_url"]).content)
    start = shown.removesuffix("…")
    assert any(f"({start}" in line and line.endswith("Tj ET") for line in text.split("\n"))
    assert len(text.split("\n")) == 17


def test_widths_are_those_of_the_font() -> None:
    """There is a width for each ASCII character, and text is as wide as its characters."""
    assert len(WIDTHS.split()) == len(BOLD_WIDTHS.split()) == 95
    assert text_width("Hi é", 10) == pytest.approx((722 + 222 + 278 + 556) / 100)
    assert text_width("Hi", 10, bold=True) == pytest.approx((722 + 278) / 100)


def test_lines_are_no_wider_than_allowed() -> None:
    """Text is wrapped between words, and within a word that is too long."""
    for text in ("one two three four five six", "x" * 100, "a " + "y" * 50, ""):
        lines = wrapped(text, 60, 10)
        assert all(text_width(line, 10) <= 60 for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
