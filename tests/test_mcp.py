"""``carbon-emulator mcp``, driven by the official SDK's client over standard input and output."""

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from emulator import Emulator
from emulator.cli.app import cli
from emulator.cli.mcp_tools import Tools
from emulator.core.resources import resource

Call = Callable[..., Awaitable[Any]]
COMMAND = ("-m", "emulator", "mcp")


def drive(story: Callable[[Call, Any], Awaitable[None]], *options: str) -> None:
    """Run a story with a client of ``carbon-emulator mcp``, passing it a function that calls a tool."""

    # Its server changes uvicorn when it is imported, so it is not imported while tests are collected.
    sdk, stdio = pytest.importorskip("mcp"), pytest.importorskip("mcp.client.stdio")

    async def run() -> None:
        parameters = sdk.StdioServerParameters(command=sys.executable, args=[*COMMAND, *options])
        async with stdio.stdio_client(parameters) as streams, sdk.ClientSession(*streams) as session:
            await session.initialize()

            async def call(tool: str, **arguments: object) -> Any:
                result = await session.call_tool(tool, arguments)
                texts = [each.text for each in result.content]
                assert not result.is_error, texts
                return result.structured_content.get("result", result.structured_content) if texts else None

            await story(call, session)

    with anyio.from_thread.start_blocking_portal() as portal:
        portal.call(run)


def test_an_agent_finds_out_why_a_request_was_refused() -> None:
    """An agent starts a space, has a request refused, gets the rule and its evidence, corrects it, and replays."""

    async def story(call: Call, session: Any) -> None:
        tools = {tool.name: tool.description for tool in (await session.list_tools()).tools}
        assert all(tools.values())
        assert set(tools) == {
            *("start_space", "list_requests", "explain_refusal", "set_clock", "advance_clock", "add_fault"),
            *("clear_faults", "replay"),
        }
        started = await call("start_space", space="shop", at="2026-01-01", seed=3)
        assert started["clock"] == {"now": "2026-01-01T00:00:00.000000Z", "frozen": True}
        cnaught = started["providers"]["cnaught"]
        key = {"Authorization": f"Bearer {cnaught['credentials']['api_key']}"}

        def order(**body: object) -> httpx.Response:
            return httpx.post(f"{cnaught['url']}/v1/orders", json=body, headers=key)

        assert order(amount_kg=-1).status_code == 400
        (refused,) = await call("list_requests", space="shop", status=400)
        explained = await call("explain_refusal", space="shop", request_id=refused["id"])
        assert explained["refused"]
        assert explained["rule"]["statement"]
        assert explained["rule"]["evidence"] == explained["evidence"] or explained["evidence"]
        assert explained["would_pass"]["request"] == "POST /v1/orders"
        assert "amount_kg" in json.dumps(explained["would_pass"]["body"])
        assert "$ref" not in json.dumps(explained["would_pass"])

        fault = await call("add_fault", space="shop", provider="cnaught", effect={"status": 503})
        assert fault["id"] == "fault-1"
        assert order(amount_kg=10).status_code == 503
        await call("clear_faults", space="shop")
        placed = order(amount_kg=10).json()
        moved = await call("advance_clock", space="shop", duration="2h")
        assert [event["subject"] for event in moved["events"]] == [placed["id"]]
        assert (await call("set_clock", space="shop", at="2026-02-01"))["now"].startswith("2026-02-01")
        assert await call("replay", space="shop") == {"requests": 3, "difference": None}
        wrong = await session.call_tool("explain_refusal", {"space": "shop", "request_id": 99})
        assert wrong.is_error

    drive(story)


def test_an_unknown_path_has_a_hint() -> None:
    """A request outside of every operation is explained with the nearest route."""

    async def story(call: Call, _: Any) -> None:
        started = await call("start_space", space="shop")
        httpx.post(f"{started['providers']['cnaught']['url']}/v1/order")
        explained = await call("explain_refusal", space="shop", request_id=1)
        assert "/v1/orders" in explained["hint"]
        assert explained["would_pass"] is None

    drive(story)


def test_a_remote_server_is_refused() -> None:
    """A server on another machine, or none at all, ends the command with a message."""
    for url, reason in [
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
