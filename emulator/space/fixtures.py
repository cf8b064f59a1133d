"""Reading ``fixtures/<provider>.json``: what each vendor remembers at birth. A user's bad one stops the start."""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from emulator.core.documents import BadDocument, document
from emulator.core.on_demand import OnDemand
from emulator.core.resources import resource
from emulator.web.provider import Fixture, Provider


class BadFixture(Exception):
    """A fixture cannot be used; the message names the file, the place in it, and what is wrong there."""


class Fixtures(OnDemand[Fixture]):
    """The fixture of every provider: ours are made when they are asked for, those in a user's directory at once.

    That ``directory`` need not hold every provider's file; for the others ours are taken. Raises BadFixture.
    """

    def __init__(self, providers: Mapping[str, Provider], directory: Path | None = None) -> None:
        super().__init__(providers, lambda name: self._fixture(name, _ours(name), _read(_ours(name))))
        self._providers = providers
        if directory is not None:
            self._take_theirs(directory)

    @cached_property
    def digest(self) -> str:
        """What tells these fixtures from any others, by what stands in their files."""
        return _digest(_read(_ours(name)) for name in self)

    def _take_theirs(self, directory: Path) -> None:
        if not directory.is_dir():
            raise BadFixture(f"{directory}: no such directory")
        paths = {name: _path(name, directory) for name in self}
        contents = {name: _read(path) for name, path in paths.items()}
        self.digest = _digest(contents.values())
        for name, path in paths.items():
            if path.parent == directory:
                self.made[name] = self._fixture(name, path, contents[name])

    def _fixture(self, name: str, path: Path, content: dict[str, Any]) -> Fixture:
        try:
            fixture: Fixture = document(self._providers[name].fixture).read(content)
        except BadDocument as error:
            raise BadFixture(f"{path}: {error}") from None
        return fixture


def _ours(name: str) -> Path:
    return resource("fixtures") / f"{name}.json"


def _path(name: str, directory: Path) -> Path:
    """A user's file, or ours where there is none."""
    theirs = directory / f"{name}.json"
    try:
        return theirs if theirs.exists() else _ours(name)
    except OSError as error:
        raise BadFixture(f"{directory}: {error.strerror}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadFixture(f"{path}: {error}") from None
    if not isinstance(content, dict):
        raise BadFixture(f"{path}: at the top: Input should be an object")
    return content


def _digest(contents: Iterable[dict[str, Any]]) -> str:
    digest = sha256()
    for content in contents:
        digest.update(json.dumps(content, sort_keys=True).encode())
    return digest.hexdigest()
