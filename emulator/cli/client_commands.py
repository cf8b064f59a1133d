"""The commands that talk to a server that is running."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from emulator.client.handles import SpaceHandle

POLL_SECONDS = 0.2


class ServerRefused(click.ClickException):
    """The server said no; exit code 3."""

    exit_code = 3


class NotWell(click.ClickException):
    """A check failed; exit code 1."""

    exit_code = 1


@dataclass(slots=True)
class Where:
    """The space that a command is for, as its options say."""

    url: str | None = None
    port: int = 4412
    space: str = "default"
    token: str | None = None

    @contextmanager
    def opened(self) -> "Iterator[SpaceHandle]":
        """The space. What the server or the network refuses becomes one sentence."""
        import httpx  # serving has no need of it

        from emulator.client.handles import Refused, SpaceHandle

        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        address = self.url or f"http://127.0.0.1:{self.port}"
        with httpx.Client(base_url=address, headers=headers, timeout=30) as http:
            try:
                yield SpaceHandle(http, self.space)
            except Refused as error:
                raise ServerRefused(str(error)) from None
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                raise NotWell(f"{address} does not answer as an emulator: {error}") from None


def _of_server(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that talks to a server; it gets a Where."""
    options = (
        _where("--url", help="The server; the port of this machine otherwise."),
        _where("--port", type=int, default=4412, show_default=True, help="Its port on this machine."),
        _where("--space", default="default", show_default=True, help="The space in it."),
        _where("--token", envvar="CARBON_EMULATOR_CONTROL_TOKEN", help="Its control token."),
    )
    command = click.make_pass_decorator(Where, ensure=True)(command)
    for option in options:
        command = option(command)
    return command


def _where(name: str, **attributes: Any) -> Callable[[Any], Any]:
    def keep(context: click.Context, option: click.Parameter, value: Any) -> None:
        setattr(context.ensure_object(Where), option.name or "", value)

    variable = "CARBON_EMULATOR_" + name.removeprefix("--").upper()
    return click.option(name, **{"envvar": variable, "expose_value": False, "callback": keep, **attributes})


_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _show(content: Any, as_json: bool, text: str) -> None:
    click.echo(json.dumps(content, indent=2) if as_json else text)


@click.command()
@_of_server
@_as_json
def health(where: Where, as_json: bool) -> None:
    """Say whether the server is well: exit code 0, or 1."""
    with where.opened() as handle:
        said = handle.control("GET", "/health")
        _show(said, as_json, f"{said['status']}, version {said['version']}, {', '.join(said['providers'])}")


@click.command()
@_of_server
@click.option("--timeout", default=30.0, show_default=True, help="How long to wait, in seconds.")
def wait(where: Where, timeout: float) -> None:
    """Wait until the server is well: exit code 0, or 1 when it is not in time."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            with where.opened() as handle:
                handle.control("GET", "/health")
                return
        except click.ClickException as error:
            if time.monotonic() > deadline:
                raise NotWell(f"not ready within {timeout:g} seconds: {error.format_message()}") from None
        time.sleep(POLL_SECONDS)


@click.command()
@click.argument("provider")
@_of_server
@_as_json
def env(where: Where, provider: str, as_json: bool) -> None:
    """Print what a client of a provider needs, as exports for a shell and nothing else."""
    with where.opened() as handle:
        try:
            backend = getattr(handle, provider)
        except AttributeError as error:
            raise click.UsageError(str(error)) from None
        named = {f"{provider}_{name}".upper(): value for name, value in backend.credentials.items()}
        variables = {f"{provider}_BASE_URL".upper(): backend.url, **named}
        _show(variables, as_json, "\n".join(f"export {name}='{value}'" for name, value in variables.items()))


@click.command()
@_of_server
@_as_json
@click.option("--set", "at", help="Move on to this instant (ISO 8601), or begin a fresh space there.")
@click.option("--freeze/--run", default=None, help="Let the clock stand still, or run.")
@click.option("--advance", type=float, help="Let so many seconds pass.")
def clock(
    where: Where,
    as_json: bool,
    at: str | None,
    freeze: bool | None,
    advance: float | None,
) -> None:
    """Read the space's clock, set it, or let time pass; tells what fell due."""
    with where.opened() as handle:
        said = handle.control("GET", "/clock")
        if at is not None or freeze is not None:
            setting = {"now": at, "frozen": freeze}
            content = {name: value for name, value in setting.items() if value is not None}
            said = handle.control("PUT", "/clock", json=content)
        if advance is not None:
            said = handle.control("POST", "/clock/advance", json={"seconds": advance})
        events = [f"{event['at']} {event['kind']} {event['subject']}" for event in said.get("events", ())]
        state = "frozen" if said["frozen"] else "running"
        _show(said, as_json, "\n".join([f"{said['now']} {state}", *events]))


