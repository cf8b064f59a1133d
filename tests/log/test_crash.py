"""A short run of what ``make crash`` does a thousand times."""

from pathlib import Path

from crash.run import Plan, run


def test_a_server_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """After each kill, under load of five vendors, the server is as one that was never killed."""
    assert "nothing lost" in run(Plan(kills=6, spaces=5, terminate=0.2), tmp_path)
