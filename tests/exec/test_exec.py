"""``carbon-emulator exec``: how the command runs, what it finds in its environment, and what is left behind."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator import Emulator
from emulator.exec import java_options
from emulator.tls.authority import ensure
from tests.exec.clients import PAGE
from tests.exec.conftest import CALL, EXEC, ORDERS, PYTHON, SECONDS_MAX, Run


def variables(run: Run, *options: str, **user: str) -> dict[str, str]:
    """Return the environment of a command."""
    printed = run(*options, "--", PYTHON, "-c", "import os, json; print(json.dumps(dict(os.environ)))", **user)
    assert printed.returncode == 0, printed.stderr
    found: dict[str, str] = json.loads(printed.stdout)
    return found


# --- the command


def test_input_output_and_exit_code_are_the_commands(run: Run) -> None:
    """Standard input and output belong to the command; one line on standard error names the emulator."""
    done = run("--", "sh", "-c", "tr a-z A-Z; echo problem >&2; exit 7", stdin="text")
    assert (done.returncode, done.stdout) == (7, "TEXT")
    first, *rest = done.stderr.splitlines()
    assert first.startswith("carbon-emulator: mode preload: http://127.0.0.1:")
    assert rest == ["problem"]
    assert run("--quiet", "true").stderr == ""


@pytest.mark.parametrize(("command", "code", "reason"), [("no-such-command", 127, "command not found"), ("/", 126, "")])
def test_a_failing_command_has_a_shells_exit_code(run: Run, command: str, code: int, reason: str) -> None:
    """The exit code is a shell's: 127 for a command that is not found, 126 for one that cannot be executed."""
    done = run("--quiet", "--", command)
    assert (done.returncode, done.stderr.startswith(f"carbon-emulator: {command}: {reason}")) == (code, True)


@pytest.mark.parametrize("name", ["TERM", "INT", "KILL", "SEGV"])
def test_a_command_that_a_signal_ends(run: Run, name: str) -> None:
    """The signal that ends the command ends ``exec``, too, so that its parent sees the same."""
    assert run("--", "sh", "-c", f"kill -{name} $$").returncode == -signal.Signals[f"SIG{name}"]


def test_arguments_are_passed_on(run: Run) -> None:
    """All arguments after the command belong to it, even if they look like options of ``exec``."""
    done = run("--quiet", "printf", "%s|", "--space", "x", "--", "a b", "")
    assert done.stdout == "--space|x|--|a b||"


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "USR1"])
def test_signals_are_forwarded(environment: dict[str, str], name: str) -> None:
    """A signal to ``exec`` reaches the command once, whose reaction decides how both end."""
    script = f"trap 'echo caught; exit 9' {name}; echo ready; while :; do sleep 0.05; done"
    process = subprocess.Popen(
        [*EXEC, "--quiet", "--", "sh", "-c", script], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.Signals[f"SIG{name}"])
    assert process.communicate(timeout=SECONDS_MAX)[0] == "caught\n"
    assert process.returncode == 9


def test_a_terminals_interrupt_reaches_the_command_once(environment: dict[str, str]) -> None:
    """Control-C goes to both processes by the terminal, so it is not forwarded in addition."""
    script = (
        "import signal, time; count = []; signal.signal(signal.SIGINT, lambda *_: count.append(1)); print('ready', "
        "flush=True); time.sleep(1); time.sleep(0.5); print('interrupts', len(count), flush=True)"
    )
    with warnings.catch_warnings(action="ignore"):  # this process has threads, which the child does not need
        child, terminal = pty.fork()
    if child == 0:
        os.execve(PYTHON, [*EXEC, "--quiet", "--", PYTHON, "-c", script], environment)
    printed = b""
    while b"ready" not in printed:
        printed += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    while b"interrupts" not in printed:
        printed += os.read(terminal, 1000)
    assert b"interrupts 1" in printed
    assert os.waitpid(child, 0)[1] == 0
    os.close(terminal)


