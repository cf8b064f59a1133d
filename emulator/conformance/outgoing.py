"""The requests of probes, made from the values of their steps."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from emulator.core.struct import Struct
from emulator.evidence import contracts


class Outgoing(Struct, frozen=True):
    """A request that is ready to be sent. ``path_values`` are the values in its path."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    content: bytes
    operation: contracts.Operation | None = None
    path_values: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def body(self) -> Any:
        """Return the JSON content; None for anything else."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


def outgoing(provider: str, send: str, values: Mapping[str, Any]) -> Outgoing:
    """Return the request of a step from its values: ``path``, ``query``, ``headers``, and ``body`` or ``text``."""
    operation = contracts.operation(provider, send) if " " not in send else None
    method, _, path = send.partition(" ") if operation is None else (operation.method, " ", operation.path)
    path_values = {name: str(value) for name, value in values.get("path", {}).items()}
    for name, value in path_values.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    headers = {name: str(value) for name, value in values.get("headers", {}).items() if value is not None}
    content = b""
    if values.get("text") is not None:
        content = str(values["text"]).encode()
    elif values.get("body") is not None:
        content = json.dumps(values["body"]).encode()
    if content and not any(name.lower() == "content-type" for name in values.get("headers", {})):
        headers["Content-Type"] = "application/json"
    return Outgoing(
        method, path, _query(values.get("query", {})), headers, content, operation, tuple(path_values.values())
    )


def _query(query: Any) -> str:
    if isinstance(query, str):
        return query
    pairs = [(name, item) for name, value in query.items() for item in (value if isinstance(value, list) else [value])]
    return urlencode([(name, "true" if v is True else "false" if v is False else v) for name, v in pairs])
