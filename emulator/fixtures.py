"""Reading ``fixtures/<provider>.json``: what each vendor remembers at birth. A bad one stops the start."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from emulator.core.documents import BadDocument, document
from emulator.core.provider import Fixture, Provider
from emulator.resources import resource


class BadFixture(Exception):
    """A fixture cannot be used; the message names the file, the place in it, and what is wrong there."""


def load(providers: Iterable[Provider], directory: Path | None = None) -> tuple[Mapping[str, Fixture], str]:
    """The fixture of every provider and a digest of them all.

    A user's ``directory`` need not hold every provider's file; for the others our own are taken. Raises BadFixture.
    """
    fixtures, digest = {}, sha256()
    if directory is not None and not directory.is_dir():
        raise BadFixture(f"{directory}: no such directory")
    for provider in providers:
        path = _path(provider, directory)
        content = _read(path)
        digest.update(json.dumps(content, sort_keys=True).encode())
        try:
            fixtures[provider.name] = document(provider.fixture).read(content)
        except BadDocument as error:
            raise BadFixture(f"{path}: {error}") from None
    return fixtures, digest.hexdigest()


def _path(provider: Provider, directory: Path | None) -> Path:
    name = f"{provider.name}.json"
    try:
        if directory is not None and (directory / name).exists():
            return directory / name
    except OSError as error:
        raise BadFixture(f"{directory}: {error.strerror}") from None
    return resource("fixtures") / name


def _read(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadFixture(f"{path}: {error}") from None
    if not isinstance(content, dict):
        raise BadFixture(f"{path}: at the top: Input should be an object")
    return content
