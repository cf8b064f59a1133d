"""What all pages have in common: the visit that a page answers, the frame around its content, and its headers."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.core.struct import Struct
from emulator.pages.formats import moment
from emulator.pages.html import Element, h
from emulator.space.space import PAGES, Space
from emulator.web.request import WholeRequest

STYLE = Path(__file__).with_name("style.css")

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with less, browsers would send forms without a true Origin
    "Cache-Control": "no-store",
}


class Visit(Struct, frozen=True):
    """A request for a page of a space. ``prefix`` is the part of the path that names the space."""

    request: WholeRequest
    space: Space
    prefix: str

    @property
    def params(self) -> Mapping[str, str]:
        """The parameters in the path."""
        params: Mapping[str, str] = self.request.scope.get("path_params", {})
        return params

    def path(self, *parts: str) -> str:
        """Return the path of a page of this space."""
        return "/".join((self.prefix, PAGES, *(quote(part, safe="") for part in parts)))

    def backend(self, provider: str) -> Any:
        """Return a vendor's backend as of now."""
        self.space.clock.read()
        return self.space.backend(provider)


def document(
    visit: Visit, title: str, vendor: str, *content: Element | None, status: int = 200, targets: Iterable[str] = ()
) -> Response:
    """Return a page. ``vendor`` is the title of the company that it stands in for.

    ``targets`` are URLs to which the server may redirect the forms of the page.
    """
    page = h(
        "html",
        h(
            "head",
            h("meta", charset="utf-8"),
            h("meta", name="viewport", content="width=device-width, initial-scale=1"),
            h("meta", name="color-scheme", content="light dark"),
            h("meta", name="robots", content="noindex"),
            h("title", f"{title} · Carbon Emulator"),
            h("link", rel="stylesheet", href=visit.path("style.css")),
        ),
        h("body", _ribbon(vendor), h("main", *content), _footer(visit)),
        lang="en",
    )
    headers = {**SECURITY_HEADERS, "Content-Security-Policy": _policy(targets)}
    return Response(f"<!doctype html>\n{page}\n", status, headers, "text/html")


def style_sheet(visit: Visit) -> Response:
    return Response(_style(), headers={**SECURITY_HEADERS, "Cache-Control": "max-age=60"}, media_type="text/css")


def refuse_foreign_form(visit: Visit) -> None:
    """Refuse a form that a page of another site sends. Raises HTTPException.

    A browser names the page in ``Origin``. Other clients send neither header.
    """
    origin, site = visit.request.header(b"origin"), visit.request.header(b"sec-fetch-site")
    foreign = origin is not None and _authority(origin) != (visit.request.header(b"host") or "").lower()
    if foreign or site not in (None, "same-origin", "none"):
        raise HTTPException(403, "This form was sent from a page of another site.")


def fact_list(*facts: tuple[str, str | Element | None]) -> Element:
    """Return names and values as a list, without those that have no value."""
    rows = [h("div", h("dt", name), h("dd", value)) for name, value in facts if value is not None]
    return h("dl", *rows, class_="facts")


def _ribbon(vendor: str) -> Element:
    return h(
        "header",
        h("strong", "Carbon Emulator"),
        h("span", f"This page stands in for {vendor}’s. No money moves and no credits are retired."),
        class_="ribbon",
    )


def _footer(visit: Visit) -> Element:
    dashboard = h("a", "Dashboard", href=f"{visit.prefix}/_emulator/")
    about = f"Space {visit.space.name}, at {moment(visit.space.clock.now)} by its clock."
    return h("footer", h("span", about), dashboard)


def _policy(targets: Iterable[str]) -> str:
    """Return what a page may do: nothing but show itself, with its style sheet, and send its forms to this server.

    A browser also checks where a form is redirected to.
    """
    sources = sorted({"'self'", *(f"{urlsplit(target).scheme}:" for target in targets)})
    return (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {' '.join(sources)}"
    )


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


@lru_cache(maxsize=1)
def _style() -> bytes:
    return STYLE.read_bytes()
