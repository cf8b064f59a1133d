"""The examples of the guide to `exec` run as they are printed, with the vendors' own SDKs and production hosts."""

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "exec.md"
NODE_MODULES = Path(__file__).parent / "cnaught" / "node_modules"
SECONDS_MAX = 60


def example(name: str) -> str:
    """Return a program of the guide."""
    found = re.search(rf"<!-- sdk: {name} -->\n```\w+\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    return found[1]


def command(name: str) -> str:
    """Return the guide's command that runs a program with a key."""
    found = re.search(rf"^(\w+=\w+ carbon-emulator exec -- .*{name})$", PAGE.read_text(), re.MULTILINE)
    assert found
    return found[1]


def run(name: str, directory: Path) -> str:
    """Run the guide's command in a directory with its program, and return what it prints."""
    (directory / name).write_text(example(name))
    programs = directory / "bin"
    programs.mkdir()
    (programs / "carbon-emulator").write_text(f'#!/bin/sh\nexec {sys.executable} -m emulator "$@"\n')
    (programs / "carbon-emulator").chmod(0o755)
    (programs / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (programs / "python").chmod(0o755)
    node = Path(shutil.which("node") or "/usr/bin/node").parent
    environment = {"PATH": f"{programs}:{node}:/usr/bin:/bin", "XDG_DATA_HOME": str(directory / "data")}
    done = subprocess.run(
        ["sh", "-c", command(name)], cwd=directory, env=environment, capture_output=True, text=True, timeout=SECONDS_MAX
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(find_spec("makeimpact") is None, reason="makeimpact is not installed")
def test_the_shop_in_python(tmp_path: Path) -> None:
    """1ClickImpact's SDK plants trees in the emulator."""
    assert "PlantTreeResponse(user_id='U123', tree_planted=3" in run("shop.py", tmp_path)


@pytest.mark.skipif(not NODE_MODULES.exists() or shutil.which("node") is None, reason="CNaught's SDK is not installed")
def test_the_shop_in_node(tmp_path: Path) -> None:
    """CNaught's SDK places an order in the emulator."""
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    assert "state: 'placed'" in run("shop.mjs", tmp_path)
