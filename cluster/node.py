"""A node of the cluster: a server that is started, paused and killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

START_SECONDS_MAX = 60.0


class Node:
    """A server on a store. ``url`` is None while it is dead."""

    def __init__(self, number: int, store: str, directory: Path) -> None:
        self.number = number
        self.store = store
        self.directory = directory
        self.url: str | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process, "the node is not running"
        return self._process.pid

    def start(self) -> None:
        file = self.directory / f"node-{self.number}.url"
        file.unlink(missing_ok=True)
        with (self.directory / f"node-{self.number}.log").open("ab") as log:
            command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--store", self.store]
            self._process = subprocess.Popen([*command, "--url-file", str(file)], stdout=log, stderr=log)
        deadline = monotonic() + START_SECONDS_MAX
        while not file.exists() or not file.read_text().endswith("\n"):
            assert self._process.poll() is None, "a node has ended: see its log"
            assert monotonic() < deadline, "a node does not start"
            sleep(0.05)
        self.url = file.read_text().strip()

    def kill(self) -> None:
        self.url = None
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)
