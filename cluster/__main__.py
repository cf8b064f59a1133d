"""``make cluster``: see docs/cluster.md. CLUSTER_SECONDS and CLUSTER_SEED make a run longer, or another one."""

import os
import tempfile
from pathlib import Path

import click

from cluster.run import run


def main() -> None:
    seconds, seed = float(os.environ.get("CLUSTER_SECONDS", "30")), int(os.environ.get("CLUSTER_SEED", "0"))
    with tempfile.TemporaryDirectory() as directory:
        click.echo(run(seconds, seed, Path(directory), lambda text: click.echo(text, err=True)))


if __name__ == "__main__":
    main()
