"""Check replies against the contracts: a reply that its contract does not allow fails the test."""

import json
from functools import cache, lru_cache
from typing import Any

import httpx
import jsonschema_rs

from emulator.evidence import contracts


def check_reply(provider: str, reply: httpx.Response, path: str) -> None:
    """Fail unless the provider's contract allows this reply to a request for a vendor's path."""
    method = reply.request.method
    promised = _promise(provider, method, path, reply.status_code)
    if promised is None:
        raise AssertionError(f"{provider}'s contract promises no {reply.status_code} for {method} {path}: {reply.text}")
    _check_headers(provider, promised, reply)
    if method != "HEAD":
        _check_body(provider, promised, reply)


@lru_cache(maxsize=4096)
def operation_of(provider: str, method: str, path: str) -> contracts.Operation | None:
    """Return the operation that a request reaches; a fixed path goes before a pattern."""
    on_path = [found for found in contracts.operations(provider) if _fits(found.path, path)]
    fixed = [found for found in on_path if found.path == path]
    return next((found for found in fixed or on_path if found.method == method), None)


def _promise(provider: str, method: str, path: str, status: int) -> dict[str, Any] | None:
    own_refusals = {503: contracts.OWN_REFUSAL}
    responses = contracts.contract(provider)["components"]["responses"]
    operation = operation_of(provider, "GET" if method == "HEAD" else method, path)
    if operation:
        promised = contracts.resolve(provider, operation.description["responses"].get(str(status)))
        return promised or responses.get(own_refusals.get(status, ""))
    known = any(_fits(other.path, path) for other in contracts.operations(provider))
    shared = {405: "MethodNotAllowed", 413: "TooLarge"} if known else {404: "UnknownPath", 413: "TooLarge"}
    if known and method == "OPTIONS" and status == 200:
        return {}
    return responses.get({**shared, **own_refusals}.get(status, ""))


def _fits(template: str, path: str) -> bool:
    wanted, got = template.split("/"), path.split("/")
    return len(wanted) == len(got) and all(
        part == given or (part.startswith("{") and given) for part, given in zip(wanted, got, strict=True)
    )


def _check_headers(provider: str, promised: dict[str, Any], reply: httpx.Response) -> None:
    for name, described in promised.get("headers", {}).items():
        header = contracts.resolve(provider, described)
        if header.get("required"):
            assert name in reply.headers, f"missing header {name}"
        if name in reply.headers:
            value: Any = reply.headers[name]
            if contracts.resolve(provider, header["schema"]).get("type") == "integer":
                value = int(value)
            validator(provider, json.dumps(header["schema"])).validate(value)


def _check_body(provider: str, promised: dict[str, Any], reply: httpx.Response) -> None:
    content = promised.get("content")
    if not content:
        assert promised == {} or not reply.content, "unexpected body"
        return
    media_type = reply.headers["content-type"].partition(";")[0]
    assert media_type in content, f"unexpected media type {media_type}; expected {', '.join(content)}"
    validator(provider, json.dumps(content[media_type]["schema"])).validate(reply.json())


@cache
def validator(provider: str, schema: str) -> Any:
    """Return a validator for a schema, given as JSON, that may refer to the contract's components."""
    components = contracts.contract(provider)["components"]
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), "components": components}, validate_formats=True)
