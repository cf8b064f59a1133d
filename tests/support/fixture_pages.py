"""Generate the JSON Schema of each fixture, its memory as snapshots show it, and the fixtures' reference page.

``python -m tests.support.fixture_pages`` writes them; a test compares.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from emulator.app import make_world
from emulator.core import documents
from emulator.providers import ALL
from emulator.web.provider import Provider

ROOT = Path(__file__).parents[2]
SCHEMAS, MEMORIES = ROOT / "fixtures" / "schemas", ROOT / "fixtures" / "memories"
PAGE = ROOT / "docs" / "fixtures.md"
HEADER = """\
<!-- This page is made from the models: python -m tests.support.fixture_pages -->

# Fixtures

A fixture is what a provider starts from: its accounts, its catalogue, and the records that exist before the first
request. Each provider has one, `fixtures/PROVIDER.json`. Write your own to have the accounts, projects and records
that your tests need.

```sh
carbon-emulator fixtures init own    # writes all five, with a JSON Schema for each
carbon-emulator fixtures check own   # shows every mistake, with its place
carbon-emulator serve --fixtures own
```

Keep only the files that you change: for the others, the built-in fixtures are used. In Python,
`Emulator(fixtures="own")` takes the same directory, in pytest `--carbon-emulator-fixtures own`, and from Node
`CarbonEmulator.start({ fixtures: "own" })`.

Every file has two members. `catalogue` never changes. `memory` is what requests change, and where a space begins; a
reset returns to it. `$schema` is for editors, which complete and check a file by it. A server also serves the
schemas, at `GET /_emulator/fixtures/PROVIDER.schema.json`.

A mistake stops the start. All mistakes of all files are shown at once, each with its file, its place and what is
wrong; for a name that does not exist, with the nearest one that does:

```text
own/cnaught.json: at catalogue.accounts.0.api_kye: unknown member; nearest: api_key
own/cnaught.json: at catalogue.accounts.0.api_key: missing, but required
own/cnaught.json: at catalogue.portfolios.oH5hlq.api_price_per_kg_usd_cents: must be greater than 0, not -2
own/thalo.json: no provider has this file; nearest: thallo.json
```

References between records, such as the portfolio of an order, are checked once every record by itself is valid.

Amounts that must be exact are numbers or texts (`"0.25"`). Instants are texts with an offset from UTC
(`"2026-01-01T00:00:00Z"`). A member with a default may be left out.

"""

DEFAULT_CHARACTERS_MAX = 60

Schema = Mapping[str, Any]


def schema(provider: Provider) -> dict[str, Any]:
    """Return the JSON Schema of a provider's fixture."""
    made = documents.document(provider.fixture).schema()
    definitions = {name: _tidy(made["$defs"][name]) for name in sorted(made["$defs"])}
    fixture = definitions.pop("Fixture")
    named = {"description": "The JSON Schema of this file, for editors.", "type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"The fixture of {provider.title}",
        **{name: value for name, value in fixture.items() if name not in ("properties", "description")},
        "properties": {"$schema": named, **fixture["properties"]},
        "$defs": definitions,
    }


