"""The command line: what each command prints, for people and for programs, and how it fails."""

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from pytest_httpserver import HTTPServer

from emulator import Emulator, __version__
from emulator.cli import requests_command
from emulator.cli.app import cli, environment_variables, main
from emulator.cli.output import table
from emulator.core.resources import resource
from tests.support.child import Child

ROOT = Path(__file__).parents[1]

Run = Callable[..., str]


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    """Run an emulator on a port."""
    with Emulator() as running:
        yield running


@pytest.fixture(autouse=True)
def _clean(served: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a space without history, and an environment that only names the server."""
    served.reset()
    served.clock.freeze("2026-01-01")
    for name in environment_variables(cli):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARBON_EMULATOR_URL", served.url)


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs a command and returns its exit code, output and errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["carbon-emulator", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def run(outcome: Callable[..., tuple[int, str, str]]) -> Run:
    """Return a function that runs a command, which must succeed, and returns its output."""

    def run(*arguments: object) -> str:
        code, out, err = outcome(*arguments)
        assert (code, err) == (0, "")
        return out

    return run


@pytest.fixture
def failure(outcome: Callable[..., tuple[int, str, str]]) -> Callable[..., tuple[int, str]]:
    """Return a function that runs a command, which must fail, and returns its exit code and message."""

    def fail(*arguments: object) -> tuple[int, str]:
        code, _, err = outcome(*arguments)
        assert err.startswith("carbon-emulator: ")
        return code, err.removeprefix("carbon-emulator: ").strip()

    return fail


def place(emulator: Emulator, **body: object) -> str:
    """Place an order at CNaught, and return its id."""
    cnaught = emulator.cnaught
    key = {"Authorization": f"Bearer {cnaught.credentials['api_key']}"}
    order = httpx.post(f"{cnaught.url}/v1/orders", json={"amount_kg": 10, **body}, headers=key).json()
    return str(order["id"])


# --- every command ----------------------------------------------------------------------------------------------------


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


@pytest.mark.parametrize(("path", "command"), [*commands(cli)])
def test_every_command_has_help(run: Run, path: tuple[str, ...], command: click.Command) -> None:
    """``--help`` has a sentence for the command and for each option, and names the environment variables."""
    text = run(*path, "--help")
    assert text == run(*path, "-h")
    assert command.help
    assert command.help[0].isupper()
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    for option in options:
        assert option.help, option
        assert option.help[0].isupper(), option
        assert option.help.endswith("."), option
        if option.envvar:
            assert str(option.envvar) in " ".join(text.split()), option


def test_the_list_of_commands_has_whole_sentences(run: Run) -> None:
    """The first sentence of a command fits into a line of a terminal with 80 columns."""
    lists = [run(*path, "--help") for path, command in commands(cli) if isinstance(command, click.Group)]
    assert [
        line for text in lists for line in text.splitlines() if line.endswith("...") and line.startswith("  ")
    ] == []


def test_the_version(run: Run) -> None:
    """The version is available as a command and as an option."""
    assert run("version") == run("--version") == f"{__version__}\n"


def test_a_reader_may_end_before_the_output() -> None:
    """A command whose output is no longer read, as by ``head``, ends without a traceback."""
    command = [sys.executable, "-m", "emulator", "demo", "--list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as listing:
        assert listing.stdout
        assert listing.stderr
        listing.stdout.close()
        assert listing.stderr.read() == b""
    assert listing.returncode == 1


def test_health(run: Run, failure: Callable[..., tuple[int, str]]) -> None:
    """``health`` and ``wait`` succeed with a server, and fail without one, with its address."""
    assert run("health").startswith(f"ok, version {__version__}, oneclickimpact, cnaught")
    assert json.loads(run("health", "--json"))["status"] == "ok"
    assert run("wait") == ""
    for arguments in (["health"], ["wait", "--timeout", "0"], ["wait", "--timeout", "50ms"]):
        code, reason = failure(*arguments, "--url", "http://127.0.0.1:9")
        assert code == 1
        assert "no reply from a Carbon Emulator at http://127.0.0.1:9" in reason
        assert reason.endswith("start one with `carbon-emulator serve`, or name another with --url")


def test_a_server_that_cannot_store_is_not_healthy(
    failure: Callable[..., tuple[int, str]], httpserver: HTTPServer
) -> None:
    """``health`` has the exit code of a server that is down, and its reason; ``wait`` waits for it in vain."""
    content = {"status": "failing", "error": "cannot store to data: disk full"}
    httpserver.expect_request("/_emulator/health").respond_with_json(content, status=503)
    url = httpserver.url_for("")
    assert failure("health", "--url", url) == (1, "503: cannot store to data: disk full")
    code, reason = failure("wait", "--timeout", "0", "--url", url)
    assert (code, reason) == (1, "not ready within 0 seconds: 503: cannot store to data: disk full")


def test_providers_and_env(run: Run, failure: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """``env`` prints lines that a shell can evaluate, with any values."""
    assert "cnaught" in run("providers")
    assert len(json.loads(run("providers", "--json"))["providers"]) == 5
    values = json.loads(run("env", "cnaught", "--json"))
    exports = run("env", "cnaught")
    shell = subprocess.run(
        ["sh", "-c", f'{exports}\nprintf %s "$CNAUGHT_BASE_URL $CNAUGHT_API_KEY"'], capture_output=True, check=True
    )
    assert shell.stdout.decode() == f"{values['CNAUGHT_BASE_URL']} {values['CNAUGHT_API_KEY']}"
    code, reason = failure("env", "cnaugt")
    assert code == 3
    assert "unknown provider 'cnaugt'; nearest: cnaught" in reason


def test_env_quotes_for_a_shell(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A credential with quotes and spaces reaches the shell unchanged."""
    content = json.loads((resource("fixtures") / "carboninsights.json").read_text())
    content["catalogue"]["accounts"][0]["password"] = password = 'it\'s $HOME `x` "y"'
    (tmp_path / "carboninsights.json").write_text(json.dumps(content))
    with Emulator(fixtures=tmp_path) as other:
        monkeypatch.setenv("CARBON_EMULATOR_URL", other.url)
        assert f"export CARBONINSIGHTS_PASSWORD={shlex.quote(password)}\n" in run("env", "carboninsights")


def test_spaces_and_reset(run: Run, failure: Callable[..., tuple[int, str]], served: Emulator) -> None:
    """Spaces are listed and deleted; a reset takes a seed."""
    served.space("shop").clock.freeze("2026-01-01")
    assert "shop" in run("spaces")
    assert "shop" not in run("spaces", "--delete", "shop")
    assert failure("spaces", "--delete", "nobodys")[0] == 3
    run("reset", "--seed", "7")
    assert served.snapshot()["seed"] == 7


def test_an_invalid_space_name_is_refused(failure: Callable[..., tuple[int, str]]) -> None:
    """An invalid name of a space or a snapshot is refused before a request is sent, by the server's rule."""
    commands = [(("health", "--space"), "space"), (("spaces", "--delete"), "space"), (("demo", "--space"), "space")]
    commands += [(("snapshot", command), "snapshot") for command in ("keep", "restore", "delete")]
    for name in ("a/b", "", "x" * 65, "a b", "a?b"):
        for command, kind in commands:
            code, reason = failure(*command, name)
            assert code == 2
            assert f"{name!r} is not the name of a {kind}: 1 to 64 letters, digits" in reason


def test_clock(run: Run, failure: Callable[..., tuple[int, str]], served: Emulator) -> None:
    """The clock accepts dates and durations in common notations, and prints due events."""
    assert run("clock") == "2026-01-01T00:00:00.000000Z frozen\n"
    assert run("clock", "--set", "2026-02-01", "--freeze") == "2026-02-01T00:00:00.000000Z frozen\n"
    order = place(served)
    assert run("clock", "--advance", "1h30m") == (
        f"2026-02-01T01:30:00.000000Z frozen\n2026-02-01T00:00:02.000000Z cnaught order.fulfilled {order}\n"
    )
    assert json.loads(run("clock", "--set", "2026-02-02T01:00:00+01:00", "--json"))["now"].startswith("2026-02-02T00")
    assert "running" in run("clock", "--run")
    for arguments, message in [
        (["--set", "tomorrow"], "'tomorrow' is not a date or time; examples: 2026-01-01"),
        (["--advance", "soon"], "'soon' is not a duration; examples: 1h30m"),
    ]:
        code, reason = failure("clock", *arguments)
        assert (code, message in reason) == (2, True)
    assert failure("clock", "--set", "2020-01-01")[0] == 3


def test_faults(run: Run, failure: Callable[..., tuple[int, str]]) -> None:
    """Faults are added, listed and deleted; an unknown name is refused."""
    assert run("faults") == "no faults\n"
    fault = {"provider": "cnaught", "operation": "place_order", "effect": {"status": 503}, "times": 2}
    listed = run("faults", "--add", json.dumps(fault))
    assert listed.splitlines()[1].split() == [
        "fault-1",
        "cnaught",
        "place_order",
        "before",
        "status=503",
        "0",
        "of",
        "2",
    ]
    assert json.loads(run("faults", "--json"))["faults"][0]["id"] == "fault-1"
    code, reason = failure("faults", "--add", json.dumps({**fault, "operation": "place_ordr"}))
    assert code == 3
    assert "nearest: place_order" in reason
    assert run("faults", "--delete", "fault-1") == "no faults\n"
    run("faults", "--add", json.dumps({"effect": {"status": 500}}))
    assert run("faults", "--clear") == "no faults\n"


def test_requests(run: Run, failure: Callable[..., tuple[int, str]], served: Emulator) -> None:
    """The journal is filtered, and a filter that matches nothing known is refused with the nearest name."""
    place(served, metdata="x")
    httpx.get(f"{served.thallo.url}/api/inventory")
    lines = run("requests").splitlines()
    assert lines[0] == "    1 2026-01-01T00:00:00.000000Z cnaught POST /v1/orders 201  unread: body metdata"
    assert len(lines) == 2
    for options in (["--provider", "thallo"], ["--status", 401], ["--method", "get"], ["--path", "/api/inventory"]):
        assert [json.loads(line)["provider"] for line in run("requests", "--json", *options).splitlines()] == ["thallo"]
    assert run("requests", "--since", "2026-01-02") == ""
    for options, nearest in [
        (["--provider", "cnaugt"], "unknown provider 'cnaugt'; nearest: cnaught"),
        (["--operation", "place_ordr"], "unknown operation 'place_ordr'; nearest: place_order"),
        (["--method", "FETCH"], "unknown method 'FETCH'; nearest: "),
    ]:
        code, reason = failure("requests", *options)
        assert (code, nearest in reason) == (3, True)


def test_following_requests_continues_after_a_reset(served: Emulator) -> None:
    """``--follow`` prints requests as they arrive, also after ids restart and after a space is deleted."""
    command = [sys.executable, "-m", "emulator", "requests", "--follow", "--url", served.url, "--space", "followed"]
    space = served.space("followed")

    def ask(count: int) -> None:
        for _ in range(count):
            httpx.get(f"{space.cnaught.url}/v1/orders")

    ask(2)
    with Child(command) as process:
        assert process.stdout
        lines = iter(process.stdout.readline, "")
        ids = [next(lines).split()[0] for _ in range(2)]
        space.reset()
        ask(3)
        ids += [next(lines).split()[0] for _ in range(3)]
        space.delete()
        ask(1)
        ids.append(next(lines).split()[0])
        process.terminate()
    assert ids == ["1", "2", "1", "2", "3", "1"]


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_following_sees_a_reset_before_the_next_request(
    monkeypatch: pytest.MonkeyPatch, served: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reset between two polls does not hide requests whose ids repeat."""
    space = served.space("polled")
    acts = iter([lambda: ask(2), space.reset, lambda: ask(1), lambda: ask(1)])

    def ask(count: int) -> None:
        for _ in range(count):
            httpx.get(f"{space.cnaught.url}/v1/orders")

    def act_between_polls(_seconds: float) -> None:
        next(acts, _interrupt)()

    monkeypatch.setattr(requests_command.time, "sleep", act_between_polls)
    with pytest.raises(click.Abort):
        cli(["requests", "--follow", "--url", served.url, "--space", "polled"], standalone_mode=False)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["1", "2", "1", "2"]


def test_webhooks(run: Run, failure: Callable[..., tuple[int, str]], served: Emulator) -> None:
    """Webhooks are listed, filtered and delivered."""
    run("webhooks", "--pause")
    order = place(served, notification_config={"url": "http://127.0.0.1:9/hook"})
    assert run("webhooks") == "no webhooks\n"
    run("clock", "--advance", "2s")
    (webhook,) = json.loads(run("webhooks", "--json", "--subject", order, "--provider", "cnaught"))["webhooks"]
    assert webhook["kind"] in run("webhooks")
    assert run("webhooks", "--state", "delivered") == "no webhooks\n"
    assert "pending" in run("webhooks", "--step")
    run("webhooks", "--redeliver", webhook["id"], "--duplicate", webhook["id"])
    assert json.loads(run("webhooks", "--deliver", "--json"))["attempted"]
    assert run("webhooks", "--deliver") == "nothing was due\n"
    assert failure("webhooks", "--redeliver", "none/../x")[0] == 3
    assert failure("webhooks", "--provider", "cnaugt")[0] == 3
    run("webhooks", "--resume")


def test_reordered_webhooks_are_printed_in_their_new_order(run: Run, served: Emulator) -> None:
    """``webhooks --reorder`` prints the webhooks in the order in which they are then delivered."""
    run("webhooks", "--pause")
    for _ in range(2):
        place(served, notification_config={"url": "http://127.0.0.1:9/hooks"})
    run("clock", "--advance", "2s")
    oldest_first = [line.split()[0] for line in run("webhooks").splitlines()[1:]]
    assert len(oldest_first) == 2
    reordered = run("webhooks", "--reorder", ",".join(reversed(oldest_first))).splitlines()[1:]
    assert [line.split()[0] for line in reordered] == oldest_first[::-1]
    delivered = run("webhooks", "--deliver").splitlines()[1:]
    assert [line.split()[0] for line in delivered] == oldest_first[::-1]
    run("webhooks", "--resume")


def test_ledger(run: Run, failure: Callable[..., tuple[int, str]], served: Emulator) -> None:
    """The ledger is printed as entries or balances, and verified."""
    place(served)
    assert run("ledger", "--provider", "cnaught").splitlines()[0].split() == [
        *("AT", "PROVIDER", "SUBJECT", "ACCOUNT", "AMOUNT", "UNIT")
    ]
    assert run("ledger", "--since", "2030-01-01") == "no entries\n"
    assert "retired/" in run("ledger", "--balances", "--account", "retired/*")
    assert json.loads(run("ledger", "--json", "--limit", 1))["totals"]["entries"] > 1
    assert "books.balance" in run("ledger", "verify")
    assert json.loads(run("ledger", "verify", "--json"))["holds"]
    code, reason = failure("ledger", "--provider", "cnaugt")
    assert (code, reason.startswith("400: unknown provider 'cnaugt'; nearest: cnaught, ")) == (3, True)
    assert failure("ledger", "--port", "9", "--url", "http://127.0.0.1:9", "verify")[0] == 1


def test_settings_acts_and_state(run: Run, failure: Callable[..., tuple[int, str]], served: Emulator) -> None:
    """Settings are printed and changed, acts listed and performed, and the state printed."""
    assert "invoices_live" in run("settings", "thallo")
    assert json.loads(run("settings", "thallo", "invoices_live=false", "--json"))["invoices_live"] is False
    assert failure("settings", "thallo", "invoices_live")[0] == 2
    assert failure("settings", "thallo", "invoice_live=false")[0] == 3
    acts = run("act")
    assert "fulfil_order" in acts
    assert "``" not in acts
    order = place(served)
    assert run("act", "cnaught", "fulfil_order", order)
    assert failure("act", "cnaught", "fulfil_order", order)[0] == 3
    assert failure("act", "cnaught")[0] == 2
    assert "; nearest: fulfil_order" in failure("act", "cnaught", "fulfill_order", order)[1]
    assert order in json.loads(run("state", "cnaught"))["state"]["orders"]
    assert json.loads(run("state", "cnaught", "--limit", 0))["state"]["orders"] == {}


def test_snapshots_and_bundles(run: Run, failure: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """A space is saved to a file and loaded from it, kept on the server, and its recording replayed."""
    file = tmp_path / "space.json"
    run("snapshot", "save", file)
    run("clock", "--advance", "1d")
    run("snapshot", "load", file)
    assert run("clock").startswith("2026-01-01")
    assert run("snapshot", "list") == "no snapshots\n"
    run("snapshot", "keep", "before")
    run("clock", "--advance", "1d")
    assert run("snapshot", "list") == "SNAPSHOT\nbefore\n"
    run("snapshot", "restore", "before")
    assert run("clock").startswith("2026-01-01")
    run("snapshot", "delete", "before")
    assert failure("snapshot", "restore", "before") == (3, "404: unknown snapshot 'before'; known: none")
    assert failure("snapshot", "save", tmp_path / "no" / "file")[0] == 2
    assert failure("snapshot", "load", tmp_path)[0] == 2
    bundle = tmp_path / "bundle.json"
    run("bundle", "save", bundle)
    assert json.loads(bundle.read_text())["requests"] == []


# --- the environment --------------------------------------------------------------------------------------------------


OPERATIONS = {
    "get_health": "health",
    "list_providers": "providers",
    "get_provider": "env cnaught",
    "get_own_contract": "contract control",
    "get_contract": "contract cnaught",
    "get_evidence": "evidence thallo --rules",
    "list_spaces": "spaces",
    "delete_space": "spaces --delete other",
    "reset": "reset",
    "play_scenario": "story --play reseller",
    "get_story": "story",
    "continue_story": "story --continue 1",
    "get_state": "state cnaught",
    "get_settings": "settings cnaught",
    "patch_settings": "settings cnaught links=vendor",
    "get_snapshot": "snapshot save FILE",
    "put_snapshot": "snapshot load FILE",
    "list_snapshots": "snapshot list",
    "keep_snapshot": "snapshot keep one",
    "restore_snapshot": "snapshot restore one",
    "delete_snapshot": "snapshot delete one",
    "get_bundle": "bundle save FILE",
    "get_clock": "clock",
    "set_clock": "clock --freeze",
    "list_upcoming": "upcoming",
    "advance_clock": "clock --advance 2s",
    "list_faults": "faults",
    "add_fault": """faults --add '{"provider": "cnaught", "effect": {"status": 503}}'""",
    "delete_fault": "faults --delete fault-1",
    "delete_faults": "faults --clear",
    "list_acts": "act",
    "perform_act": "act cnaught fulfil_order ORDER",
    "list_webhooks": "webhooks",
    "patch_webhooks": "webhooks --pause",
    "get_webhook": "webhooks --show webhook-1",
    "step_webhooks": "webhooks --step",
    "deliver_webhooks": "webhooks --deliver",
    "redeliver_webhook": "webhooks --redeliver webhook-1",
    "duplicate_webhook": "webhooks --duplicate webhook-1",
    "reorder_webhooks": "webhooks --reorder webhook-2,webhook-1",
    "list_requests": "requests",
    "wait_for_requests": "requests --wait 1 --timeout 0",
    "replay_request": "requests --replay 1",
    "delete_requests": "requests --clear",
    "follow_events": "events --timeout 0 --replay",
    "list_emissions": "emissions",
    "get_ledger": "ledger",
    "list_flows": "ledger flows",
    "verify_ledger": "ledger verify",
}
"""The command of each operation of the control API, in an order in which they succeed."""

WITHOUT_COMMAND = {
    "list_scenarios": "demo --list needs no server",
    "get_fixture_schema": "fixtures init writes them, without a server",
    "get_next_attempt": "an application in another process is called by its URL",
    "record_attempt": "as above",
}


def test_every_operation_of_the_control_api_has_a_command(
    run: Run, served: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the control API can do, the command line can: each command is run, and calls its operation."""
    contract = served.control("GET", "/contracts/control.json")
    routes = {
        operation["operationId"]: (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)))
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }
    assert set(OPERATIONS) | set(WITHOUT_COMMAND) == set(routes)
    called: list[tuple[str, str]] = []
    send = httpx.Client.send

    def record(client: httpx.Client, request: httpx.Request, **how: Any) -> httpx.Response:
        called.append((request.method, request.url.path.removeprefix("/_emulator")))
        return send(client, request, **how)

    monkeypatch.setattr(httpx.Client, "send", record)
    served.space("other").reset()
    served.webhooks.pause()
    order = place(served)
    stands_for = {"FILE": str(tmp_path / "file.json"), "ORDER": order}
    for operation, command in OPERATIONS.items():
        if operation == "list_webhooks":
            served.reset()
            served.webhooks.pause()
            for number in (1, 2):
                url = {"notification_config": {"url": f"http://127.0.0.1:9/{number}"}}
                place(served, **url)
            served.clock.advance(seconds=5)
        elif operation == "perform_act":
            stands_for["ORDER"] = place(served)
        elif operation == "redeliver_webhook":
            served.webhooks.pause()
        called.clear()
        run(*(stands_for.get(word, word) for word in shlex.split(command)))
        method, path = routes[operation]
        assert any(each == method and path.fullmatch(found) for each, found in called), operation


