"""The server and the space that a command is for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from emulator.cli.options import Checked, Name, option
from emulator.core.names import space_name

if TYPE_CHECKING:
    from emulator.client.handles import SpaceHandle

REPLY_SECONDS_MAX = 30
NO_SERVER_ADVICE = "start one with `carbon-emulator serve`, or name another with --url"


class ServerRefused(click.ClickException):
    """The server refused a request; exit code 3."""

    exit_code = 3


class CheckFailed(click.ClickException):
    """A check failed, or no server answered; exit code 1."""

    exit_code = 1


class Target:
    """The server and the space that the options of a command choose. ``given`` are the options on the command line."""

    def __init__(self, url: str | None = None, space: str = "default", token: str | None = None) -> None:
        self.url = url
        self.url_file: Path | None = None
        self.port = 4412
        self.space = space
        self.token = token
        self.given: set[str] = set()

    @contextmanager
    def session(self) -> "Iterator[SpaceHandle]":
        """Yield the space. Raises ServerRefused and CheckFailed, with one sentence."""
        import httpx  # serving does not need it

        from emulator.client.control_client import Refused
        from emulator.client.handles import SpaceHandle
        from emulator.client.quiet_client import QuietClient

        address = self.address()
        try:
            with QuietClient(address, self.token, REPLY_SECONDS_MAX) as http:
                yield SpaceHandle(http, self.space)
        except Refused as error:
            raise ServerRefused(str(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CheckFailed(f"no reply from a Carbon Emulator at {address}: {error}; {NO_SERVER_ADVICE}") from None

    def address(self) -> str:
        """Return the URL of the server: as given, from the file that ``serve --url-file`` wrote, or by the port."""
        if self.url:
            from emulator.client.server_url import server_url

            try:
                return server_url(self.url)
            except ValueError as error:
                raise click.UsageError(str(error)) from None
        if self.url_file:
            try:
                return self.url_file.read_text().strip()
            except OSError as error:
                raise CheckFailed(f"cannot read the server's URL from {self.url_file}: {error.strerror}") from None
        return f"http://127.0.0.1:{self.port}"


def on_server(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose a server and a space. The command gets a Target."""
    options = (
        _target_option("--url", help="The URL of the server."),
        _target_option("--url-file", type=click.Path(path_type=Path), help="A file with it, of serve --url-file."),
        _target_option("--port", type=int, default=4412, help="Its port on this machine, if no URL is given."),
        _target_option("--space", default="default", type=Name(space_name), help="The space."),
        _target_option(
            "--token",
            envvar="CARBON_EMULATOR_CONTROL_TOKEN",
            type=Checked("token"),
            help="The control token of the server.",
        ),
    )
    command = click.make_pass_decorator(Target, ensure=True)(command)
    for each in reversed(options):
        command = each(command)
    return command


def _target_option(name: str, **attributes: Any) -> Callable[[Any], Any]:
    def keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        assert parameter.name
        target, source = context.ensure_object(Target), context.get_parameter_source(parameter.name)
        if source is ParameterSource.COMMANDLINE:
            target.given.add(parameter.name)
        elif source is ParameterSource.DEFAULT or parameter.name in target.given:
            return  # an option of the group also applies to its subcommand
        setattr(target, parameter.name, value)

    return option(name, expose_value=False, callback=keep, **attributes)
