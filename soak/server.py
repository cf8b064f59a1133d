"""The server under load, in its own process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from soak.process_costs import resident_bytes

BODY_BYTES_MAX = 65536
OPTIONS = ("--port=0", f"--body-bytes-max={BODY_BYTES_MAX}", "--journal-max=200", "--spaces-max=128")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. Its memory and files are read from /proc; without /proc they are 0."""

    pid: int
    port: int
    log: Path

    def rss_bytes(self) -> int:
        return resident_bytes(self.pid) if Path("/proc/self").exists() else 0

    def open_files(self) -> int:
        path = Path(f"/proc/{self.pid}/fd")
        return len(list(path.iterdir())) if path.exists() else 0


@contextmanager
def serving(directory: Path, *options: str) -> Iterator[Server]:
    """Run a server with small limits, or those of ``options``; its log is in the directory."""
    log = directory / "log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARBON_EMULATOR_")}
    with log.open("wb") as errors:
        command = [sys.executable, "-m", "emulator", "serve", *OPTIONS, *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
    try:
        assert process.stdout
        yield Server(process.pid, int(process.stdout.readline().rpartition(":")[2]), log)
    finally:
        process.kill()
        process.communicate()
