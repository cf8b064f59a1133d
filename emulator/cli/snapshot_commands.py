"""``carbon-emulator snapshot`` and ``carbon-emulator bundle``"""

from pathlib import Path

import click

from emulator.cli.options import Name, as_json
from emulator.cli.output import read_json, show, table, write_json
from emulator.cli.target import Target, on_server
from emulator.core.names import snapshot_name

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def snapshot() -> None:
    """Save and load the space, or keep snapshots of it on the server."""


@snapshot.command()
@click.argument("file", type=FILE)
@on_server
def save(target: Target, file: Path) -> None:
    """Write the whole space to FILE."""
    with target.session() as space:
        write_json(file, space.snapshot())


@snapshot.command()
@click.argument("file", type=FILE)
@on_server
def load(target: Target, file: Path) -> None:
    """Restore the space from FILE, with an empty journal. If anything is wrong with it, the space does not change."""
    document = read_json(file)
    with target.session() as space:
        space.restore(document)


@snapshot.command("list")
@on_server
@as_json
def list_snapshots(target: Target, as_json: bool) -> None:
    """List the snapshots of the space that the server keeps."""
    with target.session() as space:
        reply = space.control("GET", "/snapshots")
        show(reply, as_json, table(("SNAPSHOT",), [(name,) for name in reply["snapshots"]], "no snapshots"))


@snapshot.command()
@click.argument("name", type=Name(snapshot_name))
@on_server
def keep(target: Target, name: str) -> None:
    """Keep a snapshot of the space on the server, by a name."""
    with target.session() as space:
        space.control("POST", f"/snapshots/{name}")


@snapshot.command()
@click.argument("name", type=Name(snapshot_name))
@on_server
def restore(target: Target, name: str) -> None:
    """Restore the space from a snapshot that the server keeps.

    The journal is empty then.
    """
    with target.session() as space:
        space.control("POST", f"/snapshots/{name}/restore")


@snapshot.command()
@click.argument("name", type=Name(snapshot_name))
@on_server
def delete(target: Target, name: str) -> None:
    """Delete a snapshot that the server keeps."""
    with target.session() as space:
        space.control("DELETE", f"/snapshots/{name}")


@click.group()
def bundle() -> None:
    """Save the recorded run of the space, to replay it elsewhere."""


@bundle.command("save")
@click.argument("file", type=FILE)
@on_server
def save_bundle(target: Target, file: Path) -> None:
    """Write the recorded run of the space to FILE, without secrets.

    It has all requests since the space was created, reset, restored or cleared.
    """
    with target.session() as space:
        write_json(file, space.bundle())
