"""Write replies."""

from collections.abc import Mapping
from functools import lru_cache

from starlette.responses import Response

from emulator.core.exact_json import dump

JSON = "application/json"
JSON_TYPE = (b"content-type", JSON.encode())


class Json(Response):
    """A JSON document of our own making: what Starlette's Response would be, at a third of its cost."""

    background = None

    def __init__(self, document: bytes, status: int, content_type: tuple[bytes, bytes]) -> None:
        self.status_code = status
        self.body = document
        self.raw_headers = [content_length(len(document)), content_type]


@lru_cache(maxsize=4096)
def content_length(length: int) -> tuple[bytes, bytes]:
    """Return the header with the length of a body."""
    return b"content-length", b"%d" % length


def reply(
    content: object,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: tuple[bytes, bytes] = JSON_TYPE,
) -> Response:
    """Return a JSON reply. ``headers`` are any others than Content-Length and Content-Type.

    Its bytes are copied: orjson's occupy 4 KB at least, and the journal keeps them.
    """
    answer = Json(b"".join((dump(content), b"")), status, content_type)
    if headers:
        answer.raw_headers += [_header(name, value) for name, value in headers.items()]
    return answer


def _header(name: str, value: str) -> tuple[bytes, bytes]:
    return name.lower().encode("latin-1"), value.encode("latin-1")
