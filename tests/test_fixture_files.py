"""A user's fixtures: created from the built-in ones, with a schema for editors, and located problems."""

import json
import os
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from emulator import Emulator, create_app
from emulator.cli.app import cli
from emulator.core.documents import BadDocument, document
from emulator.core.resources import resource
from emulator.providers import ALL
from emulator.space.fixtures import BadFixture, Fixtures
from emulator.web.provider import Provider
from tests.support import fixture_pages

BUILT_IN = {path.stem: json.loads(path.read_bytes()) for path in resource("fixtures").glob("*.json")}
PYDANTIC = re.compile(r"Input should|Value error|Decimal\(|datetime\(|keyword argument|Field required| valid ")
WRONG = (None, True, -1, 1.5, 10**30, "x", "", [], {}, [5], {"x": 5})

each_provider = pytest.mark.parametrize("provider", ALL.values(), ids=lambda provider: provider.name)


def _leaves(node: Any, schema: Any, definitions: Any) -> Iterator[tuple[Any, str | int, bool]]:
    """Yield every container of a document with each key of a leaf in it, and whether that is a member of a record."""
    while "$ref" in schema or "anyOf" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema["anyOf"][0]
    members = schema.get("properties", {})
    for key, value in list(node.items() if isinstance(node, dict) else enumerate(node)):
        below = members.get(key) or _item(schema, key)
        if isinstance(value, dict | list):
            yield from _leaves(value, below, definitions)
        else:
            yield node, key, key in members


def _item(schema: Any, key: str | int) -> Any:
    """Return the schema of an item of a list, or of an object whose names are free."""
    if isinstance(key, int):
        return schema.get("items") or schema["prefixItems"][key]
    return schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), {})


def _changed_leaves(provider: Provider, change: Callable[[Any, str | int, bool], None]) -> dict[str, Any]:
    """Yield the built-in fixture of a provider with each leaf changed in turn."""
    content, schema = deepcopy(BUILT_IN[provider.name]), fixture_pages.schema(provider)
    for container, key, is_member in list(_leaves(content, schema, schema["$defs"])):
        change(container, key, is_member)
    return content


def _lines(directory: Path, **contents: object) -> tuple[str, ...]:
    """Return the lines of the message that refuses a directory with these files."""
    for name, content in contents.items():
        (directory / f"{name}.json").write_text(json.dumps(content))
    with pytest.raises(BadFixture) as refused:
        Fixtures(ALL, directory)
    return tuple(line.replace(f"{directory}/", "") for line in refused.value.lines)


# --- fixtures init ----------------------------------------------------------------------------------------------------


def test_fixtures_init_writes_the_built_in_fixtures(tmp_path: Path) -> None:
    """``fixtures init`` writes the built-in content, and ``fixtures check`` accepts it."""
    directory = tmp_path / "own"
    written = CliRunner().invoke(cli, ["fixtures", "init", str(directory)])
    assert written.exit_code == 0
    assert written.output.endswith(f"carbon-emulator serve --fixtures {directory}\n")
    assert Fixtures(ALL, directory).digest == Fixtures(ALL).digest
    assert CliRunner().invoke(cli, ["fixtures", "check", str(directory)]).exit_code == 0
    for name in ALL:
        content = json.loads((directory / f"{name}.json").read_text())
        assert json.loads((directory / content["$schema"]).read_text())["title"] == f"The fixture of {ALL[name].title}"


def test_no_file_is_replaced(tmp_path: Path) -> None:
    """``fixtures init`` writes nothing if one of the files exists."""
    (tmp_path / "thallo.json").write_text("mine")
    refused = CliRunner().invoke(cli, ["fixtures", "init", str(tmp_path)])
    assert refused.exit_code == 2
    assert f"{tmp_path}/thallo.json already exists" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == ["thallo.json"]


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """``fixtures init`` names the file that it cannot write."""
    (tmp_path / "file").write_text("")
    refused = CliRunner().invoke(cli, ["fixtures", "init", str(tmp_path / "file" / "own")])
    assert refused.exit_code == 2
    assert "cannot write" in refused.output


@each_provider
def test_a_server_returns_the_schemas(emulator: Emulator, provider: Provider) -> None:
    """``GET /_emulator/fixtures/PROVIDER.schema.json`` returns the schema, which the built-in fixture satisfies."""
    schema = emulator.control("GET", f"/fixtures/{provider.name}.schema.json")
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    assert [error.message for error in validator.iter_errors(BUILT_IN[provider.name])] == []
    assert not validator.is_valid({**BUILT_IN[provider.name], "surprise": 1})
    assert not validator.is_valid({"catalogue": {}, "memory": {}})


# --- problems ---------------------------------------------------------------------------------------------------------


def test_all_problems_of_all_files_are_listed(tmp_path: Path) -> None:
    """Every problem has a line with its file, place, reason, and the nearest known name."""
    cnaught, thallo = deepcopy(BUILT_IN["cnaught"]), deepcopy(BUILT_IN["thallo"])
    account = cnaught["catalogue"]["accounts"][0]
    account["api_kye"] = account.pop("api_key")
    account["since"] = "2026-01-01"
    cnaught["catalogue"]["portfolios"]["oH5hlq"]["api_price_per_kg_usd_cents"] = -2
    thallo["catalogue"]["tenants"] = {}
    lines = _lines(tmp_path, cnaught=cnaught, thallo=thallo, thalo={}, oneclickimpact=[])
    instant = "must be a date and time with its offset from UTC, such as 2026-01-01T00:00:00Z"
    assert set(lines) == {
        "cnaught.json: at catalogue.accounts.0.api_kye: unknown member; nearest: api_key",
        "cnaught.json: at catalogue.accounts.0.api_key: missing, but required",
        f'cnaught.json: at catalogue.accounts.0.since: {instant}, not "2026-01-01"',
        "cnaught.json: at catalogue.portfolios.oH5hlq.api_price_per_kg_usd_cents: must be greater than 0, not -2",
        "thallo.json: at catalogue.tenants: must be an array, not an object",
        "thalo.json: no provider has this file; nearest: thallo.json",
        "oneclickimpact.json: at the top: must be an object",
    }