def _tidy(node: Any, below: str = "") -> Any:
    """Return a schema without titles derived from names, and with its descriptions in Markdown."""
    if isinstance(node, list):
        return [_tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    named = below in ("properties", "$defs", "patternProperties")
    tidy = {
        name: " ".join(value.replace("``", "`").split())
        if name == "description" and isinstance(value, str)
        else _tidy(value, "" if named else name)
        for name, value in node.items()
        if named or name != "title"
    }
    if tidy.get("type") == "integer" and "enum" not in tidy:  # the reader accepts text, for numbers of any size
        outer = {name: tidy.pop(name) for name in ("default", "description") if name in tidy}
        return {**outer, "anyOf": [tidy, {"type": "string", "pattern": "^-?[0-9]+$"}]}
    return tidy


def schema_text(provider: Provider) -> str:
    return json.dumps(schema(provider), indent=2, ensure_ascii=False) + "\n"


def memory_text(provider: Provider) -> str:
    """Return the initial memory with everything that the fixture leaves out."""
    memory = documents.write(make_world().initial_backends[provider.name].memory)
    return json.dumps(memory, indent=1, ensure_ascii=False) + "\n"


# --- the page ---------------------------------------------------------------------------------------------------------


def page() -> str:
    """Return the reference page as it should be."""
    return HEADER + "\n".join(line for provider in ALL.values() for line in _provider_lines(provider))


def _provider_lines(provider: Provider) -> Iterator[str]:
    made = schema(provider)
    yield f"## {provider.title}: `{provider.name}.json`\n"
    for name in _in_order(made):
        definition = made["$defs"][name]
        yield f"### {provider.title}: {name}\n"
        if "description" in definition:
            yield f"{definition['description']}\n"
        yield "| member | value | default |\n| --- | --- | --- |"
        required = definition.get("required", [])
        for member, node in definition["properties"].items():
            default = "required" if member in required else _default(node)
            yield f"| `{member}` | {_cell(_type(node, provider))} | {_cell(default)} |"
        yield ""


def _in_order(made: Schema) -> Iterator[str]:
    """Yield the names of the definitions with members, each after the first that refers to it."""
    seen: dict[str, None] = {}

    def visit(node: Any) -> None:
        if isinstance(node, list):
            for each in node:
                visit(each)
        elif isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                name = node["$ref"].rpartition("/")[2]
                if name not in seen:
                    seen[name] = None
                    visit(made["$defs"][name])
            for each in node.values():
                visit(each)

    visit(made["properties"])
    return (name for name in seen if "properties" in made["$defs"][name])


def _type(node: Schema, provider: Provider) -> str:
    """Return the possible values in words."""
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        definition = _definitions(provider.name)[name]
        if "properties" not in definition:
            return _type(definition, provider)
        return f"[{name}](#{provider.title.lower().replace(' ', '-')}-{name.lower()})"
    if "const" in node or "enum" in node:
        return " or ".join(f"`{json.dumps(value)}`" for value in node.get("enum", [node.get("const")]))
    if "anyOf" in node:
        kinds = dict.fromkeys(_type(branch, provider) for branch in node["anyOf"])
        if any(kind.startswith(("number", "integer")) for kind in kinds):
            kinds = {kind: None for kind in kinds if not kind.startswith("text")}  # the same number, as text
        return " or ".join(kinds)
    if node.get("type") == "array":
        return (
            f"list of {', '.join(_type(item, provider) for item in node.get('prefixItems', [node.get('items', {})]))}"
        )
    if node.get("type") == "object":
        values = node.get("additionalProperties") or next(iter(node.get("patternProperties", {}).values()), {})
        return f"object of {_type(values, provider)} by name"
    return _simple_type(node)


@cache
def _definitions(provider: str) -> Mapping[str, Any]:
    return schema(ALL[provider])["$defs"]  # type: ignore[no-any-return]


def _simple_type(node: Schema) -> str:
    match node.get("type"):
        case "string":
            return _text(node)
        case "integer" | "number" as kind:
            return " ".join([kind, *_bounds(node)])
        case "boolean":
            return "`true` or `false`"
        case "null":
            return "`null`"
    return "anything"


def _text(node: Schema) -> str:
    if node.get("format") == "date-time":
        return "instant"
    kind = node.get("format", "text")
    return f"{kind}, `{node['pattern']}`" if "pattern" in node else str(kind)


def _bounds(node: Schema) -> Iterator[str]:
    words = {"minimum": "from {}", "exclusiveMinimum": "above {}", "maximum": "to {}", "exclusiveMaximum": "below {}"}
    for name, text in words.items():
        if name in node:
            bound = node[name]
            number = int(bound) if bound == int(bound) else bound
            yield text.format(number if abs(number) < 10**18 else f"10^{len(str(number + 1)) - 1}")


def _default(node: Schema) -> str:
    if "default" not in node:
        return "empty"
    text = json.dumps(node["default"])
    return f"`{text}`" if len(text) <= DEFAULT_CHARACTERS_MAX else "of its members"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def write() -> None:
    SCHEMAS.mkdir(exist_ok=True)
    MEMORIES.mkdir(exist_ok=True)
    for provider in ALL.values():
        (MEMORIES / f"{provider.name}.json").write_text(memory_text(provider))
        (SCHEMAS / f"{provider.name}.schema.json").write_text(schema_text(provider))
    PAGE.write_text(page())


if __name__ == "__main__":
    write()
