"""Generate the reference pages from the command line, the control contract and the settings.

``python -m tests.support.reference`` writes them; a test compares.
"""

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from inspect import getdoc
from pathlib import Path
from typing import Any

import click

from emulator.cli import app
from emulator.cli.app import cli
from emulator.client import handles
from emulator.client.clock_handle import ClockHandle
from emulator.client.embedded import Emulator
from emulator.client.faults_handle import FaultsHandle
from emulator.client.requests_handle import RequestsHandle
from emulator.client.webhooks_handle import WebhooksHandle
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
| `@pytest.mark.carbon(scenario="shop")` | Fill the space with this scenario first. |"""

HANDLES: Mapping[str, type] = {
    "space": handles.SpaceHandle,
    "space.cnaught": handles.ProviderHandle,
    "space.clock": ClockHandle,
    "space.faults": FaultsHandle,
    "space.requests": RequestsHandle,
    "space.webhooks": WebhooksHandle,
}
"""What Python and pytest have for a space and its parts, by an expression that gives one."""


SETTINGS = """\
`GET` and `PATCH /_emulator/settings/PROVIDER`. Defaults are JSON; [fixtures](fixtures.md) lists the possible values."""

PYTHON = """\
`from emulator import Emulator, Refused, connect`. A running `Emulator`, the result of `connect`, and pytest's
`carbon_space` are spaces; pytest's `cnaught` and the other vendors are what `space.cnaught` is here."""


def page() -> str:
    """Return the expected reference page."""
    sections = (
        (
            "Command line",
            f"Options with a variable in the table may be set in the environment, too. {exit_codes()}",
            command_lines(),
        ),
        ("Control API", "Below `/_emulator`, or `/~NAME/_emulator` for the space NAME.", endpoint_lines()),
        ("Settings", SETTINGS, setting_lines()),
        ("Python", PYTHON, python_lines()),
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
            yield from (f"| `{name}` | {_json(value)} |" for name, value in write(settings).items())
            yield ""


def python_lines() -> Iterator[str]:
    yield f"### `Emulator({_parameters(Emulator.__init__)})`\n\n{_text(getdoc(Emulator))}\n"
    yield from _members(Emulator)
    yield f"### `connect({_parameters(handles.connect)})`\n\n{_text(getdoc(handles.connect))}\n"
    for expression, kind in HANDLES.items():
        yield f"### `{expression}`\n\n{_text(getdoc(kind))}\n"
        yield from _members(kind)


def _members(kind: type) -> Iterator[str]:
    """Yield a table of the methods and properties that a class defines itself."""
    yield "| member | meaning |\n| --- | --- |"
    for name, member in vars(kind).items():
        if name.startswith("_"):
            continue
        shown = name if isinstance(member, property) else f"{name}({_parameters(member)})"
        yield f"| `{shown}` | {_cell(_text(getdoc(member)))} |"
    yield ""


def _parameters(function: Callable[..., Any]) -> str:
    """Return the parameters of a function as a call has them, without types."""
    signature = inspect.signature(function)
    empty = inspect.Parameter.empty
    found = [each.replace(annotation=empty) for each in signature.parameters.values() if each.name != "self"]
    return str(signature.replace(parameters=found, return_annotation=empty))[1:-1]


def fault_lines() -> Iterator[str]:
    schemas = contracts.contract("control")["components"]["schemas"]
    for name, model in (("FaultDraft", FaultDraft), ("Effect", Effect)):
        yield f"{_text(getdoc(model))}\n\n| member | value | default |\n| --- | --- | --- |"
        for member, schema in schemas[name]["properties"].items():
            field = model.model_fields[member]
            default = "required" if field.is_required() else _json(field.default)
            yield f"| `{member}` | {_value(schema)} | {default} |"
        yield ""


def _value(schema: Mapping[str, Any]) -> str:
    """Return the possible values of a member in words."""
    if "enum" in schema:
        return " or ".join(map(_json, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(map(_value, schema["anyOf"]))
    if "$ref" in schema:
        return {"ProviderName": "the name of a provider", "Effect": "see below"}[schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", "any JSON")
    number = f" from {schema['minimum']} to {schema['maximum']}" if "minimum" in schema else ""
    words = {"string": "text", "null": "`null`", "object": "texts by name", "any JSON": "any JSON"}
    return " or ".join(words.get(kind, f"{kind}{number}") for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _option(option: click.Option) -> str:
    variables = [option.envvar] if isinstance(option.envvar, str) else list(option.envvar or ())
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    meaning = " ".join(filter(None, [_text(option.help), _choices(option), _default(option)]))
    return f"| {names} | {', '.join(f'`{name}`' for name in variables)} | {_cell(meaning)} |"


def _choices(option: click.Option) -> str:
    """Return the values that an option may have, if there are few."""
    choices = option.type.choices if isinstance(option.type, click.Choice) else ()
    return f"One of {', '.join(f'`{choice}`' for choice in choices)}." if choices else ""


def _default(option: click.Option) -> str:
    """Return the value of an option that is not given, if that is one."""
    default = option.to_info_dict()["default"]
    return "" if option.is_flag or default in (None, (), "") else f"Default: `{default}`."


def _text(text: str | None) -> str:
    """Return a help text or docstring as one paragraph."""
    assert text, "every command, option and model is documented"
    return re.sub(r"``", "`", " ".join(text.split()))


def _json(value: Any) -> str:
    return f"`{_cell(json.dumps(value))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page())