@pytest.mark.skipif("EXTENDED" not in os.environ, reason="needs an idle machine; .ci/extended runs it")
def test_a_killed_exec_leaves_nothing_behind(environment: dict[str, str]) -> None:
    """When ``exec`` is killed, the command is terminated and the files are deleted."""
    process = subprocess.Popen(
        [*EXEC, "--quiet", "--", "sh", "-c", "echo $$; exec sleep 600"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout
    child = int(process.stdout.readline())
    assert list(Path(environment["TMPDIR"]).iterdir()) != []
    process.kill()
    process.communicate(timeout=SECONDS_MAX)
    assert _eventually(lambda: not _alive(child) and not list(Path(environment["TMPDIR"]).iterdir()))


def test_a_command_that_has_not_started_ends_with_exec() -> None:
    """When ``exec`` is killed before it starts the command, the process that waits to become the command ends."""
    script = """
import os, signal
from emulator.exec.child import Child, signals_held, temporary_directory
with signals_held() as held, temporary_directory() as (_, cleaner):
    print(Child(cleaner, held).pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([PYTHON, "-c", script], stdout=subprocess.PIPE, text=True, timeout=SECONDS_MAX, check=False)
    assert done.returncode == -signal.SIGKILL
    assert _eventually(lambda: not _alive(int(done.stdout)))


def test_exec_ends_with_its_parent(environment: dict[str, str]) -> None:
    """With ``--exit-with-parent``, the command ends when the process that started ``exec`` has."""
    command = [*EXEC, "--quiet", "--exit-with-parent", "--", "sh", "-c", "echo $$; exec sleep 600"]
    starter = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(600)"
    parent = subprocess.Popen([PYTHON, "-c", starter, *command], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    assert _eventually(lambda: not _alive(child))
    parent.communicate(timeout=SECONDS_MAX)


def test_children_see_signals_as_usual(run: Run) -> None:
    """The command ignores and holds back no more signals than without ``exec``: a shell in the background some."""
    command = ["sh", "-c", "grep -E '^Sig(Blk|Ign)' /proc/self/status"]
    usual = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    done = run("--quiet", "--", *command)
    assert _signals(done.stdout) == _signals(usual.stdout)
    assert len(_signals(done.stdout)) == 2


def _signals(status: str) -> list[int]:
    return [int(line.split()[1], 16) & 0x7FFFFFFF for line in status.splitlines()]  # others are libc's own


# --- what it finds


@pytest.mark.parametrize("mode", ["env", "preload"])
def test_vendors_answer_over_tls_and_plain(run: Run, mode: str) -> None:
    """Every vendor's host is answered by the emulator, without a change of the client."""
    hosts = ["api.1clickimpact.com", "sandbox.1clickimpact.com", "api-stage.cnaught.com", "api.carboninsights.co"]
    urls = [ORDERS, ORDERS.replace("https", "http"), *(f"https://{host}/nowhere" for host in hosts)]
    done = run("--quiet", "--mode", mode, "--", PYTHON, "-c", CALL, *urls)
    assert done.stdout.split() == ["401", "401", "404", "404", "404", "404"]


def test_the_space_and_the_server_are_in_the_environment(run: Run) -> None:
    """Commands of ``carbon-emulator`` inside find the server and the space without options."""
    script = f"{PYTHON} -c '{CALL}' {ORDERS}; {PYTHON} -m emulator requests --json"
    done = run("--quiet", "--space", "shop", "--", "sh", "-c", script)
    status, _, entries = done.stdout.partition("\n")
    assert (status, json.loads(entries)["path"]) == ("401", "/v1/orders")


def test_what_the_user_has_set_is_extended(run: Run, tmp_path: Path) -> None:
    """Bundles, options and paths of the user's own stay in effect."""
    (tmp_path / "mine.pem").write_text("# mine\n")
    user = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), str(tmp_path / "mine.pem"))
    options = {"NODE_OPTIONS": "--no-warnings", "PYTHONPATH": str(tmp_path)}
    proxies = {"NO_PROXY": "internal.example,cnaught.com", "JAVA_TOOL_OPTIONS": "-Xmx64m -Dhttp.proxyHost=mine"}
    script = "import os, sys; [print(open(os.environ[name]).read()) for name in sys.argv[1:]]"
    assert run("--quiet", "--", PYTHON, "-c", script, *user, **user).stdout.count("# mine") == 3
    found = variables(run, "--quiet", **options)
    assert found["NODE_OPTIONS"].startswith('--no-warnings --require "')
    assert found["PYTHONPATH"].split(os.pathsep)[1:] == [str(tmp_path)]
    found = variables(run, "--quiet", **proxies)
    assert found["JAVA_TOOL_OPTIONS"].startswith("-Xmx64m -Djavax.net.ssl.trustStore=")
    assert found["JAVA_TOOL_OPTIONS"].count("-Dhttp.proxyHost=") == 1
    assert found["NO_PROXY"] == found["no_proxy"] == "localhost,127.0.0.1,::1,internal.example"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", []),
        ("-Xmx64m  -Da=b", ["-Xmx64m", "-Da=b"]),
        ("""-Da='b c' "-Dd=e'f" -Dg='"'""", ["-Da=b c", "-Dd=e'f", '-Dg="']),
        (r"-Da=C:\b\c -Dd=#e", [r"-Da=C:\b\c", "-Dd=#e"]),
        ('-Da=b "-Dhttp.nonProxyHosts=a|b c" -Dhttps.proxyPort="1"', ["-Da=b"]),
    ],
)
def test_java_options_are_read_and_written_as_java_does(given: str, expected: list[str]) -> None:
    """White space separates Java's options, quotes hold them together, and nothing else has a meaning."""
    options = java_options.without_proxies(java_options.split(given))
    assert options == expected
    assert java_options.split(java_options.join(options)) == expected


