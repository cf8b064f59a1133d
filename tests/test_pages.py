"""The commands in the documentation print what the pages show, and its examples run."""

import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
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

RUN_ALL = """
import sys
from runpy import run_path
for script in sys.argv[1:]:
    run_path(script, run_name="__main__")
"""


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


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl"))), reason="this machine has no bash, or no curl")
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


def test_python_examples_run(tmp_path: Path) -> None:
    """Each Python example ends without an error or a warning. They share a process, but no names and no server."""
    with ExitStack() as servers:
        for script in SCRIPTS:
            server = servers.enter_context(Emulator())
            (tmp_path / f"{script.id}.py").write_text(script.values[0].replace(URL, server.url))
        _run([sys.executable, "-W", "error", "-c", RUN_ALL, *map(str, sorted(tmp_path.iterdir()))])


@pytest.mark.skipif(shutil.which("node") is None, reason="this machine has no Node")
@pytest.mark.parametrize("script", NODE)
def test_javascript_examples_run(script: str) -> None:
    """Each JavaScript example prints a reply and ends without an error."""
    with Emulator() as server:
        output = _run(["node", "--input-type=module", "-e", script.replace(URL, server.url)])
    assert "1550.8" in output


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one process", "two workers"])
def test_test_suites_run(workers: list[str], tmp_path: Path) -> None:
    """Each example of a test suite passes, on several workers of pytest-xdist too."""
    for suite in SUITES:
        (tmp_path / f"test_{suite.id.replace('.', '_').replace('-', '_')}.py").write_text(suite.values[0])
    output = _run([sys.executable, "-m", "pytest", "-q", "-W", "error", *OTHER_PLUGINS_OFF, *workers, "."], tmp_path)
    assert re.search(r"\d+ passed", output)


def _run(command: list[str], directory: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=directory)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
