"""The TypeScript types of the control API, generated from its contract for the npm package.

``python -m tests.support.node_types`` writes them; a test compares. The subset of JSON Schema that the contract uses is
small, so this needs no Node, and contributors who change the contract need none either.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import fill, indent
from typing import Any

from emulator.evidence import contracts
from emulator.providers import ALL
from emulator.space.fixtures import Fixtures

FILE = Path(__file__).parents[2] / "clients" / "node" / "src" / "contract.ts"
HEADER = """\
// Generated from contracts/control/openapi.yaml. Do not edit; run: python -m tests.support.node_types
"""
WIDTH = 116
PRIMITIVES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}

Schema = Mapping[str, Any]


def module() -> str:
    """Return the expected TypeScript module."""
    contract = contracts.contract("control")
    schemas = contract["components"]["schemas"]
    parts = [_declaration(name, schema) for name, schema in schemas.items() if name not in ("HeaderName",)]
    return "\n".join([HEADER, *parts, _credentials(), _operations(contract)])


def _declaration(name: str, schema: Schema) -> str:
    comment = _comment(schema.get("description"))
    text = type_of({key: value for key, value in schema.items() if key != "description"})
    if text.startswith("{\n"):
        return f"{comment}export interface {name} {text}\n"
    return f"{comment}export type {name} = {text};\n"


def _credentials() -> str:
    fixtures = Fixtures(ALL)
    lines = []
    for name, provider in ALL.items():
        members = " ".join(f"{member}: string;" for member in provider.credentials(fixtures[name].catalogue))
        lines.append(f"  {name}: {{ {members} }};\n")
    comment = _comment("The credentials of each provider in its built-in fixture.")
    return f"{comment}export interface Credentials {{\n{''.join(lines)}}}\n"


def _operations(contract: Schema) -> str:
    members = []
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            if method in contracts.METHODS:
                members.append(_operation(contract, method, path, [*methods.get("parameters", ()), *_own(operation)]))
    comment, body = _comment("Every operation: its parameters, body and reply."), indent("".join(members), "  ")
    return f"{comment}export interface Operations {{\n{body}}}\n"


def _operation(contract: Schema, method: str, path: str, parameters: list[Schema]) -> str:
    operation = contract["paths"][path][method]
    found = [_resolved(contract, parameter) for parameter in parameters]
    names = re.findall(r"{(\w+)}", path)
    query = {each["name"]: each for each in found if each["in"] == "query"}
    members = [f"path: {_object({name: {'type': 'string'} for name in names}, names)};"] if names else []
    if query:
        schemas = {name: {"description": each.get("description"), **each["schema"]} for name, each in query.items()}
        members.append(f"query?: {_object(schemas, [])};")
    if body := operation.get("requestBody"):
        mark = "" if body["required"] else "?"
        members.append(f"body{mark}: {type_of(body['content']['application/json']['schema'])};")
    members.append(f"reply: {type_of(_reply(contract, operation))};")
    inner = indent("\n".join(members), "  ")
    return f'{_comment(operation["summary"])}"{method.upper()} {path}": {{\n{inner}\n}};\n'


def _own(operation: Schema) -> list[Schema]:
    return list(operation.get("parameters", ()))


def _reply(contract: Schema, operation: Schema) -> Schema:
    """Return the schema of the reply to a request that succeeds."""
    response = next(reply for status, reply in operation["responses"].items() if status.startswith("2"))
    content = _resolved(contract, response).get("content", {})
    schema: Schema = content.get("application/json", {"schema": {}})["schema"]
    return schema


def _resolved(contract: Schema, node: Schema) -> Schema:
    while "$ref" in node:
        found: Any = contract
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def type_of(schema: Schema) -> str:
    """Return the TypeScript type of a schema."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(map(type_of, schema["anyOf"]))
    if "allOf" in schema:
        return _all_of(schema["allOf"])
    types = schema.get("type", [])
    return " | ".join(_of_type(name, schema) for name in ([types] if isinstance(types, str) else types)) or "unknown"


def _all_of(schemas: list[Schema]) -> str:
    """Return a schema that requires more members of another one."""
    (whole, stricter) = schemas
    assert set(stricter) == {"required"}, stricter
    return f"Required<{type_of(whole)}>"


def _of_type(name: str, schema: Schema) -> str:
    if name == "array":
        return _array(schema)
    if name == "object":
        if "properties" in schema:
            return _object(schema["properties"], schema.get("required", []))
        value = type_of(schema.get("additionalProperties", {}))
        names = type_of(schema.get("propertyNames", {"type": "string"}))
        return f"Partial<Record<{names}, {value}>>" if names == "ProviderName" else f"Record<string, {value}>"
    return PRIMITIVES[name]


def _array(schema: Schema) -> str:
    item = type_of(schema.get("items", {}))
    if schema.get("minItems") == schema.get("maxItems") == 2:
        return f"[{item}, {item}]"
    return f"{item}[]" if re.fullmatch(r"\w+", item) else f"Array<{item}>"


def _object(properties: Mapping[str, Schema], required: list[str]) -> str:
    return "{\n" + indent("".join(_members(properties, required)), "  ") + "}"


def _members(properties: Mapping[str, Schema], required: list[str]) -> Iterator[str]:
    for name, schema in properties.items():
        mark = "" if name in required else "?"
        text = type_of({key: value for key, value in schema.items() if key != "description"})
        yield f"{_comment(schema.get('description'))}{name}{mark}: {text};\n"


def _comment(text: str | None) -> str:
    if not text:
        return ""
    paragraph = " ".join(text.split())
    if len(paragraph) < WIDTH - 10:
        return f"/** {paragraph} */\n"
    return f"/**\n{fill(paragraph, WIDTH - 10, initial_indent=' * ', subsequent_indent=' * ')}\n */\n"


if __name__ == "__main__":
    FILE.write_text(module())
