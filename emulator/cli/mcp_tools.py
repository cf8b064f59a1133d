"""The tools of ``carbon-emulator mcp``: a subset of the control API for coding agents."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emulator.client.handles import SpaceHandle

REQUESTS_MAX = 20
REFERENCE_DEPTH_MAX = 6
"""How deep a contract's schemas are written out: some contain themselves."""


class Tools:
    """The tools, on one server with its fixtures. Every tool but the first takes the name of a space."""

    def __init__(self, server: SpaceHandle, fixtures: Path | None = None) -> None:
        self._server = server
        self._fixtures = fixtures

    def all(self) -> list[Callable[..., Any]]:
        return [
            *(self.start_space, self.list_requests, self.explain_refusal, self.set_clock, self.advance_clock),
            *(self.add_fault, self.clear_faults, self.replay),
        ]

    def start_space(self, space: str, at: str | None = None, seed: int | None = None) -> dict[str, Any]:
        """Start an isolated space, or reset it if it exists, and return the URL and credentials of each provider.

        With `at`, a date or time in UTC, its clock is frozen there. With `seed`, its ids follow from that.
        """
        handle = self._server.space(space)
        handle.reset(seed)
        if at is not None:
            handle.clock.freeze(at)
        providers = handle.control("GET", "/providers")["providers"]
        return {
            "space": space,
            "url": handle.url,
            "clock": handle.control("GET", "/clock"),
            "providers": {each["name"]: {"url": each["url"], "credentials": each["credentials"]} for each in providers},
        }

    def list_requests(
        self, space: str, provider: str | None = None, status: int | None = None, limit: int = REQUESTS_MAX
    ) -> list[dict[str, Any]]:
        """List the last requests of a space, oldest first: request, reply, and the parts that no rule read."""
        filters = {"provider": provider, "status": status}
        given = {name: value for name, value in filters.items() if value is not None}
        names = ("id", "at", "provider", "operation", "method", "path", "body", "unread", "status", "rule", "fault")
        entries = self._server.space(space).requests.matching(**given, limit=limit) if limit > 0 else []
        return [{**{name: each[name] for name in names}, "reply": each["reply"]["body"]} for each in entries]

    def explain_refusal(self, space: str, request_id: int) -> dict[str, Any]:
        """Explain why a request was refused: the rule, its evidence, and what a valid request looks like.

        `would_pass` is the operation's part of the contract: its parameters and its body, with an example if there is
        one. `hint` is there if the path or the method is wrong.
        """
        handle = self._server.space(space)
        found = handle.requests.matching(id=request_id)
        if not found:
            raise ValueError(f"no request of space {space!r} has the id {request_id}; list_requests lists them")
        entry = found[0]
        rules = handle.control("GET", "/evidence")["providers"][entry["provider"]]["rules"]
        contract = handle.control("GET", f"/contracts/{entry['provider']}.json")
        return {
            "request": {name: entry[name] for name in ("method", "path", "query", "body", "operation", "unread")},
            "refused": entry["status"] >= 400,
            "status": entry["status"],
            "reply": entry["reply"]["body"],
            "rule": next((rule for rule in rules if rule["id"] == entry["rule"]), None),
            "evidence": entry["evidence"],
            "fault": entry["fault"],
            "hint": entry["reply"]["headers"].get("x-emulator-hint"),
            "would_pass": _what_passes(contract, entry["operation"]),
        }

    def set_clock(self, space: str, at: str, frozen: bool = True) -> dict[str, Any]:
        """Set the clock of a space to a date or time, and return the due events."""
        clock = self._server.space(space).clock
        return {"events": clock.freeze(at) if frozen else clock.run(at), "now": clock.now.isoformat()}

    def advance_clock(self, space: str, duration: str) -> dict[str, Any]:
        """Let time pass in a space, such as 1h30m or 2d, and return the due events."""
        clock = self._server.space(space).clock
        return {"events": clock.advance(duration), "now": clock.now.isoformat()}

    def add_fault(
        self,
        space: str,
        provider: str,
        effect: dict[str, Any],
        operation: str | None = None,
        when: str = "before",
        times: int = 1,
    ) -> dict[str, Any]:
        """Let the next requests to a provider fail.

        `effect` has one or more of status, headers, body, delay_seconds and connection (reset, close, truncate).
        With `when` "after", the operation takes effect first, and only its reply is lost.
        """
        draft = {"provider": provider, "operation": operation, "when": when, "times": times, "effect": effect}
        return self._server.space(space).control("POST", "/faults", json=draft)

    def clear_faults(self, space: str) -> None:
        """Delete all faults of a space."""
        self._server.space(space).faults.clear()

    def replay(self, space: str) -> dict[str, Any]:
        """Run all requests of a space again, in a new one, and return the first difference; null if there is none."""
        from emulator.app import make_world
        from emulator.bundles import bundle
        from emulator.bundles.replay import replay

        world = make_world(fixtures_directory=self._fixtures)
        recorded = bundle.read(self._server.space(space).bundle(), world)
        if not recorded.requests:
            raise ValueError(f"space {space!r} has no requests since it was started, so there is nothing to replay")
        difference = replay(recorded, world, lambda: None)
        return {"requests": len(recorded.requests), "difference": difference and difference.model_dump()}


def _what_passes(contract: Mapping[str, Any], operation_id: str | None) -> dict[str, Any] | None:
    """Return the parameters and the body of an operation, with everything that they refer to."""
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict) and operation_id and operation.get("operationId") == operation_id:
                parameters = [*methods.get("parameters", ()), *operation.get("parameters", ())]
                parts = {"parameters": parameters, "body": operation.get("requestBody")}
                whole: dict[str, Any] = _written_out(parts, contract, REFERENCE_DEPTH_MAX)
                return {"request": f"{method.upper()} {path}", "summary": operation.get("summary"), **whole}
    return None


def _written_out(node: Any, contract: Mapping[str, Any], depth: int) -> Any:
    """Return a part of a contract with what it refers to in place of the references."""
    if isinstance(node, list):
        return [_written_out(each, contract, depth) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node and depth:
        found: Any = contract
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return _written_out(found, contract, depth - 1)
    return {name: _written_out(each, contract, depth) for name, each in node.items() if not name.startswith("x-")}
