"""Options and types of values that several commands share."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import click

PREFIX = "CARBON_EMULATOR_"

SERVICE_LINK = re.compile(r"[a-z]+://")
"""How Kubernetes and Docker begin the value of NAME_PORT, for a service called NAME."""


class Option(click.Option):
    """An option that is also an environment variable, and shows that in its help."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Ignore ``CARBON_EMULATOR_PORT=tcp://…``, which Kubernetes sets for a service called ``carbon-emulator``."""
        value = super().resolve_envvar_value(ctx)
        return None if self.name == "port" and value and SERVICE_LINK.match(value) else value


def option(name: str, *parameter: str, envvar: str | None = None, **attributes: Any) -> Callable[[Any], Any]:
    """Return an option that is also an environment variable: ``--spaces-max``, ``CARBON_EMULATOR_SPACES_MAX``."""
    variable = envvar or PREFIX + name.removeprefix("--").replace("-", "_").upper()
    return click.option(
        name, *parameter, cls=Option, envvar=variable, show_envvar=True, show_default=True, **attributes
    )


class Duration(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """A span of time: ``1h30m``, ``2d``, ``0.5s``, or seconds as ``90``."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        from emulator.client.durations import duration

        try:
            return value if isinstance(value, timedelta) else duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Instant(click.ParamType):  # type: ignore[type-arg]
    """A date, or a date and time in ISO 8601. UTC is meant where no offset is given."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from emulator.client.durations import instant_text

        try:
            return instant_text(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Checked(click.ParamType):  # type: ignore[type-arg]
    """A text for which a function of ``core.server_settings`` finds no fault."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from emulator.core import server_settings

        try:
            checked: str = getattr(server_settings, self.name)(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return checked


class Name(click.ParamType):  # type: ignore[type-arg]
    """A text for which a function of ``core.names`` finds no fault."""

    name = "name"

    def __init__(self, check: Callable[[str], str]) -> None:
        self.check = check

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return self.check(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def filters(*names: str) -> Callable[[Any], Any]:
    """Return options that select what to print, by exact values: ``--provider cnaught``."""

    def add(command: Any) -> Any:
        for name in reversed(names):
            command = _FILTERS[name](command)
        return command

    return add


def filter_options(names: Iterable[str]) -> list[str]:
    """Return the options of filters as they are on the command line."""
    return [f"--{name}" for name in names]


def _filter(name: str, of: str, **attributes: Any) -> Callable[[Any], Any]:
    return click.option(f"--{name}", help=f"Only those {of}.", **attributes)


_FILTERS = {
    "provider": _filter("provider", "of this provider"),
    "operation": _filter("operation", "of this operation"),
    "method": _filter("method", "with this HTTP method"),
    "path": _filter("path", "with this path"),
    "status": _filter("status", "with this status of the reply", type=click.IntRange(100, 599)),
    "since": _filter("since", "since this date or time", type=Instant()),
    "kind": _filter("kind", "of this kind, such as order.fulfilled"),
    "subject": _filter("subject", "about this id"),
    "state": _filter("state", "in this state, such as pending"),
    "account": _filter("account", "that touch an account of this pattern, such as 'retired/*'"),
    "unit": _filter("unit", "in this unit"),
}