def test_what_a_space_holds_is_printed(run: Run, failure: Callable[..., tuple[int, str]], served: Emulator) -> None:
    """What falls due, what was emitted, what moved, what things rest on, and what happens are printed."""
    place(served)
    assert run("upcoming", "--within", "1h").split()[1:3] == ["cnaught", "order.fulfilled"]
    assert run("upcoming", "--limit", 0).startswith("and ")
    assert run("upcoming", "--within", "0") == "nothing\n"
    assert run("emissions").splitlines()[0].split() == [
        *("PROVIDER", "ORGANIZATION", "SCOPE", "CATEGORY", "MONTH", "GRAMS", "CO2E")
    ]
    assert "cnaught" in run("ledger", "flows", "--provider", "cnaught")
    assert "place_order" in run("evidence", "cnaught")
    assert json.loads(run("contract", "cnaught"))["servers"] == [{"url": f"{served.url}/cnaught"}]
    assert run("story") == "no story\n"
    events = [json.loads(line) for line in run("events", "--replay", "--timeout", "0").splitlines()]
    assert [event["event"] for event in events][-1] == "request"
    assert "POST /v1/orders" in run("requests", "--wait", 1, "--status", 201)
    assert failure("requests", "--wait", 2, "--timeout", "0")[0] == 3
    assert failure("requests", "--follow", "--clear")[0] == 2
    assert failure("story", "--seed", 1)[0] == 2