@pytest.mark.skipif(shutil.which("java") is None, reason="this machine has no Java")
@pytest.mark.parametrize("name", ["a b", "it's", 'a "b" \'c'])
def test_java_starts_with_temporary_files_in_any_directory(run: Run, tmp_path: Path, name: str) -> None:
    """The path of the trust store reaches Java whole, beside what the user has quoted."""
    (tmp_path / name).mkdir()
    (tmp_path / "Store.java").write_text(
        "class Store { public static void main(String[] a) throws Exception {"
        'System.out.print(System.getProperty("mine") + new java.io.File(System.getProperty('
        '"javax.net.ssl.trustStore")).isFile()); } }'
    )
    options = {"TMPDIR": str(tmp_path / name), "JAVA_TOOL_OPTIONS": "'-Dmine=x y ' \"-Dhttp.nonProxyHosts=a|b c\""}
    done = run("--quiet", "--", "java", str(tmp_path / "Store.java"), **options)
    assert done.stdout == "x y true", done.stderr


def test_java_options_with_an_open_quote_are_named(run: Run) -> None:
    """Java would refuse them, so the command does not run."""
    done = run("--quiet", "--", "echo", "ran", JAVA_TOOL_OPTIONS="-Da='b")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "carbon-emulator: JAVA_TOOL_OPTIONS: a quote is not closed\n"


@pytest.mark.parametrize("options", [(), ("--space", "shop")])
def test_the_example_of_tests_runs(run: Run, tmp_path: Path, options: tuple[str, ...]) -> None:
    """The tests of the guide pass under ``exec``, in the space that it names, and without it they do not run."""
    (code,) = re.findall(r"<!-- exec: pytest -->\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "test_production.py").write_text(code)
    tests = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(tmp_path)]
    done = run("--quiet", *options, "--", *tests)
    assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout
    assert "2 errors" in subprocess.run(tests, capture_output=True, text=True, check=False, cwd=tmp_path).stdout


def test_hidden_sitecustomize_still_runs(run: Run, tmp_path: Path) -> None:
    """A ``sitecustomize`` of the user's own runs, too."""
    (tmp_path / "sitecustomize.py").write_text("import builtins; builtins.mine = 'mine'")
    done = run(
        "--quiet",
        "--",
        PYTHON,
        "-c",
        "print(mine); import sitecustomize; print(sitecustomize.__file__)",
        PYTHONPATH=str(tmp_path),
    )
    assert done.stdout.splitlines() == ["mine", str(tmp_path / "sitecustomize.py")]


