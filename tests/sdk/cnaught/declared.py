"""The types that the SDK declares in its ``.d.ts`` files, and the values that do not match them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

INTERFACE = re.compile(r"export interface (\w+)(?:<\w+>)?(?: extends (\w+))? \{\n(.*?)^\}", re.DOTALL | re.MULTILINE)
MEMBER = re.compile(r"^    (\w+)(\??): (.+);$", re.MULTILINE)
ALIAS = re.compile(r"export type (\w+) = ([^;{]+);")
ENUM = re.compile(r"export declare enum (\w+) \{(.*?)\}", re.DOTALL)
METHOD = re.compile(r"^    (\w+): \(.*\) => Promise<(.+)>;$", re.MULTILINE)

PLAIN = {"string": (str,), "number": (int, float), "boolean": (bool,), "null": (type(None),)}


class Declared:
    """The types in a directory. ``results`` has the declared result of each method of the client."""

    def __init__(self, directory: Path) -> None:
        text = "\n".join(path.read_text() for path in sorted(directory.rglob("*.d.ts")))
        self.results: dict[str, str] = dict(METHOD.findall((directory / "api-client.d.ts").read_text()))
        self._interfaces = {name: (parent, MEMBER.findall(body)) for name, parent, body in INTERFACE.findall(text)}
        self._aliases: dict[str, str] = dict(ALIAS.findall(text))
        for name, body in ENUM.findall(text):
            self._aliases[name] = " | ".join(f"'{value}'" for value in re.findall('"(.+?)"', body))

    def misfits(self, value: Any, kind: str, where: str = "") -> Iterator[str]:
        """Yield the places where a value does not match its type. An optional member may be null, but not missing."""
        if kind.startswith("List<"):
            yield from self.misfits(value["data"], f"{kind[5:-1]}[]", f"{where}.data")
        elif kind.endswith("[]"):
            for n, item in enumerate(value):
                yield from self.misfits(item, kind[:-2], f"{where}[{n}]")
        elif kind in self._interfaces:
            for name, optional, member in self._members(kind):
                if name not in value:
                    yield f"{where}.{name} is missing"
                elif not (optional and value[name] is None):
                    yield from self.misfits(value[name], member, f"{where}.{name}")
        elif not any(_is(value, one) for one in self._aliases.get(kind, kind).split(" | ")):
            yield f"{where} is {value!r}, not {kind}"

    def _members(self, interface: str) -> Iterator[tuple[str, str, str]]:
        parent, members = self._interfaces[interface]
        yield from members
        if parent:
            yield from self._members(parent)


def _is(value: object, kind: str) -> bool:
    return type(value) in PLAIN[kind] if kind in PLAIN else kind == f"'{value}'"
