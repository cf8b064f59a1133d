"""Which options of a command go together: an option that would have no effect is refused.

Only options on the command line count: an environment variable may be meant for another command.
"""

from collections.abc import Callable
from functools import wraps
from itertools import combinations
from typing import Any, TypeVar

import click
from click.core import ParameterSource

RUNNING = "the server at --url is already running"

Function = TypeVar("Function", bound=Callable[..., Any])


def exclusive(*options: str) -> Callable[[Function], Function]:
    """Refuse two of these options at once: ``exclusive("--freeze", "--run")``."""

    def check(context: click.Context) -> None:
        for one, other in combinations([name for name in options if name in given(context)], 2):
            raise click.UsageError(f"{one} and {other} exclude each other")

    return _checked(check)


def excludes(option: str, *others: str, reason: str = "") -> Callable[[Function], Function]:
    """Refuse an option together with any of the others. The reason ends the error."""

    def check(context: click.Context) -> None:
        found = given(context)
        for other in others:
            if option in found and other in found:
                raise click.UsageError(f"{other} and {option} exclude each other" + (f": {reason}" if reason else ""))

    return _checked(check)


def needs(option: str, other: str) -> Callable[[Function], Function]:
    """Refuse an option without the other one, which may also be an environment variable."""

    def check(context: click.Context) -> None:
        if option in given(context) and _sources(context)[other] in (None, ParameterSource.DEFAULT):
            raise click.UsageError(f"{option} needs {other}")

    return _checked(check)


def given(context: click.Context) -> set[str]:
    """Return the options that are on the command line, by their first names."""
    return {name for name, source in _sources(context).items() if source is ParameterSource.COMMANDLINE}


def _sources(context: click.Context) -> dict[str, ParameterSource | None]:
    """Return where the value of each option is from."""
    return {each.opts[0]: context.get_parameter_source(each.name or "") for each in context.command.params}


def _checked(check: Callable[[click.Context], None]) -> Callable[[Function], Function]:
    def decorate(command: Function) -> Function:
        @wraps(command)
        def checked(*arguments: Any, **options: Any) -> Any:
            check(click.get_current_context())
            return command(*arguments, **options)

        return checked  # type: ignore[return-value]

    return decorate
