"""Record what passes to a vendor and back: as a transport of httpx, and as a proxy on this machine."""

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TextIO

import httpx

from emulator.conformance.pace import Pace
from emulator.conformance.recording import FORMAT, LEFT_OUT, Header, Sealer

NOT_PASSED = LEFT_OUT - {"cookie", "user-agent", "set-cookie", "date"} | {"expect", "te", "trailer", "upgrade"}
"""Headers that belong to one connection: the proxy does not pass them on."""


class Recorder:
    """A file that exchanges are appended to, sealed. ``base_path`` is the path of the upstream, which is left out."""

    def __init__(self, file: TextIO, provider: str, upstream: str, credentials: Mapping[str, str], pace: Pace) -> None:
        self._file = file
        self._sealer = Sealer(credentials)
        self._pace = pace
        self._base_path = httpx.URL(upstream).path.rstrip("/")
        self._lock = threading.Lock()
        self.recorded = 0
        header = Header(format=FORMAT, provider=provider, upstream=upstream, began=pace.reading())
        self._write(header.model_dump_json())

    def record(self, request: httpx.Request, reply: httpx.Response) -> None:
        """Append an exchange whose reply has been read."""
        path = request.url.raw_path.decode("ascii").partition("?")[0].removeprefix(self._base_path)
        query = request.url.query.decode("ascii")
        asked = (request.method, path, query, dict(request.headers), request.content)
        answered = (reply.status_code, dict(reply.headers), reply.content)
        with self._lock:
            sealed = self._sealer.exchange(self._pace.reading(), asked, answered)
            self._write(sealed.model_dump_json(exclude_defaults=True))
            self.recorded += 1

    def _write(self, line: str) -> None:
        self._file.write(f"{line}\n")
        self._file.flush()


class RecordingTransport(httpx.BaseTransport):
    """Pass requests to another transport, and record them with their replies."""

    def __init__(self, upstream: httpx.BaseTransport, recorder: Recorder) -> None:
        self._upstream = upstream
        self._recorder = recorder

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        reply = self._upstream.handle_request(request)
        reply.read()
        self._recorder.record(request, reply)
        return reply

    def close(self) -> None:
        self._upstream.close()


class Proxy(ThreadingHTTPServer):
    """A proxy on this machine that passes everything to an upstream through a client, which records it."""

    daemon_threads = True

    def __init__(self, port: int, client: httpx.Client, upstream: str) -> None:
        super().__init__(("127.0.0.1", port), _Passing)
        self.client = client
        self.upstream = upstream.rstrip("/")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Passing(BaseHTTPRequestHandler):
    """One connection of a client of the proxy."""

    protocol_version = "HTTP/1.1"
    server: Proxy

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in NOT_PASSED]
        try:
            reply = self.server.client.request(
                self.command, f"{self.server.upstream}{self.path}", headers=headers, content=body
            )
        except httpx.HTTPError as error:
            self.send_error(502, f"no reply from the upstream: {type(error).__name__}")
            return
        self.send_response(reply.status_code)
        for name, value in reply.headers.multi_items():
            if name.lower() not in NOT_PASSED | {"date"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _pass  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing: a request line may hold a secret."""


def open_recording(path: Path) -> TextIO:
    """Open a new file that only its owner can read. Raises OSError if it exists."""
    descriptor = path.open("x")
    path.chmod(0o600)
    return descriptor