@click.command()
@_of_server
@_as_json
@click.option("--add", metavar="JSON", help="A fault to set, as the control API takes it.")
@click.option("--clear", is_flag=True, help="Take all faults away.")
def faults(where: Where, as_json: bool, add: str | None, clear: bool) -> None:
    """List the space's faults and how often each has fired; set one, or take them away."""
    with where.opened() as handle:
        if clear:
            handle.control("DELETE", "/faults")
        if add is not None:
            handle.control("POST", "/faults", content=add, headers={"Content-Type": "application/json"})
        said = handle.control("GET", "/faults")
        rows = [
            f"{fault['id']} {fault['provider'] or 'any'} {fault['operation'] or 'any'} {fault['when']}: "
            f"fired {fault['fired']} of {fault['times']}"
            for fault in said["faults"]
        ]
        _show(said, as_json, "\n".join(rows) or "no faults")


@click.command()
@_of_server
@_as_json
@click.option("--follow", is_flag=True, help="Go on printing as requests come, until interrupted.")
@click.option("--provider", help="Only requests to this provider.")
@click.option("--operation", help="Only requests to this operation.")
@click.option("--status", type=int, help="Only replies with this status.")
def requests(where: Where, as_json: bool, follow: bool, **filters: Any) -> None:
    """Print the space's journal, oldest first; with --json one object a line."""
    asked = {name: value for name, value in filters.items() if value is not None}
    with where.opened() as handle:
        last = 0
        while True:
            for entry in handle.requests.matching(**asked):
                if entry["id"] > last:
                    last = entry["id"]
                    click.echo(json.dumps(entry) if as_json else _line(entry))
            if not follow:
                return
            time.sleep(POLL_SECONDS)


def _line(entry: dict[str, Any]) -> str:
    unread = f"  unread: {', '.join(entry['unread'])}" if entry["unread"] else ""
    where = f"{entry['method']} {entry['path']}"
    return f"{entry['id']:>5} {entry['at']} {entry['provider']} {where} {entry['status']}{unread}"


# --- snapshots --------------------------------------------------------------------------------------------------------


@click.group()
def snapshots() -> None:
    """Save a space to a file, load it from one, or list those that the server keeps."""


@snapshots.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_of_server
def save(where: Where, file: Path) -> None:
    """Write the whole space to a file."""
    with where.opened() as handle:
        document = json.dumps(handle.snapshot())
        try:
            file.write_text(document)
        except OSError as error:
            raise click.UsageError(f"cannot write {file}: {error.strerror}") from None


@snapshots.command()
@click.argument("file", type=click.Path(path_type=Path))
@_of_server
def load(where: Where, file: Path) -> None:
    """Make the space what a file says; refused whole when something is wrong with it."""
    document = read_json(file)
    with where.opened() as handle:
        handle.restore(document)


@snapshots.command("list")
@_of_server
@_as_json
def list_kept(where: Where, as_json: bool) -> None:
    """List the snapshots that the server keeps of the space, by name."""
    with where.opened() as handle:
        said = handle.control("GET", "/snapshots")
        _show(said, as_json, "\n".join(said["snapshots"]) or "no snapshots")


def read_json(file: Path) -> Any:
    """A JSON file, read with a progress bar on a terminal when it is large."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from None
    try:
        return json.loads(content)
    except ValueError as error:
        raise click.UsageError(f"{file} is no JSON: {error}") from None
