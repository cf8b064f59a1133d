"""The documentation's webhook receivers accept what the emulator sends, and nothing else."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from emulator.client.embedded import SpaceHandle
from tests.conftest import START
from tests.support.caller import Caller, credentials_of

PAGE = (Path(__file__).parents[1] / "docs" / "webhooks.md").read_text()
SECRET = "whsec_local"
NOW = datetime.fromisoformat(START).timestamp()

Verify = Callable[[Mapping[str, str], bytes, list[str], float], bool]


def code(language: str) -> str:
    """Return the page's receiver in a language."""
    found = re.search(rf"<!-- verify: {language} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def verify_in_python(headers: Mapping[str, str], body: bytes, secrets: list[str], now: float) -> bool:
    names: dict[str, Any] = {}
    exec(code("python"), names)
    verified: bool = names["verify"](headers, body, secrets, now)
    return verified


def verify_in_node(headers: Mapping[str, str], body: bytes, secrets: list[str], now: float) -> bool:
    lower = {name.lower(): value for name, value in headers.items()}
    call = f"verify({json.dumps(lower)}, Buffer.from({body.hex()!r}, 'hex'), {json.dumps(secrets)}, {now})"
    node = shutil.which("node") or pytest.skip("node is not installed")
    run = subprocess.run(
        [node, "-e", f"{code('node')}\nconsole.log({call})"], capture_output=True, text=True, check=True
    )
    return {"true": True, "false": False}[run.stdout.strip()]


@pytest.fixture
def delivery(space: SpaceHandle, httpserver: HTTPServer) -> tuple[Mapping[str, str], bytes]:
    """Deliver an event, and return its headers and body as they were received."""
    httpserver.expect_request("/hooks").respond_with_data("")
    endpoint = {"id": "shop", "url": httpserver.url_for("/hooks"), "secrets": [SECRET, "whsec_old"]}
    space.control("PATCH", "/settings/oneclickimpact", json={"webhook_endpoints": [endpoint]})
    body = {"amount": 5, "customer_email": "jane@example.com", "customer_name": "Jané 🌳"}
    Caller(space, "oneclickimpact", credentials_of(space, "oneclickimpact")).post("/v1/plant_tree", body)
    space.webhooks.deliver()
    [(request, _)] = httpserver.log
    return dict(request.headers.items()), request.data


@pytest.mark.rule("oneclickimpact.webhooks.signature", "oneclickimpact.webhooks.rotation")
@pytest.mark.parametrize("verify", [verify_in_python, verify_in_node])
def test_documented_receivers_verify_deliveries(verify: Verify, delivery: tuple[Mapping[str, str], bytes]) -> None:
    """A delivery is accepted with each of its secrets; a changed, late or unsigned one is rejected."""
    headers, body = delivery
    names = {name.lower(): name for name in headers}
    signature, timestamp = names["x-1ci-signature"], names["x-1ci-timestamp"]
    headers = {"X-1CI-Signature": headers[signature], "X-1CI-Timestamp": headers[timestamp]}
    assert verify(headers, body, [SECRET], NOW)
    assert verify(headers, body, ["whsec_new", "whsec_old"], NOW + 299)
    assert not verify(headers, body + b" ", [SECRET], NOW)
    assert not verify(headers, body, ["whsec_new"], NOW)
    assert not verify(headers, body, [SECRET], NOW + 301)
    later = str(int(headers["X-1CI-Timestamp"]) + 1)
    assert not verify({**headers, "X-1CI-Timestamp": later}, body, [SECRET], NOW)
    for missing in headers:
        assert not verify({name: value for name, value in headers.items() if name != missing}, body, [SECRET], NOW)


def test_the_headers_of_a_delivery_are_documented(delivery: tuple[Mapping[str, str], bytes]) -> None:
    """The page lists the headers that a delivery has, except those of the connection."""
    sample = re.search(r"```http\nPOST .*\n((?:\S+: .*\n)+)\n", PAGE)
    assert sample
    listed = {line.partition(":")[0].lower() for line in sample[1].splitlines()}
    connection = {"host", "accept", "accept-encoding", "connection", "content-length"}
    assert {name.lower() for name in delivery[0]} - connection == listed
