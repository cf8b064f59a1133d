"""The documentation's FastAPI project passes its tests with the plugin, without a warning."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

WARNINGS = ["-W", "error"] if version("starlette").startswith("1.") else []
"""Older releases warn of the current anyio, whatever else is installed."""
PAGE = Path(__file__).parents[1] / "docs" / "pytest.md"


def test_a_fastapi_project_uses_the_plugin(tmp_path: Path) -> None:
    """The suite of the FastAPI example passes with any release of FastAPI; with current ones, nothing warns."""
    pytest.importorskip("fastapi")
    found = re.search(r"<!-- fastapi -->\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    (tmp_path / "test_shop.py").write_text(found[1])
    run = [sys.executable, *WARNINGS, "-m", "pytest", "-q", "-p", "no:schemathesis", str(tmp_path)]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 0, done.stdout
