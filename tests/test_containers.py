"""A server on a reachable address, and a client in another network namespace, with token and webhooks."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep

import pytest

ROOT = Path(__file__).parents[1]
SERVER, CLIENT = "10.44.12.1", "10.44.12.2"
RECEIVER = """
import http.server, sys
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.rfile.read(int(self.headers["content-length"])).decode(), file=open(sys.argv[1], "a"), flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("0.0.0.0", 8000), Receiver).serve_forever()
"""

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("ip") is None, reason="network namespaces need root and the command ip"
)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=10)


@pytest.fixture
def namespaces() -> Iterator[tuple[str, str]]:
    """Yield two network namespaces that are connected with each other only."""
    names = (f"carbon{os.getpid()}", f"shop{os.getpid()}")
    try:
        for name in names:
            _ip("netns", "add", name)
        _ip("link", "add", "veth0", "netns", names[0], "type", "veth", "peer", "name", "veth0", "netns", names[1])
    except subprocess.CalledProcessError:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, timeout=10)
        pytest.skip("this machine has no network namespaces")
    for name, address in zip(names, (SERVER, CLIENT), strict=True):
        for command in (f"addr add {address}/24 dev veth0", "link set veth0 up", "link set lo up"):
            _ip("-n", name, *command.split())
    yield names
    for name in names:
        _ip("netns", "delete", name)


def _run(namespace: str, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inside = ["ip", "netns", "exec", namespace, *command]
    return subprocess.run(inside, capture_output=True, text=True, timeout=30, env={**os.environ, **environment})


def _curl(namespace: str, path: str, *options: str, host: str = SERVER) -> str:
    at = ["--resolve", f"carbon:4412:{SERVER}"]
    done = _run(namespace, "curl", "-s", "--max-time", "10", *at, f"http://{host}:4412{path}", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _started(stack: ExitStack, namespace: str, *command: str) -> subprocess.Popen[str]:
    inside = ["ip", "netns", "exec", namespace, *command]
    process = stack.enter_context(subprocess.Popen(inside, stdout=subprocess.PIPE, text=True))
    stack.callback(process.terminate)
    return process


def test_a_second_container_uses_token_and_webhooks(namespaces: tuple[str, str], tmp_path: Path) -> None:
    """From another namespace vendors are open, the control API needs the token, and webhooks arrive."""
    carbon, shop = namespaces
    with ExitStack() as stack:
        serve = [sys.executable, "-m", "emulator", "serve", "--host", "0.0.0.0", "--allow-host", "carbon"]
        server = _started(stack, carbon, *serve, "--webhook-host", CLIENT)
        assert server.stdout
        token = server.stdout.readline().removeprefix("control token: ").strip()
        assert server.stdout.readline().startswith("http://")
        hooks = tmp_path / "hooks"
        _started(stack, shop, sys.executable, "-c", RECEIVER, str(hooks))

        assert '"status":"ok"' in _curl(shop, "/_emulator/health")
        refused = json.loads(_curl(shop, "/_emulator/clock"))["error"]
        assert "the server prints it at start" in refused
        assert "--control-token or CARBON_EMULATOR_CONTROL_TOKEN sets it" in refused
        authorized = ["-H", f"Authorization: Bearer {token}"]
        assert '"frozen":false' in _curl(shop, "/_emulator/clock", *authorized, host="carbon")
        command = _run(
            *(shop, sys.executable, "-m", "emulator", "providers", "--json"),
            CARBON_EMULATOR_URL=f"http://{SERVER}:4412",
            CARBON_EMULATOR_CONTROL_TOKEN=token,
            PYTHONPATH=str(ROOT),
        )
        assert json.loads(command.stdout)["providers"][1]["url"] == f"http://{SERVER}:4412/cnaught"

        order = {"amount_kg": 10, "notification_config": {"url": f"http://{CLIENT}:8000/orders"}}
        key = ["-H", "Authorization: Bearer test_acme_0001", "-H", "Content-Type: application/json"]
        placed = json.loads(_curl(shop, "/cnaught/v1/orders", *key, "-d", json.dumps(order), host="carbon"))
        _curl(shop, "/_emulator/clock/advance", "-d", '{"seconds": 5}', *authorized)
        deadline = monotonic() + 15
        while not hooks.exists() and monotonic() < deadline:
            sleep(0.1)
        assert placed["id"] in hooks.read_text()
