"""The documentation names everything that users can set or call, and every file that contributors are sent to."""

import re
from pathlib import Path

import click
import pytest

from emulator.cli.app import cli
from emulator.providers import ALL, NAMES
from emulator.space import fixture_files
from tests.support import fixture_pages, llms, node_types, reference

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CONTRIBUTING = (ROOT / "docs" / "contributing.md").read_text()
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")


def test_the_reference_is_current() -> None:
    """Every command, option, variable, control endpoint, setting and fault member is in the reference, as it is now."""
    assert reference.PAGE.read_text() == reference.page(), "run: python -m tests.support.reference"


def test_the_schemas_and_the_page_of_the_fixtures_are_current() -> None:
    """The JSON Schemas of the fixtures and their reference page are those that the models give."""
    hint = "run: python -m tests.support.fixture_pages"
    for provider in ALL.values():
        assert fixture_files.schema(provider.name).decode() == fixture_pages.schema_text(provider), hint
    assert fixture_pages.PAGE.read_text() == fixture_pages.page(), hint


def test_the_list_of_pages_for_language_models_is_current() -> None:
    """``llms.txt`` lists every page with its first sentence."""
    assert llms.FILE.read_text() == llms.text(), "run: python -m tests.support.llms"


def test_the_types_of_the_npm_package_are_current() -> None:
    """The TypeScript types are those that the control contract and the fixtures give."""
    assert node_types.FILE.read_text() == node_types.module(), "run: python -m tests.support.node_types"


@pytest.mark.parametrize(("path", "command"), [*reference.commands(cli, "carbon-emulator")])
def test_every_command_and_option_has_a_help_text(path: str, command: click.Command) -> None:
    """A command without a help text, or an option without one, is named."""
    assert command.help, path
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("argument", ["at", "seed", "strict", "evidence"])
def test_every_argument_of_the_marker_is_documented(argument: str) -> None:
    """The pytest marker ``carbon`` has no argument that no page explains."""
    assert any(re.search(rf"carbon\([^)]*\b{argument}=", page.read_text()) for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the project finds it."""
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("provider", NAMES)
def test_contributors_are_sent_to_files_that_exist(provider: str) -> None:
    """Every file that the guide names exists for every provider, as a module or a package."""
    named = set(re.findall(r"`((?:emulator|contracts|fixtures|tests)/[^`]*)`", CONTRIBUTING))
    paths = [path.replace("<provider>", provider).rstrip("/") for path in named]
    missing = [path for path in paths if not ((ROOT / path).exists() or (ROOT / f"{path}.py").exists())]
    assert len(named) > 15
    assert missing == []


@pytest.mark.parametrize("provider", NAMES)
def test_every_provider_has_the_same_modules(provider: str) -> None:
    """A newcomer who knows one provider knows the file names of all: nothing more, nothing less."""
    package = ROOT / "emulator" / "providers" / provider
    found = {path.stem for path in package.iterdir() if path.name not in ("__init__.py", "__pycache__")}
    trades = {"books"} if "books" in found else set()
    assert found == {"app", "backend", "endpoints", "errors", "memory", "wire", "wording"} | trades
    assert {path.stem for path in (package / "wire").iterdir()} >= {"incoming", "outgoing"}
    assert ALL[provider].name == provider
