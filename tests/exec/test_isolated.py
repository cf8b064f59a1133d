"""``exec --mode isolated``: a network in which the vendors' hosts are the emulator, and nothing else can be reached."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator import Emulator
from emulator.exec import isolation
from tests.exec.conftest import CALL, ORDERS, PYTHON, SECONDS_MAX, Run

pytestmark = pytest.mark.skipif(not isolation.can_isolate(), reason="this system lets this user make no namespaces")

ISOLATED = ["--quiet", "--mode", "isolated"]
NOBODY = 65534
ROOT = Path(__file__).parents[2]


@pytest.fixture
def isolated(run: Run) -> Callable[..., list[str]]:
    """Run a Python script in isolation, and return the lines that it prints."""

    def isolated(script: str, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
        done = run(*ISOLATED, *options, "--", PYTHON, "-c", script, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return isolated


def test_vendors_are_answered_without_any_variable(run: Run) -> None:
    """A client with an empty environment finds the emulator at the vendor's name, and the system trusts it."""
    bundle = next(path for path in isolation.BUNDLES if Path(path).is_file())
    script = """
import socket, ssl, sys
host, context = "api.cnaught.com", ssl.create_default_context(cafile=sys.argv[1])
tls = context.wrap_socket(socket.create_connection((host, 443)), server_hostname=host)
tls.sendall(b"GET /v1/orders HTTP/1.1\\r\\nHost: api.cnaught.com\\r\\n\\r\\n")
print(tls.recv(12).decode())
"""
    done = run(*ISOLATED, "--", "env", "-i", PYTHON, "-c", script, bundle)
    assert (done.stdout, done.stderr) == ("HTTP/1.1 401\n", "")


def test_plain_and_other_vendors_are_answered(isolated: Callable[..., list[str]]) -> None:
    """Port 80 answers, too, and so does every vendor's host."""
    urls = [
        ORDERS.replace("https", "http"),
        "https://sandbox.1clickimpact.com/nowhere",
        "https://api.dcycle.io/nowhere",
    ]
    assert isolated(CALL, *urls) == ["401", "404", "404"]


def test_nothing_else_can_be_reached(isolated: Callable[..., list[str]]) -> None:
    """Neither a name nor an address nor a server of this machine outside can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as outside:
        urls = ["https://example.com/", "http://192.0.2.7/", f"http://127.0.0.1:{outside.getsockname()[1]}/"]
        name, address, local = isolated(CALL, *urls)
    assert "resolution" in name or "not known" in name
    assert "unreachable" in address
    assert "refused" in local


def test_processes_inside_reach_each_other(isolated: Callable[..., list[str]]) -> None:
    """A server inside is reached on ``localhost``."""
    script = (
        "import socket; server = socket.create_server(('127.0.0.1', 0)); "
        "client = socket.create_connection(('localhost', server.getsockname()[1])); print(server.accept() is not None)"
    )
    assert isolated(script) == ["True"]


def test_webhooks_reach_the_command(isolated: Callable[..., list[str]]) -> None:
    """A webhook of the emulator is delivered to a server that the command runs."""
    script = """
import http.server, json, os, threading, urllib.request
received = []
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
control = os.environ["CARBON_EMULATOR_URL"] + "/_emulator"
def call(url, body=None, method=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers}, method=method)
    return json.load(urllib.request.urlopen(request))
