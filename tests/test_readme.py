"""The README shows what comes back, and its Python runs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emulator import Emulator
from tests.support.readme import README, URL, rendered
from tests.test_pytest_plugin import OTHER_PLUGINS_OFF

TEXT = README.read_text()
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
SCRIPTS = [block for block in PYTHON if not block.startswith("# test_")]
SUITE = next(block for block in PYTHON if block.startswith("# test_"))
NODE = [block for block in re.findall(r"```js\n(.*?)```", TEXT, re.DOTALL) if "import " not in block]
"""What runs on Node alone; what imports an SDK is run by that SDK's tests."""


def test_the_readme_shows_what_comes_back() -> None:
    """Every command of the README prints what stands below it, and its tables are those of the code."""
    assert rendered(TEXT) == TEXT, "run: python -m tests.support.readme"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.splitlines()[0])
def test_the_readmes_python_runs(script: str) -> None:
    """Every Python example of the README ends without an error."""
    with Emulator() as server:
        _run([sys.executable, "-W", "error", "-c", script.replace(URL, server.url)])


@pytest.mark.skipif(shutil.which("node") is None, reason="this machine has no Node")
@pytest.mark.parametrize("script", NODE)
def test_the_readmes_javascript_runs(script: str) -> None:
    """Every JavaScript example of the README ends without an error."""
    with Emulator() as server:
        said = _run(["node", "--input-type=module", "-e", script.replace(URL, server.url)])
    assert "1550.8" in said


@pytest.mark.parametrize("workers", [[], ["-n", "4"]], ids=["alone", "four workers"])
def test_the_readmes_suite_runs(tmp_path: Path, workers: list[str]) -> None:
    """The suite of the README's pytest section passes as it stands, also on four workers."""
    (tmp_path / "test_offsets.py").write_text(SUITE)
    options = ["-q", "-W", "error", *OTHER_PLUGINS_OFF, *workers]
    said = _run([sys.executable, "-m", "pytest", *options, str(tmp_path)], tmp_path)
    assert "14 passed" in said


def _run(command: list[str], directory: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=directory)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
