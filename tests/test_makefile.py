"""What ``make`` does on a machine that is not as it expects."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="this machine has no make")


@pytest.mark.parametrize("script", ["exit 1", "exit 127", None])
def test_a_python_that_is_too_old_makes_no_environment(tmp_path: Path, script: str | None) -> None:
    """A later call with a newer Python works, because the first one has left nothing; the message shows it."""
    old = tmp_path / "old"
    if script:
        old.write_text(f"#!/bin/sh\n{script}\n")
        old.chmod(0o755)
    refused = make(tmp_path, str(old))
    assert refused.returncode == 2
    assert f"Python 3.11 or newer is needed, and {old} is not that: name one, such as: make serve" in refused.stderr
    assert not (tmp_path / ".venv").exists()

    new = tmp_path / "new"  # it runs the check, and tells what it would make
    new.write_text(f'#!/bin/sh\nif [ "$1" = -c ]; then exec {sys.executable} "$@"; fi\necho "$@"\n')
    new.chmod(0o755)
    assert make(tmp_path, str(new)).stdout.splitlines()[-1] == "-m venv .venv"


def make(directory: Path, python: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "-f", str(ROOT / "Makefile"), ".venv/bin/python", f"PYTHON={python}"]
    alone = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    return subprocess.run(command, cwd=directory, env=alone, capture_output=True, text=True, timeout=60)
