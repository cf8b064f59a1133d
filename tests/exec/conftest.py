"""Run commands by ``carbon-emulator exec``, with an authority and temporary files of their own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXEC = [sys.executable, "-m", "emulator", "exec"]
PYTHON = sys.executable
CALL = """
import sys, urllib.request, urllib.error
for url in sys.argv[1:]:
    try:
        print(urllib.request.urlopen(url, timeout=20).status)
    except urllib.error.HTTPError as error:
        print(error.code)
    except OSError as error:
        print(type(error).__name__, error)
"""
ORDERS = "https://api.cnaught.com/v1/orders"

SECONDS_MAX = 60
"""How long a command may take on a machine that does much else."""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def environment(data: Path, tmp_path: Path) -> dict[str, str]:
    """Return an environment with only an authority and a directory for temporary files."""
    kept = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    (tmp_path / "temporary").mkdir()
    return kept | {"XDG_DATA_HOME": str(data), "TMPDIR": str(tmp_path / "temporary")}


@pytest.fixture
def run(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs a command by ``exec``, and checks that nothing is left behind."""

    def run(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*EXEC, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=environment | variables,
            timeout=SECONDS_MAX,
        )
        assert list(Path(environment["TMPDIR"]).iterdir()) == []
        return done

    return run
