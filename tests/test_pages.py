"""The commands in the documentation print what the pages show, and its examples run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from emulator.providers import NAMES
from tests.support import provider_pages
from tests.support.pages import CONSOLE, PAGES, README, TABLE, URL, rendered
from tests.test_pytest_plugin import OTHER_PLUGINS_OFF

TEXTS = {page.name: page.read_text() for page in PAGES}
COMPUTED = [name for name, text in TEXTS.items() if CONSOLE.search(text) or TABLE.search(text)]
README_BYTES_MAX = 8_192


def blocks(language: str) -> list[Any]:
    """Return the unmarked code blocks of all pages in a language."""
    fence = re.compile(rf"(?<!-->\n)```{language}\n(.*?)```", re.DOTALL)
    return [
        pytest.param(block, id=f"{name}-{number}")
        for name, text in TEXTS.items()
        for number, block in enumerate(fence.findall(text))
    ]


SUITES = [block for block in blocks("python") if block.values[0].startswith("# test_")]
SCRIPTS = [block for block in blocks("python") if block not in SUITES]
NODE = [block for block in blocks("js") if "import " not in block.values[0]]
"""JavaScript that needs only Node; the tests of an SDK run examples that import it."""


@pytest.mark.parametrize("name", COMPUTED)
def test_pages_show_current_output(name: str) -> None:
    """Each command prints what the page shows below it, and generated tables are current."""
    assert rendered(TEXTS[name]) == TEXTS[name], "run: python -m tests.support.pages"


@pytest.mark.parametrize("provider", NAMES)
def test_the_page_of_each_provider_is_current(provider: str) -> None:
    """A provider's page lists its current operations and rules."""
    found = (provider_pages.DIRECTORY / f"{provider}.md").read_text()
    assert found == provider_pages.page(provider), "run: python -m tests.support.pages"


def test_the_readme_is_short() -> None:
    """The README fits in 8 kB; details are in docs/."""
    assert len(README.read_bytes()) <= README_BYTES_MAX


@pytest.mark.parametrize("script", SCRIPTS)
def test_python_examples_run(script: str) -> None:
    """Each Python example ends without an error or a warning."""
    with Emulator() as server:
        _run([sys.executable, "-W", "error", "-c", script.replace(URL, server.url)])


@pytest.mark.skipif(shutil.which("node") is None, reason="this machine has no Node")
@pytest.mark.parametrize("script", NODE)
def test_javascript_examples_run(script: str) -> None:
    """Each JavaScript example prints a reply and ends without an error."""
    with Emulator() as server:
        output = _run(["node", "--input-type=module", "-e", script.replace(URL, server.url)])
    assert "1550.8" in output


@pytest.mark.parametrize("suite", SUITES)
def test_test_suites_run(suite: str, tmp_path: Path) -> None:
    """Each example of a test suite passes."""
    (tmp_path / "test_offsets.py").write_text(suite)
    assert _passes(tmp_path)


def test_test_suites_run_on_several_workers(tmp_path: Path) -> None:
    """The examples pass in parallel, on several workers of pytest-xdist."""
    for number, suite in enumerate(SUITES):
        (tmp_path / f"test_offsets_{number}.py").write_text(suite.values[0])
    assert _passes(tmp_path, "-n", "2")


def _passes(directory: Path, *options: str) -> bool:
    output = _run([sys.executable, "-m", "pytest", "-q", "-W", "error", *OTHER_PLUGINS_OFF, *options, "."], directory)
    return re.search(r"\d+ passed", output) is not None


def _run(command: list[str], directory: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=directory)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
