"""``make crash``: see docs/durable.md.

CRASH_KILLS, CRASH_SPACES, CRASH_SEED, CRASH_SYNC and CRASH_WORKERS set the length, width, seed, syncs and processes of
a run.
"""

import os
import tempfile
from pathlib import Path

import click

from crash.run import Plan, run


def main() -> None:
    plan = Plan(
        kills=int(os.environ.get("CRASH_KILLS", "1000")),
        spaces=int(os.environ.get("CRASH_SPACES", "16")),
        seed=int(os.environ.get("CRASH_SEED", "0")),
        sync=os.environ.get("CRASH_SYNC", "normal"),
        workers=int(os.environ.get("CRASH_WORKERS", "1")),
    )
    with tempfile.TemporaryDirectory() as directory:
        report = run(plan, Path(directory), lambda text: click.echo(text, err=True))
    click.echo(report)


if __name__ == "__main__":
    main()