def test_references_in_different_parts_are_all_checked(tmp_path: Path) -> None:
    """A problem in one record does not hide one in another."""
    content = deepcopy(BUILT_IN["cnaught"])
    category = next(iter(content["catalogue"]["categories"].values()))
    portfolio = next(iter(content["catalogue"]["portfolios"].values()))
    category["projects"], portfolio["allocations"] = [], {}
    assert [line.partition(": ")[2] for line in _lines(tmp_path, cnaught=content)] == [
        f"at catalogue.categories.{category['id']}: category {category['id']} has no projects",
        f"at catalogue.portfolios.{portfolio['id']}: the allocations of portfolio {portfolio['id']} do not add up to 1",
    ]


@each_provider
def test_every_unknown_member_is_corrected(tmp_path: Path, provider: Provider) -> None:
    """A misspelled member is refused at its place, with the right spelling, at any depth."""
    misspelt = 0

    def misspell(container: Any, key: str | int, is_member: bool) -> None:
        nonlocal misspelt
        if is_member and len(str(key)) > 4:
            container[f"{str(key)[:-1]}~"] = container.pop(key)
            misspelt += 1

    lines = _lines(tmp_path, **{provider.name: _changed_leaves(provider, misspell)})
    unknown = [re.search(r"([^.]+): unknown member; nearest: (.*)$", line) for line in lines]
    pairs = [(found[1][:-1], found[2]) for found in unknown if found]
    assert len(pairs) == misspelt > 5
    assert [pair for pair in pairs if pair[0] not in pair[1]] == []


@each_provider
@pytest.mark.parametrize("value", WRONG, ids=str)
def test_no_message_is_worded_by_a_library(tmp_path: Path, provider: Provider, value: object) -> None:
    """For any changed value, each line has file, place and a message of the emulator."""
    content = _changed_leaves(provider, lambda node, key, _: node.__setitem__(key, value))
    lines = _lines(tmp_path, **{provider.name: content})
    assert len(lines) > 3
    assert [line for line in lines if PYDANTIC.search(line) or not line.startswith(f"{provider.name}.json: at ")] == []


@each_provider
@pytest.mark.parametrize("value", [5, None, "x", [], {}, [{}], [5], {"x": 5}, {"x": {}}], ids=str)
def test_no_message_about_a_whole_part_is_worded_by_a_library(provider: Provider, value: object) -> None:
    """The same is true if a whole part has another type."""
    built_in, found = BUILT_IN[provider.name], []
    for part, name in [(each, name) for each in ("catalogue", "memory") for name in built_in[each]]:
        try:
            document(provider.fixture).read({**built_in, part: {**built_in[part], name: value}})
        except BadDocument as bad:
            found += [str(mistake) for mistake in bad.mistakes]
    assert found
    assert [mistake for mistake in found if PYDANTIC.search(mistake)] == []


def test_a_long_list_of_problems_is_truncated(tmp_path: Path) -> None:
    """The message lists the first fifty problems, and counts the rest."""
    content = deepcopy(BUILT_IN["thallo"])
    content["catalogue"]["tenants"] = [5] * 60
    (tmp_path / "thallo.json").write_text(json.dumps(content))
    with pytest.raises(BadFixture) as refused:
        Fixtures(ALL, tmp_path)
    lines = str(refused.value).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "and 10 more mistakes"


@pytest.mark.parametrize("name", ["cnaugt.json", "CNaught.json", "cnaught.yaml", "thallo.JSON", "own.json"])
def test_a_misnamed_fixture_is_refused(tmp_path: Path, name: str) -> None:
    """A file that looks like a fixture but names no provider is refused, since its name may be misspelled."""
    (tmp_path / name).write_text("{}")
    (line,) = _lines(tmp_path)
    assert line.startswith(f"{name}: no provider has this file; nearest: ")


def test_other_files_are_ignored(tmp_path: Path) -> None:
    """Notes, hidden files and the schemas are ignored."""
    for name in ("README.md", "notes.txt", ".prettierrc.json"):
        (tmp_path / name).write_text("?")
    (tmp_path / "schemas").mkdir()
    assert Fixtures(ALL, tmp_path).digest == Fixtures(ALL).digest


@pytest.mark.parametrize("kind", ["fifo", "dangling link", "directory", "link to a fifo"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    """A FIFO does not block the start, and a link that leads nowhere is not replaced by the built-in fixture."""
    path = tmp_path / "cnaught.json"
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "link to a fifo":
            os.mkfifo(tmp_path / "fifo")
            path.symlink_to(tmp_path / "fifo")
        case "dangling link":
            path.symlink_to(tmp_path / "nowhere")
        case "directory":
            path.mkdir()
    reason = "No such file or directory" if kind == "dangling link" else "not a regular file"
    with pytest.raises(BadFixture, match=f"{re.escape(str(path))}: {reason}"):
        create_app(fixtures_directory=tmp_path)
