"""Write exchanges with a vendor to a file, without their secrets."""

from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import httpx

from emulator.conformance.decoded_exchange import NotReadable
from emulator.conformance.pace import Pace
from emulator.conformance.recording import FORMAT, Header
from emulator.conformance.sealer import Sealer


class Recorder:
    """A file that exchanges are appended to, sealed. ``base_path`` is the path of the upstream, which is left out.

    ``left_out`` has the reason for each exchange that was not recorded.
    """

    def __init__(self, file: TextIO, provider: str, upstream: str, credentials: Mapping[str, str], pace: Pace) -> None:
        self._file = file
        self._sealer = Sealer(credentials)
        self._pace = pace
        self._base_path = httpx.URL(upstream).raw_path.decode().rstrip("/")
        self.recorded = 0
        self.left_out: list[str] = []
        self._write(Header(format=FORMAT, provider=provider, upstream=upstream, began=pace.reading()).line())

    def record(self, request: httpx.Request, reply: httpx.Response) -> None:
        """Append an exchange whose reply has been read. Raises OSError."""
        sent: bytes = request.extensions.get("target", request.url.raw_path)
        target = sent.decode("latin-1").removeprefix(self._base_path)
        try:
            sealed = self._sealer.exchange(self._pace.reading(), target, request, reply)
        except (NotReadable, httpx.DecodingError) as error:
            self.leave_out(str(error))
            return
        self._write(sealed.line())
        self.recorded += 1

    def leave_out(self, reason: str) -> None:
        """Note that an exchange is not recorded. The reason must have no part of it, which may be secret."""
        self.left_out.append(reason)

    def _write(self, line: str) -> None:
        self._file.write(f"{line}\n")
        self._file.flush()


def open_recording(path: Path) -> TextIO:
    """Open a new file that only its owner can read. Raises OSError if it exists."""
    opened = path.open("x", encoding="utf-8")
    path.chmod(0o600)
    return opened
