"""Valid requests, from the examples of a contract, ready to be sent or broken."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.evidence import contracts


@dataclass(frozen=True)
class Draft:
    """A request to send. Without a body of its own it declares no JSON."""

    method: str
    path: str
    query: Mapping[str, str] | str = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: bytes = b""


def good_draft(provider: str, operation: contracts.Operation) -> Draft:
    """Return a request with everything that an operation requires, from the examples of its contract."""
    path, query = operation.path, {}
    for parameter in parameters(provider, operation):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        elif parameter["in"] == "query" and parameter["required"]:
            query[parameter["name"]] = parameter["example"]
    body = example_of(operation)
    if body is None:
        return Draft(operation.method, path, query)
    if takes_json(operation):
        return Draft(operation.method, path, query, body=json.dumps(body).encode())
    kind = next(iter(operation.description["requestBody"]["content"]))
    if kind == "multipart/form-data":
        return Draft(operation.method, path, query, {"Content-Type": f"{kind}; boundary={BOUNDARY}"}, form(body))
    return Draft(operation.method, path, query, {"Content-Type": kind}, body.encode())


BOUNDARY = "7f3a"


def form(fields: Mapping[str, str]) -> bytes:
    """Return a form of these fields; those that are named after a file have one."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        + ('; filename="sample.csv"\r\nContent-Type: text/csv' if "file" in name else "")
        + f"\r\n\r\n{value}\r\n"
        for name, value in fields.items()
    ]
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()


def parameters(provider: str, operation: contracts.Operation, where: str | None = None) -> list[dict[str, Any]]:
    """Return the parameters of an operation: all of them, or those in one location."""
    found = [contracts.resolve(provider, entry) for entry in operation.description.get("parameters", ())]
    return [{"required": False, **entry} for entry in found if where in (None, entry["in"])]


def takes_json(operation: contracts.Operation) -> bool:
    """Return whether an operation reads a JSON body."""
    return "application/json" in operation.description.get("requestBody", {}).get("content", {})


def example_of(operation: contracts.Operation) -> Any:
    """Return the first example of the body, if the operation has one."""
    for media in operation.description.get("requestBody", {}).get("content", {}).values():
        return media["example"] if "example" in media else next(iter(media["examples"].values()))["value"]
    return None
