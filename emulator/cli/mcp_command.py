"""``carbon-emulator mcp``"""

from collections.abc import Callable
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from emulator.cli.options import Checked, option
from emulator.cli.target import CheckFailed
from emulator.core.version import __version__

INSTRUCTIONS = """\
Carbon Emulator stands in for the APIs of 1ClickImpact, CNaught, Carbon Insights, Dcycle and Thallo on this machine.
Start a space, configure the code under test with the URL and the credentials of a provider in it, run the code, and
list its requests. For one that was refused, explain_refusal has the rule and what would pass. On a frozen clock (`at`),
time passes on command only. Faults are never random.
"""


@click.command()
@option("--url", help="Use the server at this URL of this machine; by default one is started.")
@option(
    "--token",
    envvar="CARBON_EMULATOR_CONTROL_TOKEN",
    type=Checked("token"),
    help="The control token of that server.",
)
@option("--fixtures", type=click.Path(path_type=Path), help="The directory with the server's own fixtures.")
def mcp(url: str | None, token: str | None, fixtures: Path | None) -> None:
    """Serve the Model Context Protocol, for coding agents.

    On standard input and output. It needs the extra `mcp`. It can do what the control API does, on this machine only.
    """
    try:
        from mcp.server.mcpserver import MCPServer
    except ImportError:
        raise click.UsageError("the extra is missing: pip install 'carbon-emulator[mcp]'") from None
    import httpx

    from emulator.cli.mcp_tools import Tools
    from emulator.client.control_client import Refused
    from emulator.client.embedded import Emulator
    from emulator.client.handles import connect
    from emulator.client.server_url import server_url
    from emulator.core.hosts import is_loopback
    from emulator.space.fixtures import BadFixture

    with ExitStack() as stack:
        try:
            if url and not is_loopback(urlsplit(server_url(url)).hostname or ""):
                raise ValueError(f"{url} is not on this machine")
            server = connect(url, token) if url else stack.enter_context(Emulator(fixtures=fixtures))
            server.control("GET", "/clock")
        except (BadFixture, ValueError) as error:
            raise click.UsageError(str(error)) from None
        except (Refused, httpx.HTTPError) as error:
            raise CheckFailed(f"no Carbon Emulator at {url}: {error}") from None
        protocol = MCPServer("carbon-emulator", version=__version__, instructions=INSTRUCTIONS, log_level="ERROR")
        for tool in Tools(server, fixtures).all():
            protocol.add_tool(_explained(tool))
        protocol.run("stdio")


def _explained(tool: Callable[..., Any]) -> Callable[..., Any]:
    """Return a tool whose errors reach the agent: of all others, the SDK passes on no more than that there was one."""
    from mcp.server.mcpserver.exceptions import ToolError

    from emulator.bundles.bundle import BadBundle
    from emulator.client.control_client import Refused

    @wraps(tool)
    def explained(**arguments: Any) -> Any:
        try:
            return tool(**arguments)
        except (BadBundle, Refused, TypeError, ValueError) as error:
            raise ToolError(str(error)) from error

    return explained
