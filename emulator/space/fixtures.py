"""Read ``fixtures/<provider>.json``: the initial memory of each vendor. An invalid file prevents the start."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from emulator.core.documents import BadDocument, document, write
from emulator.core.file_kinds import other_kind
from emulator.core.migration import NoStep, Steps, migrate
from emulator.core.nearest import closest
from emulator.core.on_demand import OnDemand
from emulator.core.plural import plural
from emulator.core.resources import resource
from emulator.web.provider import Fixture, Provider

MISTAKES_SHOWN_MAX = 50
DATA_SUFFIXES = (".json", ".jsonc", ".json5", ".yaml", ".yml", ".toml")
SCHEMA = "$schema"
"""The member in which a file may name its JSON Schema, for editors."""


class BadFixture(Exception):
    """Fixtures cannot be used. The message has a line for each problem: the file, the place, and the reason."""

    def __init__(self, *lines: str) -> None:
        shown, more = lines[:MISTAKES_SHOWN_MAX], len(lines) - MISTAKES_SHOWN_MAX
        super().__init__("\n".join([*shown, *([f"and {plural(more, 'more mistake')}"] if more > 0 else [])]))
        self.lines = lines


class Fixtures(OnDemand[Fixture]):
    """The fixture of every provider: built-in ones are loaded on demand, those in a user's directory at once.

    That ``directory`` need not have every provider's file; the others use the built-in one. Raises BadFixture.
    """

    def __init__(self, providers: Mapping[str, Provider], directory: Path | None = None) -> None:
        super().__init__(providers, lambda name: _built_in_fixture(providers[name]))
        self._providers = providers
        if directory is not None:
            self._load_own(directory)

    @classmethod
    def written(
        cls, providers: Mapping[str, Provider], digest: str, contents: Mapping[str, Any], versions: Mapping[str, int]
    ) -> "Fixtures":
        """Return the fixtures that ``whole`` has described, for these versions of the providers. Raises BadFixture.

        A provider that is newer than that has its built-in fixture.
        """
        fixtures = cls(providers)
        fixtures.digest = digest
        for name in contents.keys() & providers.keys():
            content = _migrated(providers[name], contents[name], versions[name])
            fixtures.made[name] = fixtures._fixture(name, Path(f"{name}.json"), content)
        return fixtures

    def whole(self) -> Mapping[str, dict[str, Any]]:
        """Return the content of every fixture, with all that a file may leave out: later defaults may differ."""
        return {name: write(fixture) for name, fixture in self.items()}

    @cached_property
    def digest(self) -> str:
        """A hash of the fixtures' files, which identifies them."""
        return _digest(_read(_built_in(name)) for name in self)

    def _load_own(self, directory: Path) -> None:
        """Load the fixtures in a user's directory. Raises BadFixture with the mistakes of all of them."""
        lines = list(_misnamed(directory, list(self)))
        contents: dict[str, dict[str, Any]] = {}
        for name in self:
            path = _path(name, directory)
            try:
                contents[name] = _read(path)
                if path.parent == directory:
                    self.made[name] = self._fixture(name, path, contents[name])
            except BadFixture as error:
                lines += error.lines
        if lines:
            raise BadFixture(*lines)
        self.digest = _digest(contents.values())

    def _fixture(self, name: str, path: Path, content: dict[str, Any]) -> Fixture:
        try:
            fixture: Fixture = document(self._providers[name].fixture).read(content)
        except BadDocument as error:
            if reason := other_kind(content, "fixture"):
                raise BadFixture(f"{path}: {reason}") from None
            raise BadFixture(*(f"{path}: {mistake}" for mistake in error.mistakes)) from None
        return fixture


def _built_in_fixture(provider: Provider) -> Fixture:
    """Return a built-in fixture. Only its types are checked here: the tests read it strictly, as a user's is read."""
    fixture: Fixture = document(provider.fixture).read_own(_built_in(provider.name).read_bytes())
    return fixture


def _migrated(provider: Provider, content: dict[str, Any], version: int) -> dict[str, Any]:
    """Bring the content of a fixture up to date. Raises BadFixture. Most steps leave the catalogue as it is."""
    unchanged: Steps = dict.fromkeys(range(version, provider.version), dict)
    parts = {"catalogue": {**unchanged, **provider.catalogue_migrations}, "memory": provider.migrations}
    migrated = dict(content)
    for part, steps in parts.items():
        try:
            migrated[part] = migrate(content[part], version, provider.version, steps)
        except NoStep as error:
            raise BadFixture(f"{provider.name}.json: at {part}: {error}") from None
    return migrated


def _misnamed(directory: Path, names: list[str]) -> Iterator[str]:
    """Yield a line for each file of a directory that looks like a fixture but names no provider. Raises BadFixture."""
    try:
        files = sorted(path for path in directory.iterdir() if path.suffix.lower() in DATA_SUFFIXES)
    except (NotADirectoryError, FileNotFoundError):
        raise BadFixture(f"{directory}: no such directory") from None
    except OSError as error:
        raise BadFixture(f"{directory}: {error.strerror}") from None
    for path in files:
        if path.name not in [f"{name}.json" for name in names] and not path.name.startswith("."):
            yield f"{path}: no provider has this file; nearest: {closest(path.stem.lower(), names)}.json"


def _built_in(name: str) -> Path:
    return resource("fixtures") / f"{name}.json"


def _path(name: str, directory: Path) -> Path:
    """Return a user's file, or the built-in one. A link that leads nowhere is the user's file, which cannot be read."""
    own = directory / f"{name}.json"
    try:
        return own if own.is_symlink() or own.exists() else _built_in(name)
    except OSError as error:
        raise BadFixture(f"{directory}: {error.strerror}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.exists() and not path.is_file():  # to open a FIFO would wait for its writer
            raise BadFixture(f"{path}: not a regular file")
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise BadFixture(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BadFixture(f"{path}: {_not_json(error)}") from None
    if not isinstance(content, dict):
        raise BadFixture(f"{path}: at the top: must be an object")
    return {name: member for name, member in content.items() if name != SCHEMA}


def _not_json(error: Exception) -> str:
    """Return what is wrong with a file that the parser of JSON has refused."""
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8: the byte {error.object[error.start]:#04x} at offset {error.start}"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    return (
        "not JSON: nested too deeply" if isinstance(error, RecursionError) else "not JSON: a number has too many digits"
    )


def _digest(contents: Iterable[dict[str, Any]]) -> str:
    digest = sha256()
    for content in contents:
        digest.update(json.dumps(content, sort_keys=True).encode())
    return digest.hexdigest()
