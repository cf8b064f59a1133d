"""``carbon-emulator mcp``, driven by the official SDK's client over standard input and output."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from emulator import Emulator
from emulator.cli.app import cli
from emulator.cli.mcp_tools import Tools
from emulator.core.resources import resource

COMMAND = ("-m", "emulator", "mcp")


class Agent:
    """A client of ``carbon-emulator mcp``, for tests that do not wait themselves."""

    def __init__(self, portal: BlockingPortal, session: Any) -> None:
        self._portal = portal
        self._session = session

    def tools(self) -> dict[str, str]:
        """Return the tools with their descriptions."""
        return {tool.name: tool.description for tool in self._portal.call(self._session.list_tools).tools}

    def attempt(self, tool: str, **arguments: object) -> Any:
        """Call a tool, and return its result, which may be an error."""
        return self._portal.call(self._session.call_tool, tool, arguments)

    def call(self, tool: str, **arguments: object) -> Any:
        """Call a tool, which must succeed, and return what it returns."""
        result = self.attempt(tool, **arguments)
        texts = [each.text for each in result.content]
        assert not result.is_error, texts
        return result.structured_content.get("result", result.structured_content) if texts else None


@pytest.fixture(scope="module")
def agent() -> Iterator[Agent]:
    """Return a client of a command that all tests share, each in a space of its own."""

    # Its server changes uvicorn when it is imported, so it is not imported while tests are collected.
    sdk, stdio = pytest.importorskip("mcp"), pytest.importorskip("mcp.client.stdio")

    @asynccontextmanager
    async def connected() -> AsyncIterator[Any]:
        parameters = sdk.StdioServerParameters(command=sys.executable, args=COMMAND)
        async with stdio.stdio_client(parameters) as streams, sdk.ClientSession(*streams) as session:
            await session.initialize()
            yield session

    with start_blocking_portal() as portal, portal.wrap_async_context_manager(connected()) as session:
        yield Agent(portal, session)


def test_an_agent_finds_out_why_a_request_was_refused(agent: Agent) -> None:
    """An agent starts a space, has a request refused, gets the rule and its evidence, corrects it, and replays."""
    tools = agent.tools()
    assert all(tools.values())
    assert set(tools) == {
        *("start_space", "list_requests", "explain_refusal", "set_clock", "advance_clock", "add_fault"),
        *("clear_faults", "replay"),
    }
    started = agent.call("start_space", space="shop", at="2026-01-01", seed=3)
    assert started["clock"] == {"now": "2026-01-01T00:00:00.000000Z", "frozen": True}
    cnaught = started["providers"]["cnaught"]
    key = {"Authorization": f"Bearer {cnaught['credentials']['api_key']}"}

    def order(**body: object) -> httpx.Response:
        return httpx.post(f"{cnaught['url']}/v1/orders", json=body, headers=key)

    assert order(amount_kg=-1).status_code == 400
    (refused,) = agent.call("list_requests", space="shop", status=400)
    explained = agent.call("explain_refusal", space="shop", request_id=refused["id"])
    assert explained["refused"]
    assert explained["rule"]["statement"]
    assert explained["rule"]["evidence"] == explained["evidence"] or explained["evidence"]
    assert explained["would_pass"]["request"] == "POST /v1/orders"
    assert "amount_kg" in json.dumps(explained["would_pass"]["body"])
    assert "$ref" not in json.dumps(explained["would_pass"])

    fault = agent.call("add_fault", space="shop", provider="cnaught", effect={"status": 503})
    assert fault["id"] == "fault-1"
    assert order(amount_kg=10).status_code == 503
    agent.call("clear_faults", space="shop")
    placed = order(amount_kg=10).json()
    moved = agent.call("advance_clock", space="shop", duration="2h")
    assert [event["subject"] for event in moved["events"]] == [placed["id"]]
    assert agent.call("set_clock", space="shop", at="2026-02-01")["now"].startswith("2026-02-01")
    assert agent.call("replay", space="shop") == {"requests": 3, "difference": None}


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("explain_refusal", {"request_id": 99}, "no request of space 'wrong' has the id 99; list_requests lists them"),
        ("add_fault", {"provider": "cnaugt", "effect": {"status": 503}}, "unknown provider 'cnaugt'; nearest: cnaught"),
        ("add_fault", {"provider": "cnaught", "effect": {"stats": 503}}, "stats"),
        ("advance_clock", {"duration": "1 fortnight"}, "'1 fortnight' is not a duration"),
        ("set_clock", {"at": "tomorrow"}, "'tomorrow' is not a date or time"),
        ("list_requests", {"provider": "nope"}, "unknown provider 'nope'"),
    ],
)
def test_an_agent_learns_what_was_wrong(agent: Agent, tool: str, arguments: dict[str, Any], reason: str) -> None:
    """The error of a tool has the words of the control API, or of the client."""
    agent.call("start_space", space="wrong")
    result = agent.attempt(tool, space="wrong", **arguments)
    assert result.is_error
    assert reason in result.content[0].text


def test_an_unknown_path_has_a_hint(agent: Agent) -> None:
    """A request outside of every operation is explained with the nearest route."""
    started = agent.call("start_space", space="mistyped")
    httpx.post(f"{started['providers']['cnaught']['url']}/v1/order")
    explained = agent.call("explain_refusal", space="mistyped", request_id=1)
    assert "/v1/orders" in explained["hint"]
    assert explained["would_pass"] is None


def test_a_remote_server_is_refused() -> None:
    """A server on another machine, or none at all, ends the command with a message."""
    for url, reason in [
        ("127.0.0.1:4412", "'127.0.0.1:4412' is not the URL of a server; example: http://127.0.0.1:4412"),
        ("http://127.0.0.1:9/~a", "is the URL of the space 'a'; use that of its server: http://127.0.0.1:9"),
        ("http://192.0.2.1:4412", "http://192.0.2.1:4412 is not on this machine"),
        ("http://127.0.0.1:9", "no Carbon Emulator at http://127.0.0.1:9: "),
    ]:
        command = [sys.executable, *COMMAND, "--url", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        assert done.returncode in (1, 2)
        assert reason in done.stderr


def test_every_tool_is_documented() -> None:
    """Each tool has a description, from which an agent chooses."""
    assert "mcp" in cli.commands
    assert all(tool.__doc__ for tool in Tools(None).all())  # type: ignore[arg-type]


def test_an_empty_run_is_not_replayed(emulator: Emulator) -> None:
    """A replay of no requests proves nothing."""
    with pytest.raises(ValueError, match="space 'empty' has no requests since it was started"):
        Tools(emulator).replay("empty")


def test_a_replay_uses_the_fixtures_of_the_server(tmp_path: Path) -> None:
    """A space of a server with fixtures of its own is run again with these."""
    fixture = json.loads((resource("fixtures") / "cnaught.json").read_text())
    fixture["catalogue"]["accounts"][0]["api_key"] = "test_own"
    (tmp_path / "cnaught.json").write_text(json.dumps(fixture))
    with Emulator(port=None, fixtures=tmp_path) as emulator:
        key = {"Authorization": f"Bearer {emulator.cnaught.credentials['api_key']}"}
        with httpx.Client(transport=emulator.transport(), base_url=emulator.cnaught.url, headers=key) as cnaught:
            assert cnaught.post("/v1/orders", json={"amount_kg": 10}).status_code == 201
        assert Tools(emulator, tmp_path).replay("default") == {"requests": 1, "difference": None}
