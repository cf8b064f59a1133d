"""Generate the reference pages from the command line, the control contract and the settings.

``python -m tests.support.reference`` writes them; a test compares.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from inspect import getdoc
from pathlib import Path
from typing import Any

import click

from emulator.cli import app
from emulator.cli.app import cli
from emulator.core.documents import write
from emulator.evidence import contracts
from emulator.providers import ALL
from emulator.space.faults import FaultDraft
from emulator.space.fixtures import Fixtures
from emulator.web.effect import Effect

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "reference.md"


MARKER = """\
| argument | meaning |
| --- | --- |
| `@pytest.mark.carbon(at="2026-01-01")` | The instant at which the clock of the test's space is frozen. |
| `@pytest.mark.carbon(seed=3)` | The seed of the space's identifiers. |
| `@pytest.mark.carbon(strict=True)` | Fail the test if its client sent anything that no rule reads. |
| `@pytest.mark.carbon(evidence="docs")` | Fail the test if it depends on weaker evidence than this. |
| `@pytest.mark.carbon(scenario="shop")` | Fill the space with this scenario. |"""


def page() -> str:
    """Return the expected reference page."""
    sections = (
        (
            "Command line",
            f"Options with a variable in the table may be set in the environment, too. {exit_codes()}",
            command_lines(),
        ),
        ("Control API", "Below `/_emulator`, or `/~NAME/_emulator` for the space NAME.", endpoint_lines()),
        ("Settings", "`GET` and `PATCH /_emulator/settings/PROVIDER`.", setting_lines()),
        ("pytest", "The marker of a test that uses a space:", [MARKER]),
        ("Faults", "`POST /_emulator/faults`: on which requests a fault fires, and its effect.", fault_lines()),
    )
    parts = [f"## {title}\n\n{text}\n\n" + "\n".join(lines) + "\n" for title, text, lines in sections]
    made = "This page is made from the code: `python -m tests.support.reference`."
    return f"# Reference\n\nEvery command, endpoint, setting and fault. {made}\n\n" + "\n".join(parts)


def exit_codes() -> str:
    """Return the paragraph about exit codes of the command line's docstring, on one line."""
    (paragraph,) = [part for part in (app.__doc__ or "").split("\n\n") if part.startswith("Exit codes:")]
    return _text(paragraph)


def command_lines() -> Iterator[str]:
    for path, command in commands(cli, "carbon-emulator"):
        arguments = "".join(f" {parameter.make_metavar(click.Context(command))}" for parameter in arguments_of(command))
        yield f"### `{path}{arguments}`\n\n{_text(command.help)}\n"
        options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
        if options:
            yield "| option | environment | meaning |\n| --- | --- | --- |"
            yield from (_option(option) for option in options)
            yield ""


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its path, groups before their commands."""
    yield path, command
    for name, below in sorted(getattr(command, "commands", {}).items()):
        yield from commands(below, f"{path} {name}")


def arguments_of(command: click.Command) -> list[click.Argument]:
    return [parameter for parameter in command.params if isinstance(parameter, click.Argument)]


def endpoint_lines() -> Iterator[str]:
    yield "| request | meaning |\n| --- | --- |"
    for path, methods in contracts.contract("control")["paths"].items():
        for method, operation in methods.items():
            if method in contracts.METHODS:
                yield f"| `{method.upper()} {path}` | {_text(operation['summary'])} |"


def setting_lines() -> Iterator[str]:
    fixtures = Fixtures(ALL)
    for name, provider in ALL.items():
        settings = getattr(fixtures[name].memory, "settings", None)
        if settings is not None:
            yield f"### {provider.title}\n\n{_text(getdoc(settings))}\n\n| setting | default |\n| --- | --- |"
            yield from (f"| `{field.name}` | `{_json(write(settings)[field.name])}` |" for field in fields(settings))
            yield ""


def fault_lines() -> Iterator[str]:
    for model in (FaultDraft, Effect):
        yield f"{_text(getdoc(model))}\n\n| member | default |\n| --- | --- |"
        for name, field in model.model_fields.items():
            default = "required" if field.is_required() else f"`{_json(field.default)}`"
            yield f"| `{name}` | {default} |"
        yield ""


def _option(option: click.Option) -> str:
    variables = [option.envvar] if isinstance(option.envvar, str) else list(option.envvar or ())
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    return f"| {names} | {', '.join(f'`{name}`' for name in variables)} | {_text(option.help)} |"


def _text(text: str | None) -> str:
    """Return a help text or docstring as one paragraph."""
    assert text, "every command, option and model is documented"
    return re.sub(r"``", "`", " ".join(text.split()))


def _json(value: Any) -> str:
    return str(value).replace("|", "\\|") if value is not None else "null"


if __name__ == "__main__":
    PAGE.write_text(page())
