"""PostgreSQL servers of a test: made in a directory of their own, on the loopback interface, and ended by this process.

PostgreSQL refuses to run as root. Then its servers run as the user that Debian's package creates.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

from cluster.ports import free_port

USER = "postgres"
START_SECONDS_MAX = 60.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "wal_keep_size": "256MB",
    "hot_standby": "on",
}


def binaries() -> Path | None:
    """Return the directory with the programs of the newest PostgreSQL; None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("postgres")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Database:
    """A PostgreSQL server in a temporary directory: an empty one, or a standby of one that runs.

    The directory is not below another temporary one: pytest and other programs keep theirs to themselves, so that the
    user who runs the server could not reach it.
    """

    def __init__(self, settings: dict[str, str] | None = None, standby_of: "Database | None" = None) -> None:
        self.port = free_port()
        self.settings = {**SETTINGS, **(settings or {})}
        self._primary = standby_of
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as_user = {"user": USER, "group": USER, "extra_groups": ()}

    def __enter__(self) -> Self:
        self._home = tempfile.TemporaryDirectory()
        self.directory = Path(self._home.name) / "data"
        self.directory.mkdir(mode=0o700)
        if self._as_user:
            Path(self._home.name).chmod(0o711)
            shutil.chown(self.directory, USER, USER)
        if self._primary is None:
            self._run("initdb", "-U", USER, "-A", "trust", "--no-sync", "-D", self.directory)
        else:
            source = ("-h", "127.0.0.1", "-p", str(self._primary.port), "-U", USER)
            how = ("-R", "--checkpoint=fast", "--no-sync", "-X", "stream")
            self._run("pg_basebackup", *source, "-D", self.directory, *how)
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.kill()
        self._home.cleanup()

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        assert self._process, "PostgreSQL is not running"
        return self._process.pid

    def new_url(self) -> str:
        """Create an empty database in the server, and return its URL."""
        self._databases += 1
        name = f"empty_{self._databases}"
        self.query(f"CREATE DATABASE {name}")
        return self.url.removesuffix("postgres") + name

    def is_ready(self) -> bool:
        """Return whether the server takes connections."""
        command = [self._program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False, cwd="/").returncode == 0

    def kill(self) -> None:
        """End the server at once: a quick end of all its processes, without a checkpoint."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_SECONDS_MAX)
            self._process = None

    def promote(self) -> None:
        """Make a standby the primary."""
        self._run("pg_ctl", "promote", "-w", "-D", self.directory)

    def query(self, sql: str) -> str:
        """Return what psql prints for a statement."""
        command = ["psql", "-XAtq", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-c", sql, "postgres"]
        return self._run(*command).strip()

    def _start(self) -> None:
        """Start the server, and wait until it takes connections."""
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        with (self.directory.parent / "log").open("ab") as log:
            command = [self._program("postgres"), "-D", str(self.directory), "-p", str(self.port), *options]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **self._as_user)
        deadline = monotonic() + START_SECONDS_MAX
        while not self.is_ready():
            assert self._process.poll() is None, "PostgreSQL has ended"
            assert monotonic() < deadline, "PostgreSQL does not start"
            sleep(0.05)

    def _program(self, name: str) -> str:
        found = binaries()
        assert found is not None, "PostgreSQL is not installed"
        return str(found / name)

    def _run(self, program: str, *arguments: object) -> str:
        command: Sequence[str] = [self._program(program), *map(str, arguments)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **self._as_user)
        assert done.returncode == 0, f"{program}: {done.stderr}"
        return done.stdout
