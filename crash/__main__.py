"""``make crash``: see docs/durable.md.

CRASH_KILLS, CRASH_SPACES, CRASH_SEED, CRASH_SYNC and CRASH_WORKERS set the length, width, seed, syncs and processes of
a run, and CRASH_DISKS how often a disk is filled afterwards.
"""

import os
import tempfile
from pathlib import Path

import click

from crash.full_disk import run_on_full_disk
from crash.run import Plan, run


def main() -> None:
    plan = Plan(
        kills=int(os.environ.get("CRASH_KILLS", "1000")),
        spaces=int(os.environ.get("CRASH_SPACES", "16")),
        seed=int(os.environ.get("CRASH_SEED", "0")),
        sync=os.environ.get("CRASH_SYNC", "normal"),
        workers=int(os.environ.get("CRASH_WORKERS", "1")),
    )
    rounds = int(os.environ.get("CRASH_DISKS", "20"))
    with tempfile.TemporaryDirectory() as killed, tempfile.TemporaryDirectory() as filled:
        click.echo(run(plan, Path(killed), _log))
        try:
            click.echo(run_on_full_disk(plan, rounds, Path(filled), _log))
        except OSError as error:
            click.echo(f"not tried on a full disk: {error}. Only root can mount a small one")


def _log(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
