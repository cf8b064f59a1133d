"""A first-time user's walk through ``carbon-emulator demo``, with the network unplugged."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNPLUGGED = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
"""Run a command in a network namespace of its own, in which there is only loopback."""

pytestmark = pytest.mark.skipif("EXTENDED" not in os.environ, reason="takes a minute; .ci/extended runs it")


def test_a_first_walk_needs_no_network(browser: object) -> None:
    """The whole walk works with only loopback: no console error, and no request to another host."""
    if subprocess.run([*UNPLUGGED, "true"], capture_output=True, timeout=10).returncode:
        pytest.skip("this system has no network namespaces, or lacks the command ip or unshare")
    reached = subprocess.run([*UNPLUGGED, "ip", "route"], capture_output=True, text=True, timeout=10)
    assert reached.stdout == ""
    chromium = shutil.which("chromium")
    assert chromium
    walk = [*UNPLUGGED, sys.executable, "-m", "tests.ui.walk", chromium]
    done = subprocess.run(walk, capture_output=True, text=True, timeout=180, cwd=ROOT)
    assert done.returncode == 0, done.stderr
