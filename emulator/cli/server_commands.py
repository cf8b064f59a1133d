"""Commands about a server and its spaces: health, wait, providers, env, spaces, reset."""

import shlex
import time
from datetime import timedelta

import click

from emulator.cli.options import Duration, Name, as_json
from emulator.cli.output import show, table
from emulator.cli.target import CheckFailed, ServerRefused, Target, on_server
from emulator.core.names import space_name
from emulator.core.plural import plural

POLL_SECONDS = 0.2


@click.command()
@on_server
@as_json
def health(target: Target, as_json: bool) -> None:
    """Check that the server is up and can store its spaces.

    Exit code 0 if so, 1 if not.
    """
    try:
        with target.session() as space:
            reply = space.control("GET", "/health")
    except ServerRefused as error:
        raise CheckFailed(error.format_message()) from None
    show(reply, as_json, f"{reply['status']}, version {reply['version']}, {', '.join(reply['providers'])}")


@click.command()
@on_server
@click.option("--timeout", type=Duration(), default="30s", show_default=True, help="How long to wait.")
def wait(target: Target, timeout: timedelta) -> None:
    """Wait until the server is up.

    Exit code 0, or 1 if it is not up in time.
    """
    deadline = time.monotonic() + timeout.total_seconds()
    while True:
        try:
            with target.session() as space:
                space.control("GET", "/health")
                return
        except click.ClickException as error:
            if time.monotonic() > deadline:
                span = plural(timeout.total_seconds(), "second")
                raise CheckFailed(f"not ready within {span}: {error.format_message()}") from None
        time.sleep(POLL_SECONDS)


@click.command()
@on_server
@as_json
def providers(target: Target, as_json: bool) -> None:
    """List the providers, with their URLs and credentials."""
    with target.session() as space:
        reply = space.control("GET", "/providers")
        rows = [
            (each["name"], each["url"], "  ".join(f"{name}={value}" for name, value in each["credentials"].items()))
            for each in reply["providers"]
        ]
        show(reply, as_json, table(("PROVIDER", "URL", "CREDENTIALS"), rows, "no providers"))


@click.command()
@click.argument("provider")
@on_server
@as_json
def env(target: Target, provider: str, as_json: bool) -> None:
    """Print shell exports of what a client of PROVIDER needs."""
    with target.session() as space:
        reply = space.control("GET", f"/providers/{provider}")
        values = {"base_url": reply["url"], **reply["credentials"]}
        variables = {f"{provider}_{name}".upper(): value for name, value in values.items()}
        lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
        show(variables, as_json, "\n".join(lines))


@click.command()
@on_server
@as_json
@click.option("--delete", type=Name(space_name), metavar="NAME", help="Delete this space first.")
def spaces(target: Target, as_json: bool, delete: str | None) -> None:
    """List the spaces of the server, or delete one."""
    with target.session() as space:
        if delete is not None:
            space.control("DELETE", f"/spaces/{delete}")
        reply = space.control("GET", "/spaces")
        rows = [(each["name"], each["requests"]) for each in reply["spaces"]]
        show(reply, as_json, table(("SPACE", "REQUESTS"), rows, "no spaces", {"REQUESTS"}))


@click.command()
@on_server
@click.option("--seed", type=int, help="The seed that the ids of the space follow from; the server's by default.")
def reset(target: Target, seed: int | None) -> None:
    """Reset the space to its fixtures.

    Its clock runs then, and it has no faults.
    """
    with target.session() as space:
        space.reset(seed)