key = [p for p in call(control + "/providers")["providers"] if p["name"] == "cnaught"][0]["credentials"]["api_key"]
config = {"url": "http://127.0.0.1:%d/hook" % server.server_port}
order = {"amount_kg": 10, "notification_config": config}
call("https://api.cnaught.com/v1/orders", order, Authorization="Bearer " + key)
call(control + "/webhooks", {"paused": True}, "PATCH")
call(control + "/clock/advance", {"seconds": 10 * 86400})
call(control + "/webhooks/deliver", {})
print(len(received))
"""
    assert isolated(script) == ["1"]


def test_the_server_is_reached_from_outside(environment: dict[str, str]) -> None:
    """The control API answers outside, at the URL that is printed."""
    command = [
        sys.executable,
        "-m",
        "emulator",
        "exec",
        "--mode",
        "isolated",
        "--",
        "sh",
        "-c",
        "echo ready; read line",
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline() == "ready\n"
    url = process.stderr.readline().split("isolated: ")[1].partition(",")[0]
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "health", "--url", url], capture_output=True, text=True, timeout=SECONDS_MAX
    )
    process.communicate("\n", timeout=SECONDS_MAX)
    assert (done.returncode, process.returncode) == (0, 0), done.stderr


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def test_a_shared_server_answers(isolated: Callable[..., list[str]], shared: Emulator) -> None:
    """With ``--url``, the server outside answers, also for the control API, and nothing else of it is reached."""
    shared.space("shop").reset()
    script = f"{CALL}\nimport os\nprint(os.environ['CARBON_EMULATOR_URL'] != {shared.url!r})\n"
    health = f"{shared.url}/_emulator/health"
    printed = isolated(script, ORDERS, health, options=("--url", shared.url, "--space", "shop"))
    assert (printed[0], "refused" in printed[1], printed[2]) == ("401", True, "True")
    assert len(shared.space("shop").control("GET", "/requests")["requests"]) == 1


def test_the_user_stays_the_same(run: Run) -> None:
    """The command runs as the user, in the user's directory, and writes files as the user."""
    done = run(*ISOLATED, "--", "sh", "-c", "id -u; id -g; pwd")
    assert done.stdout.splitlines() == [str(os.geteuid()), str(os.getegid()), os.getcwd()]


@pytest.fixture
def other_users_home() -> Iterator[Path]:
    """A directory that another user owns. It is not below those of pytest, which are closed to other users."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "temporary").mkdir()
        for path in (Path(home), Path(home) / "temporary"):
            os.chown(path, NOBODY, NOBODY)
        yield Path(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="this machine has no setpriv")
def test_another_user_than_root_can_isolate(other_users_home: Path) -> None:
    """A user without privileges can isolate a command if the system allows it, and the command has none either."""
    temporary = other_users_home / "temporary"
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "sh", "-c", 'exec "$@"', "sh"]
    variables = {"PATH": os.environ["PATH"], "XDG_DATA_HOME": str(other_users_home), "TMPDIR": str(temporary)}
    variables["PYTHONPATH"] = os.pathsep.join([str(ROOT), *(path for path in sys.path if "site-packages" in path)])
    starts = {python: [*become, python, "-c", "import emulator.app"] for python in (PYTHON, "/usr/bin/python3")}
    works = [python for python, command in starts.items() if _succeeds(command, variables)]
    if not works:
        pytest.skip("another user cannot run this project")
    script = f"{works[0]} -c '{CALL}' {ORDERS} http://192.0.2.7/; id -u; grep CapEff /proc/self/status"
    command = [*become, works[0], "-m", "emulator", "exec", *ISOLATED, "--", "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, env=variables, cwd="/", timeout=SECONDS_MAX)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    status, unreachable, user, capabilities = done.stdout.splitlines()
    assert (status, user, int(capabilities.split()[1], 16)) == ("401", str(NOBODY), 0)
    assert "unreachable" in unreachable
    assert list(temporary.iterdir()) == []


def test_offline_is_isolated_by_default(run: Run) -> None:
    """With ``--offline`` and no mode, the mode is the one that no client can evade."""
    assert "mode isolated" in run("--offline", "--", "true").stderr
    assert "mode preload" in run("--", "true").stderr


@pytest.mark.parametrize(
    ("setting", "value", "user", "advice"),
    [
        (
            "apparmor_restrict_unprivileged_userns",
            "1",
            1000,
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        ("max_user_namespaces", "0", 1000, "sysctl -w user.max_user_namespaces=10000"),
        ("none", "", 1000, "run it as root"),
        ("none", "", 0, "SYS_ADMIN"),
    ],
)
def test_a_system_without_namespaces_is_explained(
    setting: str, value: str, user: int, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If users cannot create namespaces, the error names the setting that allows it, and a mode that works without."""
    monkeypatch.setattr(isolation, "_content", lambda path: value if path.endswith(setting) else None)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(isolation, "_unshare", _refuse)
    with pytest.raises(
        isolation.CannotIsolate, match=r"make no network namespace .Operation not permitted.*--mode preload"
    ) as error:
        isolation.isolate()
    assert advice in str(error.value)


def _succeeds(command: list[str], variables: dict[str, str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, cwd="/", env=variables, timeout=SECONDS_MAX).returncode == 0
    except OSError:
        return False


def _refuse(_: object) -> None:
    raise PermissionError(1, "Operation not permitted")
