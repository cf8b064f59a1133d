"""Copy the libraries of the pages out of their npm packages, with licenses and checksums.

``python -m scripts.vendored`` downloads the versions below with ``npm pack`` and writes files and manifests.
``tests/ui/test_vendored.py`` holds the files to the manifests.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "emulator" / "ui" / "static" / "vendored"
TESTS = ROOT / "tests" / "ui" / "vendored"


@dataclass(frozen=True)
class Library:
    """One npm package: its version, its license, and what to copy from it, by the name of the copy."""

    name: str
    version: str
    license: str
    reason: str
    directory: Path
    files: dict[str, str]


LIBRARIES = (
    Library(
        "htm",
        "3.1.1",
        "Apache-2.0",
        "templates in JavaScript without a build step; the file includes Preact (MIT)",
        PAGES,
        {"htm-preact.js": "preact/standalone.module.js", "htm.LICENSE.txt": "LICENSE"},
    ),
    Library(
        "preact",
        "10.29.8",
        "MIT",
        "the license of the Preact inside htm's file",
        PAGES,
        {"preact.LICENSE.txt": "LICENSE"},
    ),
    Library(
        "openapi-explorer",
        "2.4.820",
        "Apache-2.0",
        "the viewer of the API reference; it works offline",
        PAGES,
        {"openapi-explorer.js": "dist/browser/openapi-explorer.min.js", "openapi-explorer.LICENSE.txt": "LICENSE"},
    ),
    Library(
        "@fontsource-variable/inter",
        "5.3.0",
        "OFL-1.1",
        "the text of the pages, the same on every system",
        PAGES,
        {"inter.woff2": "files/inter-latin-wght-normal.woff2", "inter.LICENSE.txt": "LICENSE"},
    ),
    Library(
        "@fontsource-variable/jetbrains-mono",
        "5.3.0",
        "OFL-1.1",
        "code, ids and amounts",
        PAGES,
        {"mono.woff2": "files/jetbrains-mono-latin-wght-normal.woff2", "mono.LICENSE.txt": "LICENSE"},
    ),
    Library(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        "finds accessibility problems; tests only",
        TESTS,
        {"axe.min.js": "axe.min.js", "axe-core.LICENSE.txt": "LICENSE"},
    ),
)


def main() -> None:
    """Replace the vendored files and their manifests."""
    manifests: dict[Path, list[dict[str, Any]]] = {}
    for library in LIBRARIES:
        library.directory.mkdir(parents=True, exist_ok=True)
        manifests.setdefault(library.directory, []).append(copy(library))
        sys.stdout.write(f"{library.name} {library.version}\n")
    for directory, entries in manifests.items():
        (directory / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n")


def copy(library: Library) -> dict[str, Any]:
    """Copy the files of a library, and return its entry in the manifest."""
    checksums: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as downloads:
        command = ["npm", "pack", f"{library.name}@{library.version}", "--silent"]
        packed = subprocess.run(command, cwd=downloads, check=True, capture_output=True, text=True)  # noqa: S603
        with tarfile.open(Path(downloads) / packed.stdout.split()[-1]) as package:
            for name, path in library.files.items():
                member = package.extractfile(f"package/{path}")
                assert member is not None
                content = member.read()
                (library.directory / name).write_bytes(content)
                checksums[name] = hashlib.sha256(content).hexdigest()
    return {
        "name": library.name,
        "version": library.version,
        "license": library.license,
        "reason": library.reason,
        "sha256": checksums,
    }


if __name__ == "__main__":
    main()
