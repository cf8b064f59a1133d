"""A server that is killed and restarted with the same directory."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from random import Random
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

START_SECONDS_MAX = 60.0


class Server:
    """A server on a data directory. ``url`` is None while it is down; ``lives`` counts its starts."""

    def __init__(self, data: Path, log: Path, **options: Any) -> None:
        self.data = data
        self.options = {"data": str(data), **options}
        self.url: str | None = None
        self.pid = 0
        self.lives = 0
        self._is_given_up = False
        self._alive = threading.Condition()
        with log.open("ab") as errors:
            command = [sys.executable, "-m", "crash.nursery"]
            pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": errors}
            self._nursery = subprocess.Popen(command, text=True, **pipes)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self.url:
            self.end(signal.SIGKILL)
        self._nursery.kill()
        self._nursery.communicate()

    def start(self) -> None:
        """Start a server, and resume the clients that wait for it."""
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.write(json.dumps(self.options) + "\n")
        self._nursery.stdin.flush()
        self.pid, url = json.loads(self._nursery.stdout.readline())
        assert url.startswith("http:"), url
        with self._alive:
            self.url, self.lives = url, self.lives + 1
            self._alive.notify_all()

    def end(self, how: int) -> None:
        """End the server by a signal, and wait for its end."""
        with self._alive:
            self.url = None
        os.kill(self.pid, how)
        deadline = monotonic() + START_SECONDS_MAX
        while _exists(self.pid):
            assert monotonic() < deadline, "the server does not end"
            sleep(0.002)

    def kill_worker(self, random: Random) -> None:
        """Kill one of several workers. The server lets another one take its place."""
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        if workers:
            os.kill(int(random.choice(workers)), signal.SIGKILL)

    def give_up(self) -> None:
        """Let no client wait any more, because the run has failed."""
        with self._alive:
            self._is_given_up = True
            self._alive.notify_all()
        if self.url:
            self.end(signal.SIGKILL)

    def wait(self, life: int) -> str:
        """Return the URL of a later start than this one, once it is ready."""
        with self._alive:
            is_ready = lambda: self._is_given_up or (self.url and self.lives > life)  # noqa: E731
            assert self._alive.wait_for(is_ready, START_SECONDS_MAX), "no server"
            assert self.url, "the run has failed"
            return self.url


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:  # the process has ended, or the system has no /proc
        return not Path("/proc").exists()
