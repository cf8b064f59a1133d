"""A short run of what ``make crash`` does a thousand times."""

from pathlib import Path

import pytest

from crash.run import Plan, run


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_is_killed_loses_nothing(workers: int, tmp_path: Path) -> None:
    """After each kill of it or of a worker, under load of five vendors, the server is as one that was never killed."""
    assert "nothing lost" in run(Plan(kills=4, spaces=5, terminate=0.2, workers=workers), tmp_path)