def test_proxies_do_not_apply(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxy variables of any value do not redirect a call to the server."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "socks5://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "nonsense")
    assert run("health").startswith("ok")


KUBERNETES = {
    "CARBON_EMULATOR_SERVICE_HOST": "10.0.0.1",
    "CARBON_EMULATOR_SERVICE_PORT": "4412",
    "CARBON_EMULATOR_SERVICE_PORT_HTTP": "4412",
    "CARBON_EMULATOR_PORT": "tcp://10.0.0.1:4412",
    "CARBON_EMULATOR_PORT_4412_TCP": "tcp://10.0.0.1:4412",
    "CARBON_EMULATOR_PORT_4412_TCP_PROTO": "tcp",
    "CARBON_EMULATOR_PORT_4412_TCP_PORT": "4412",
    "CARBON_EMULATOR_PORT_4412_TCP_ADDR": "10.0.0.1",
    "CARBON_EMULATOR_DB_SERVICE_HOST": "10.0.0.2",
}


def test_variables_of_a_service_are_ignored(
    outcome: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables that Kubernetes sets for a service of this name cause one warning, and the default port is used."""
    for name, value in KUBERNETES.items():
        monkeypatch.setenv(name, value)
    code, out, err = outcome("health")
    assert (code, out[:2]) == (0, "ok")
    (warning,) = err.splitlines()
    assert warning.startswith("carbon-emulator: warning: ignored variables of a Kubernetes or Docker service: ")
    assert all(name in warning for name in KUBERNETES)
    monkeypatch.delenv("CARBON_EMULATOR_URL")
    assert "at http://127.0.0.1:4412:" in outcome("health")[2] or outcome("health")[0] == 0


def test_variables_of_tests_are_known(
    outcome: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No command warns of a variable that the pytest plugin or the npm package reads."""
    sources = [*(ROOT / "clients" / "node" / "src").glob("*.ts"), ROOT / "carbon_emulator_pytest.py"]
    for name in set(re.findall(r"CARBON_EMULATOR_[A-Z_]+", "".join(source.read_text() for source in sources))):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert outcome("version") == (0, f"{__version__}\n", "")


def test_an_unknown_variable_is_a_warning(
    outcome: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown variable with our prefix is reported with the nearest known one, and the command continues."""
    monkeypatch.setenv("CARBON_EMULATOR_PROT", "4412")
    code, out, err = outcome("version")
    assert (code, out) == (0, f"{__version__}\n")
    assert err == (
        "carbon-emulator: warning: ignored unknown environment variable CARBON_EMULATOR_PROT; "
        "nearest: CARBON_EMULATOR_PORT\n"
    )


def test_a_file_can_hold_the_server_url(
    run: Run, failure: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """``serve`` writes its URL to ``CARBON_EMULATOR_URL_FILE``, and other commands read it."""
    file = tmp_path / "url"
    file.write_text("http://127.0.0.1:9\n")
    monkeypatch.delenv("CARBON_EMULATOR_URL")
    monkeypatch.setenv("CARBON_EMULATOR_URL_FILE", str(file))
    assert "127.0.0.1:9" in failure("health")[1]
    file.unlink()
    assert failure("health") == (1, f"cannot read the server's URL from {file}: No such file or directory")


@pytest.mark.parametrize("port", [[], ["--port", "0"]], ids=["default", "another port"])
def test_the_image_checks_its_own_server(port: list[str], tmp_path: Path) -> None:
    """With the Dockerfile's variables, ``health`` finds the server with any options, and fails without it."""
    dockerfile = (Path(__file__).parents[1] / "Dockerfile").read_text()
    lines = [line.split("=", 1) for line in dockerfile.replace("ENV ", "").splitlines() if "CARBON_EMULATOR_" in line]
    variables = {name.strip(): value.strip(" \\") for name, value in lines}
    variables["CARBON_EMULATOR_URL_FILE"] = str(tmp_path / "url")
    if not port:
        variables["CARBON_EMULATOR_PORT"] = "0"
    environment = {"PATH": "/usr/bin:/bin", "HTTP_PROXY": "http://127.0.0.1:9", **variables}
    command = [sys.executable, "-m", "emulator"]
    health = [*command, "health"]
    with Child([*command, "serve", *port], env=environment) as serving:
        assert serving.stdout
        assert serving.stdout.readline().startswith("control token: ")
        assert serving.stdout.readline().startswith("http://0.0.0.0:")
        assert subprocess.run(health, env=environment, check=False).returncode == 0
        serving.terminate()
    assert subprocess.run(health, env=environment, check=False, capture_output=True).returncode == 1


# --- serve ------------------------------------------------------------------------------------------------------------


def test_a_server_starts_from_a_snapshot(failure: Callable[..., tuple[int, str]], run: Run, tmp_path: Path) -> None:
    """``--snapshot`` restores the default space; an invalid file prevents the start."""
    file = tmp_path / "space.json"
    run("snapshot", "save", file)
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--snapshot", str(file), "--access-log"]
    with Child(command, stderr=subprocess.PIPE) as serving:
        assert serving.stdout
        url = serving.stdout.readline().strip()
        assert run("clock", "--url", url) == "2026-01-01T00:00:00.000000Z frozen\n"
        httpx.get(f"{url}/cnaught/v1/orders?secret=x")
        serving.terminate()
        _, log = serving.communicate()
    assert [line.split()[1:5] for line in log.splitlines()] == [
        ["127.0.0.1", "GET", "/_emulator/clock", "200"],
        ["127.0.0.1", "GET", "/cnaught/v1/orders", "401"],
    ]
    for content, message in [("{", "is not JSON"), ("[]", "is not a snapshot"), ('{"format": 99}', "has format 99")]:
        file.write_text(content)
        code, reason = failure("serve", "--port", "0", "--snapshot", file)
        assert (code, message in reason) == (2, True), reason
    assert failure("serve", "--snapshot", tmp_path / "none")[0] == 2


# --- output -----------------------------------------------------------------------------------------------------------


def test_one_kind_of_file_in_place_of_another(
    run: Run, failure: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    """The error says what the file is, and which command is for it."""
    bundle, snapshot, recording = tmp_path / "bundle", tmp_path / "snapshot", tmp_path / "recording"
    run("bundle", "save", bundle)
    run("snapshot", "save", snapshot)
    header = {"format": "carbon-emulator recording 1", "provider": "cnaught", "upstream": "x", "began": "2026-01-01"}
    recording.write_text(json.dumps(header) + "\n{}\n")
    fixture, own = resource("fixtures") / "cnaught.json", tmp_path / "own"
    own.mkdir()
    (own / "thallo.json").write_text(snapshot.read_text())
    replay, load, serve, compare = "replay FILE", "snapshot load FILE", "serve --fixtures DIRECTORY", "compare FILE"
    for command, kind, use in [
        (["replay", snapshot], "snapshot, not a bundle", load),
        (["replay", fixture], "fixture, not a bundle", serve),
        (["replay", recording], "recording", compare),
        (["snapshot", "load", bundle], "bundle, not a snapshot", replay),
        (["snapshot", "load", fixture], "fixture, not a snapshot", serve),
        (["compare", bundle], "bundle, not a recording", replay),
        (["compare", snapshot], "snapshot, not a recording", load),
        (["fixtures", "check", own], "snapshot, not a fixture", load),
    ]:
        assert f"it is a {kind}; use it with: carbon-emulator {use}" in failure(*command)[1]


def test_a_directory_without_fixtures_is_refused(
    run: Run, failure: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    """There is nothing to check in it; of the fixtures that a directory has, the number is shown."""
    code, reason = failure("fixtures", "check", tmp_path)
    assert (code, f"{tmp_path} has no fixtures; they are called oneclickimpact.json, " in reason) == (2, True)
    (tmp_path / "cnaught.json").write_bytes((resource("fixtures") / "cnaught.json").read_bytes())
    assert run("fixtures", "check", tmp_path).startswith(f"1 fixture in {tmp_path}, all valid: ")
    assert run("fixtures", "check").startswith("5 fixtures in the package, all valid: ")


WITHOUT_EFFECT = {
    "clock --freeze --run": "--freeze and --run exclude each other",
    "demo --url http://127.0.0.1:1 --port 3": "--port and --url exclude each other: the server at",
    "exec --url http://127.0.0.1:1 --seed 3 -- ls": "--seed and --url exclude each other",
    "faults --clear --delete flt_1": "--delete and --clear exclude each other",
    "ledger --balances --limit 3": "--limit and --balances exclude each other",
    "requests --clear --provider cnaught": "--provider and --clear exclude each other",
    "requests --follow --wait 1": "--follow and --wait exclude each other",
    "requests --replay 1 --since 2026-01-01": "--since and --replay exclude each other",
    "requests --timeout 3s": "--timeout needs --wait",
    "serve --sync full": "--sync needs --data",
    "serve --tls-port 4444": "--tls-port needs --tls",
    "story --seed 3": "--seed needs --play",
    "webhooks --deliver --provider cnaught": "--provider and --deliver exclude each other",
    "webhooks --pause --resume": "--pause and --resume exclude each other",
    "webhooks --show whk_1 --reorder whk_1": "--reorder and --show exclude each other",
    "webhooks --step --deliver": "--step and --deliver exclude each other",
}


@pytest.mark.parametrize("line", WITHOUT_EFFECT)
def test_an_option_without_effect_is_refused(line: str, failure: Callable[..., tuple[int, str]]) -> None:
    """An option that another one makes meaningless, or that needs another one, is refused before anything happens."""
    code, reason = failure(*line.split())
    assert (code, WITHOUT_EFFECT[line] in reason) == (2, True), reason


def test_a_variable_may_be_meant_for_another_command(
    failure: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A variable satisfies what an option needs; without effect, it is not refused."""
    monkeypatch.setenv("CARBON_EMULATOR_SYNC", "full")
    (tmp_path / "file").touch()
    assert "needs" not in failure("serve", "--port", "0", "--fixtures", tmp_path / "none")[1]
    monkeypatch.setenv("CARBON_EMULATOR_DATA", str(tmp_path / "file"))
    assert "needs" not in failure("serve", "--port", "0", "--sync", "full")[1]


@pytest.mark.parametrize("option", ["--data", "--store"])
def test_an_empty_place_is_refused(option: str, failure: Callable[..., tuple[int, str]]) -> None:
    """A variable that a shell does not have neither stores spaces in the current directory nor loses them."""
    code, reason = failure("serve", option, "")
    assert (code, f"Invalid value for '{option}'" in reason) == (2, True)
    assert reason.endswith("it is empty; without the option, spaces are in memory")


def test_a_server_starts_with_a_scenario(failure: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """``serve --scenario`` fills the default space; an unknown name is refused."""
    assert "unknown scenario 'resellers'" in failure("serve", "--scenario", "resellers")[1]
    assert "--data exclude each other" in failure("serve", "--scenario", "shop", "--data", tmp_path / "data")[1]
    command = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--scenario", "reseller"]
    with Child(command) as server:
        assert server.stdout
        url = server.stdout.readline().strip()
        assert httpx.get(f"{url}/_emulator/story").json()["scenario"] == "reseller"
        server.terminate()


def test_tables_are_aligned() -> None:
    """A column is as wide as its widest cell; an empty table is a sentence."""
    rows = [("a", 1), ("long", None)]
    assert click.unstyle(table(("NAME", "N"), rows, "nothing")) == "NAME  N\na     1\nlong  -"
    assert table(("NAME",), [], "nothing") == "nothing"


def test_numbers_are_aligned_to_the_right() -> None:
    """A column of numbers ends where its widest number does, also if it is the last one."""
    rows = [("100", "g", 7), ("7", "kg", 12)]
    expected = "AMOUNT  UNIT   N\n   100  g      7\n     7  kg    12"
    assert click.unstyle(table(("AMOUNT", "UNIT", "N"), rows, "nothing", {"AMOUNT", "N"})) == expected


def test_colors_are_for_terminals(served: Emulator) -> None:
    """A status has a color on a terminal, unless NO_COLOR is set, and nowhere else."""
    place(served)
    command = [sys.executable, "-m", "emulator", "requests", "--url", served.url]
    assert "\x1b" not in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    for variables, colored in [({}, True), ({"NO_COLOR": "1"}, False)]:
        leader, follower = pty.openpty()
        subprocess.run(command, stdout=follower, env=environment | variables, check=True)
        os.close(follower)
        assert (b"\x1b[32m201" in os.read(leader, 10_000)) == colored, variables
        os.close(leader)


def test_an_interrupt_ends_quietly(served: Emulator) -> None:
    """Ctrl-C ends a command with code 130 and without a traceback."""
    command = [sys.executable, "-m", "emulator", "requests", "--follow", "--url", served.url]
    place(served)
    with Child(command, stderr=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert (process.returncode, err.strip()) == (130, "")


# --- a project with a package of the same name ------------------------------------------------------------------------

OWN = {
    "a package": ("emulator/__init__.py", "raise SystemExit('its import has side effects')"),
    "a module": ("emulator.py", "raise SystemExit('its import has side effects')"),
    "a directory": ("emulator/cli/app.py", "def main(): raise SystemExit('theirs')"),
}


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("place", ["PYTHONPATH", "working directory"])
def test_a_package_of_the_same_name_does_not_hide_the_command(name: str, place: str, tmp_path: Path) -> None:
    """The installed command, its module and what ``exec`` runs work where another ``emulator`` comes first."""
    file, content = OWN[name]
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(content)
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, function = scripts["carbon-emulator"].partition(":")
    installed = [sys.executable, "-c", f"import sys; from {module} import {function}; sys.exit({function}())"]
    as_module = [sys.executable, "-m", module]
    for command in (installed, as_module, [*installed, "exec", "--quiet", "--mode", "env", "--", *as_module]):
        directory, own = (tmp_path, {}) if place == "working directory" else (ROOT, {"PYTHONPATH": str(tmp_path)})
        environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path), **own}
        done = subprocess.run([*command, "version"], capture_output=True, text=True, cwd=directory, env=environment)
        assert (done.stdout, done.stderr, done.returncode) == (f"{__version__}\n", "", 0)
