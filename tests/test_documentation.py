"""The documentation covers everything that users can set or call, and names existing files."""

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
    """The reference lists the current commands, options, variables, control endpoints, settings and fault members."""
    assert reference.PAGE.read_text() == reference.page(), "run: python -m tests.support.reference"


def test_the_schemas_and_the_page_of_the_fixtures_are_current() -> None:
    """The fixtures' JSON Schemas and reference page are generated from the current models."""
    hint = "run: python -m tests.support.fixture_pages"
    for provider in ALL.values():
        assert fixture_files.schema(provider.name).decode() == fixture_pages.schema_text(provider), hint
    assert fixture_pages.PAGE.read_text() == fixture_pages.page(), hint


def test_the_list_of_pages_for_language_models_is_current() -> None:
    """``llms.txt`` lists every page with its first sentence."""
    assert llms.FILE.read_text() == llms.text(), "run: python -m tests.support.llms"


def test_the_types_of_the_npm_package_are_current() -> None:
    """The TypeScript types are generated from the current control contract and fixtures."""
    assert node_types.FILE.read_text() == node_types.module(), "run: python -m tests.support.node_types"


@pytest.mark.parametrize(("path", "command"), [*reference.commands(cli, "carbon-emulator")])
def test_every_command_and_option_has_a_help_text(path: str, command: click.Command) -> None:
    """Every command and every option has a help text."""
    assert command.help, path
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("argument", ["at", "seed", "strict", "evidence"])
def test_every_argument_of_the_marker_is_documented(argument: str) -> None:
    """Every argument of the pytest marker ``carbon`` is explained on a page."""
    assert any(re.search(rf"carbon\([^)]*\b{argument}=", page.read_text()) for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_existing_files(page: Path) -> None:
    """Every link to a file of the project leads to an existing one."""
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("provider", NAMES)
def test_the_contributing_guide_names_existing_files(provider: str) -> None:
    """Every file in the guide exists for every provider, as a module or a package."""
    named = set(re.findall(r"`((?:emulator|contracts|fixtures|tests)/[^`]*)`", CONTRIBUTING))
    paths = [path.replace("<provider>", provider).rstrip("/") for path in named]
    missing = [path for path in paths if not ((ROOT / path).exists() or (ROOT / f"{path}.py").exists())]
    assert len(named) > 15
    assert missing == []


@pytest.mark.parametrize("provider", NAMES)
def test_every_provider_has_the_same_modules(provider: str) -> None:
    """All providers have the same file names."""
    package = ROOT / "emulator" / "providers" / provider
    found = {path.stem for path in package.iterdir() if path.name not in ("__init__.py", "__pycache__")}
    trades = {"books"} if "books" in found else set()
    assert found == {"app", "backend", "endpoints", "errors", "memory", "wire", "wording"} | trades
    assert {path.stem for path in (package / "wire").iterdir()} >= {"incoming", "outgoing"}
    assert ALL[provider].name == provider
