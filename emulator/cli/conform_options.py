"""The options of commands that compare this emulator with other servers."""

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from emulator.conformance.report import Report

ENVIRONMENT = "CARBON_CONFORM_"
"""How variables begin: ``CARBON_CONFORM_CNAUGHT_API_KEY`` is a credential, ``CARBON_CONFORM_CNAUGHT_URL`` the URL."""

PACE_SECONDS = 0.25


class Differs(click.ClickException):
    """The server differs; exit code 1."""

    exit_code = 1


class CannotRun(click.ClickException):
    """A run could not begin or end; exit code 2."""

    exit_code = 2


def credential_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--credential NAME=VALUE`` and ``--key VALUE``."""
    command = click.option("--key", metavar="VALUE", help="Short for --credential api_key=VALUE.")(command)
    return click.option("--credential", multiple=True, metavar="NAME=VALUE", help="A credential; may be repeated.")(
        command
    )


pace_option = click.option(
    "--pace",
    type=click.FloatRange(min=0),
    default=PACE_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="The least time between two requests.",
)


def check_provider(provider: str) -> None:
    """Raise CannotRun for a name that no provider has."""
    from emulator.providers import ALL

    if provider not in ALL:
        raise CannotRun(f"unknown provider {provider!r}; known: {', '.join(ALL)}")


def credentials(provider: str, pairs: tuple[str, ...], key: str | None) -> dict[str, str]:
    """Return the credentials of the environment and of the command line. Raises CannotRun."""
    found = from_environment(provider)
    if key:
        found["api_key"] = key
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not value:
            raise CannotRun("a credential is given as --credential NAME=VALUE")
        found[name] = value
    return found


def from_environment(provider: str) -> dict[str, str]:
    """Return the credentials of a provider that environment variables give."""
    prefix = f"{ENVIRONMENT}{provider.upper()}_"
    found = {name.removeprefix(prefix).lower(): value for name, value in os.environ.items() if name.startswith(prefix)}
    found.pop("url", None)
    return found


def url_from_environment(provider: str) -> str | None:
    """Return the URL of a provider that an environment variable gives."""
    return os.environ.get(f"{ENVIRONMENT}{provider.upper()}_URL")


def run(provider: str, url: str, given: Mapping[str, str], write: bool, pace: float) -> "Report":
    """Run the probes of a provider. Raises CannotRun."""
    import httpx

    from emulator.conformance.connection import Connection
    from emulator.conformance.pace import RealPace
    from emulator.conformance.probe_file import InvalidProbes, probe_file
    from emulator.conformance.run import CouldNotRun, conform
    from emulator.core.hosts import is_loopback

    check_provider(provider)
    try:
        local = is_loopback(httpx.URL(base_url(url)).host)
        with httpx.Client(base_url=url, timeout=30, follow_redirects=False, trust_env=not local) as http:
            file = probe_file(provider)
            return conform(Connection(http, provider, file, given, RealPace(pace), write), url)
    except (CouldNotRun, InvalidProbes) as error:
        raise CannotRun(str(error)) from None


def base_url(url: str) -> str:
    """Return a URL that a client can use. Raises CannotRun."""
    import httpx

    try:
        read = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise CannotRun(f"not a URL: {error}") from None
    if read.scheme not in ("http", "https") or not read.host:
        raise CannotRun(f"not a URL: {url}")
    if read.userinfo or read.query or read.fragment:
        raise CannotRun("a base URL has no credentials, query or fragment; give credentials as --credential NAME=VALUE")
    return url