def test_offline_refuses_other_hosts(run: Run) -> None:
    """With ``--offline``, only the vendors and this machine can be reached, by proxy or directly."""
    urls = ["https://example.com/", "http://192.0.2.7/", ORDERS]
    for mode in ("env", "preload"):
        done = run(
            "--quiet", "--offline", "--mode", mode, "--", PYTHON, "-c", CALL, *urls, NO_PROXY="example.com,192.0.2.7"
        )
        refused, plain, answered = done.stdout.splitlines()
        assert ("403" in refused, plain, answered) == (True, "403", "401")
    direct = "import socket; socket.create_connection(('192.0.2.7', 80))"
    done = run("--quiet", "--offline", "--mode", "preload", "--", PYTHON, "-c", direct)
    assert "OSError: [Errno 101] Network is unreachable (carbon-emulator exec --offline): 192.0.2.7" in done.stderr


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.mark.parametrize("mode", ["env", "preload"])
def test_a_shared_server_answers(run: Run, shared: Emulator, mode: str) -> None:
    """With ``--url``, a running server answers, in the space, and the command finds it."""
    shared.space("shop").reset()
    script = f"{PYTHON} -c '{CALL}' {ORDERS}; echo $CARBON_EMULATOR_URL $CARBON_EMULATOR_SPACE"
    done = run("--quiet", "--url", shared.url, "--space", "shop", "--mode", mode, "--", "sh", "-c", script)
    assert done.stdout.splitlines() == ["401", f"{shared.url} shop"]
    assert len(shared.space("shop").control("GET", "/requests")["requests"]) == 1


def test_a_shared_server_that_does_not_answer_is_named(run: Run) -> None:
    """Without a server at the URL, the command does not run."""
    done = run("--url", "http://127.0.0.1:9", "--", "echo", "ran")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no reply from a Carbon Emulator at http://127.0.0.1:9" in done.stderr


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--space", "a/b"], "'a/b' is not the name of a space: 1 to 64 letters"),
        (["--url", "localhost:4412"], "'localhost:4412' is not the URL of a server"),
        (["--mode", "magic"], "'magic' is not one of 'env', 'preload', 'isolated'"),
        (["--fixtures", "/nowhere"], "/nowhere"),
    ],
)
def test_wrong_options_are_named(run: Run, options: list[str], reason: str) -> None:
    """An error is one sentence, and the command does not run."""
    done = run(*options, "--", "echo", "ran")
    assert (done.returncode, done.stdout, reason in done.stderr) == (2, "", True)
    assert len(done.stderr.splitlines()) == 1


def test_a_proxy_that_is_not_supported_is_named(run: Run) -> None:
    """A user's SOCKS proxy is not supported, which is an error before the command runs."""
    done = run("--", "echo", "ran", HTTPS_PROXY="socks5://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "HTTPS_PROXY: socks5 proxies are not supported; known: http, https" in done.stderr
    assert run("--offline", "--", "echo", "ran", HTTPS_PROXY="socks5://127.0.0.1:1").stdout == "ran\n"


@pytest.mark.skipif(shutil.which("keytool") is None, reason="this machine has no keytool")
@pytest.mark.parametrize("kind", ["PKCS12", "JKS"])
def test_a_trust_store_of_the_user_is_extended(run: Run, tmp_path: Path, kind: str) -> None:
    """A trust store that ``JAVA_TOOL_OPTIONS`` names is copied with the emulator's root, for any type and password."""
    store, other = tmp_path / "my store", ensure(["api.one.example"], tmp_path / "other" / "authority")
    password = ["-storepass", "secret", "-storetype", kind]
    add = ["keytool", "-importcert", "-noprompt", "-alias", "mine", "-file", str(other.root_path)]
    subprocess.run([*add, "-keystore", str(store), *password], check=True, capture_output=True)
    options = f"-Djavax.net.ssl.trustStore='{store}' -Djavax.net.ssl.trustStorePassword=secret"
    script = (
        "keytool -list -keystore $(echo $JAVA_TOOL_OPTIONS | tr ' ' '\n' | grep 'trustStore=' | tail -1 | cut -d= -f2)"
    )
    done = run("--quiet", "--", "sh", "-c", f"{script} -storepass secret", JAVA_TOOL_OPTIONS=options)
    assert [name in done.stdout for name in ("mine,", "carbon-emulator,", "contains 2 entries")] == [True] * 3


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:  # the process has ended, or the system has no /proc
        return not Path("/proc/self").exists()


def _eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 15
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
