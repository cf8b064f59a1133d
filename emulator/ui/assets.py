"""The files that pages are made of, with their types, validators and compressed forms."""

import gzip
import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from starlette.responses import Response
from starlette.types import Scope

from emulator.core.struct import Struct
from emulator.web.headers import Headers

STATIC = Path(__file__).parent / "static"

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
}
COMPRESSED_ALREADY = (".woff2",)

PAGES = {"/": "index.html", "/docs": "docs.html"}
"""The pages of the site, by their paths below ``/_emulator``; other files are below ``/ui/``."""

SAME_ORIGIN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
TEXT_ONLY = f"{SAME_ORIGIN}; require-trusted-types-for 'script'; trusted-types 'none'"
"""Nothing from other hosts, nothing inline; and the browser refuses a script that makes markup of text."""

VIEWER = SAME_ORIGIN.replace("style-src", "style-src 'unsafe-inline'").replace("img-src", "img-src data:")
"""openapi-explorer writes style attributes and images into its own elements."""

POLICIES = {"docs.html": VIEWER}

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Asset(Struct, frozen=True, dict=True):
    """One file. It is read and compressed when first needed."""

    path: Path

    @cached_property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'

    def respond(self, headers: Headers) -> Response:
        """Return the file, or 304 to a browser that has it."""
        policy = POLICIES.get(self.path.name, TEXT_ONLY)
        known = {**SECURITY_HEADERS, "Content-Security-Policy": policy, "ETag": self.etag, "Cache-Control": "no-cache"}
        if headers.get(b"if-none-match") == self.etag:
            return Response(status_code=304, headers=known)
        content, typed = self.content, {"Content-Type": TYPES[self.path.suffix], "Vary": "Accept-Encoding"}
        if "gzip" in (headers.get(b"accept-encoding") or "") and self.path.suffix not in COMPRESSED_ALREADY:
            content, typed["Content-Encoding"] = self.compressed, "gzip"
        return Response(content, headers={**known, **typed})


class Assets:
    """The files of the site, by their paths below ``/_emulator``."""

    def __init__(self, directory: Path = STATIC) -> None:
        files = {path: Asset(path) for path in sorted(directory.rglob("*")) if path.suffix in TYPES}
        self._by_path = {f"/ui/{path.relative_to(directory).as_posix()}": asset for path, asset in files.items()}
        self._by_path |= {path: files[directory / name] for path, name in PAGES.items()}

    def __iter__(self) -> Iterator[tuple[str, Asset]]:
        return iter(self._by_path.items())

    def find(self, scope: Scope) -> Asset | None:
        """Return the file that a request reads, if it reads one."""
        return self._by_path.get(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
