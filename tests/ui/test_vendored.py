"""The vendored libraries: exactly the files of the manifests, unchanged, each with its license."""

import hashlib
import json
from pathlib import Path

import pytest

from scripts.vendored import LIBRARIES, PAGES, TESTS


@pytest.mark.parametrize("directory", [PAGES, TESTS], ids=["pages", "tests"])
def test_files_are_those_of_the_manifest(directory: Path) -> None:
    """Every vendored file has the checksum that the manifest gives, and there is no other file."""
    manifest = json.loads((directory / "manifest.json").read_text())
    checksums = {name: checksum for library in manifest for name, checksum in library["sha256"].items()}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}
    del found["manifest.json"]
    assert found == checksums


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_the_manifest_is_that_of_the_script(library: object) -> None:
    """Name, version, license and reason in the manifest are those of the script; every library has its license."""
    manifest = json.loads((library.directory / "manifest.json").read_text())
    entry = next(entry for entry in manifest if entry["name"] == library.name)
    assert (entry["version"], entry["license"], entry["reason"]) == (library.version, library.license, library.reason)
    assert any("LICENSE" in name for name in entry["sha256"])
