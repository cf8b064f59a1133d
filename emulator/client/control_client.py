"""Calls of a server's control API, in one space."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

__tracebackhide__ = True  # pytest shows the line of the test that an error is about

MISSES_SHOWN_MAX = 3


class Refused(Exception):
    """The control API refused a request. ``status`` and ``answer`` are its reply."""

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__("\n".join([f"{status}: {answer.get('error')}", *_details(answer)]))
        self.status = status
        self.answer = answer


class ControlClient:
    """The control API of one space. ``http`` is a client whose base URL is the server's."""

    def __init__(self, http: httpx.Client, space: str) -> None:
        self.http = http
        self.space = space
        self.url = str(http.base_url).rstrip("/") + ("" if space == "default" else f"/~{space}")

    def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Return the JSON of the reply to a request: ``call("GET", "/clock")``.

        Raises Refused, ValueError for a path without its slash, or an httpx.HTTPError if no reply came.
        """
        return self.call_with_headers(method, path, **content)[0]

    def call_with_headers(self, method: str, path: str, **content: Any) -> tuple[dict[str, Any], httpx.Headers]:
        """Return the JSON and the headers of the reply to a request. Raises as ``call``."""
        if not path.startswith("/"):
            raise ValueError(f"a path of the control API begins with a slash, not {path!r}; example: /clock")
        answer = self.http.request(method, f"{self.url}/_emulator{path}", **content)
        try:
            body = answer.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            error = f"{self.http.base_url} is not a Carbon Emulator: its reply is not a JSON object"
            raise Refused(answer.status_code, {"error": error})
        if answer.is_error and "error" not in body:
            error = f"{self.http.base_url} is not a Carbon Emulator: its reply is not one of the control API"
            raise Refused(answer.status_code, {"error": error})
        if answer.is_error:
            raise Refused(answer.status_code, body)
        return body, answer.headers

    def events(self, params: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the name and the data of each server-sent event. Raises Refused, or an httpx.HTTPError."""
        kind = ""
        with self.http.stream("GET", f"{self.url}/_emulator/events", params=params, timeout=None) as answer:
            if answer.is_error:
                answer.read()
                raise Refused(answer.status_code, answer.json())
            for line in answer.iter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    kind = value
                elif field == "data":
                    yield kind, json.loads(value)


def _details(answer: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each problem of a request, and for the requests that nearly were those waited for."""
    for problem in answer.get("problems", ()):
        yield f"  {'.'.join(map(str, problem['place']))}: {problem['problem']}"
    for miss in answer.get("nearest_misses", ())[:MISSES_SHOWN_MAX]:
        differs = [f"{name} is {pair['was']!r}, not {pair['asked']!r}" for name, pair in miss["differs"].items()]
        yield f"  near miss: request {miss['id']}, {miss['method']} {miss['path']}: {'; '.join(differs)}"
