"""The commands conform, record, compare and drift, over real connections on this machine."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from click.testing import CliRunner, Result

from emulator import Emulator
from emulator.cli.app import cli
from emulator.conformance.drift import changes, latest
from emulator.conformance.recording import BadRecording, read
from emulator.conformance.report import Difference, Report
from emulator.conformance.report import Result as Result_
from tests.conformance.recording_server import recording

KEY = "test_acme_0001"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Return the URL of an emulator on a port."""
    with Emulator() as running:
        yield running.url


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli, [*arguments], env={"CARBON_CONFORM_CNAUGHT_API_KEY": None, **environment})


def printed(result: Result) -> Any:
    """Return the JSON on standard output, after which the runner of click before 8.2 has standard error."""
    return json.JSONDecoder().raw_decode(result.stdout)[0]


def test_conform_over_a_connection(server: str, tmp_path: Path) -> None:
    """Conform agrees with a running emulator: exit code 0, a report as JSON and as JUnit, and no key in either."""
    junit = tmp_path / "report.xml"
    url = f"{server}/~conform/cnaught"
    result = run("conform", "cnaught", "--against", url, "--key", KEY, "--pace", "0", "--json", "--junit", str(junit))
    assert result.exit_code == 0, result.output
    report = printed(result)
    assert {rule["state"] for rule in report["rules"]} == {"agrees", "not probed"}
    assert report["created"] == []
    suite = ET.fromstring(junit.read_text())[0]
    assert int(suite.attrib["tests"]) == len(report["rules"]) + len(report["operations"])
    assert KEY not in result.output + junit.read_text()


def test_conform_finds_a_difference(server: str) -> None:
    """A server that differs gives exit code 1, with the field and both values."""
    url = f"{server}/~differs/cnaught"
    fault = {"provider": "cnaught", "operation": "list_portfolios", "when": "after", "times": 9}
    effect = {"status": 200, "body": {"data": [], "more": 1}}
    httpx.post(f"{server}/~differs/_emulator/faults", json={**fault, "effect": effect}).raise_for_status()
    result = run("conform", "cnaught", "--against", url, "--credential", f"api_key={KEY}", "--pace", "0")
    assert result.exit_code == 1, result.output
    assert "DIFFERS     cnaught.catalogue.portfolios" in result.output
    assert "expected at least 1" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("conform", "nobody", "--against", "http://127.0.0.1:1"), "unknown provider 'nobody'"),
        (("conform", "cnaught"), "no server is given; use --against URL"),
        (("conform", "cnaught", "--against", "nowhere"), "not a URL: nowhere"),
        (("conform", "cnaught", "--against", "http://127.0.0.1:1"), "needs the credentials api_key"),
        (("conform", "cnaught", "--against", "http://127.0.0.1:1", "--credential", "x"), "--credential NAME=VALUE"),
        (("conform", "cnaught", "--against", "http://127.0.0.1:1", "--key", KEY), "the run stopped: no reply to GET"),
        (("compare", "missing.jsonl"), "cannot read missing.jsonl"),
        (("drift", "--report", "none.json"), "no vendor has its credentials in the environment"),
    ],
)
def test_a_run_that_cannot_be_completed(arguments: tuple[str, ...], message: str) -> None:
    """What is wrong with a run is one sentence, and exit code 2."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert message in result.output


CREDENTIALS = {
    "oneclickimpact": ("api_key=WRONG",),
    "cnaught": ("api_key=WRONG",),
    "carboninsights": ("username=ilovetheplanet", "password=WRONG"),
    "dcycle": ("api_key=WRONG", "organization_id=a8315ef3-dd50-43f8-b7ce-d839e68d51fa"),
    "thallo": ("api_key=WRONG",),
}


@pytest.mark.parametrize("provider", CREDENTIALS)
def test_wrong_credentials_are_no_difference(provider: str, server: str) -> None:
    """A run with a key that is wrong or has expired cannot be completed, and says what to look at."""
    given = [f"--credential={each}" for each in CREDENTIALS[provider]]
    result = run("conform", provider, "--against", f"{server}/{provider}", *given, "--pace", "0")
    assert result.exit_code == 2, result.output
    assert re.match(r"STOPPED     .* accepted: .* returned 40[01]\. Check the URL and the credentials", result.output)
    assert "DIFFERS" not in result.output


def test_a_wrong_url_is_no_difference(server: str) -> None:
    """A base URL with a part of the path too many, or of something else, is named in the same way."""
    for path in ("cnaught/v1", "thallo", "nothing"):
        result = run("conform", "cnaught", "--against", f"{server}/{path}", "--key", KEY, "--pace", "0")
        assert result.exit_code == 2, result.output
        assert "returned 404. Check the URL and the credentials" in result.output or path == "thallo"


def test_a_run_that_stops_says_so_first() -> None:
    """What stopped a run is its first line, and the rules that it kept from being probed are not listed."""
    result = run("conform", "cnaught", "--against", "http://127.0.0.1:1", "--key", KEY)
    first, summary, error = result.output.splitlines()
    assert first.startswith("STOPPED     no reply to GET")
    assert re.fullmatch(r"cnaught: \d+ rules: 0 agree, 0 differ, \d+ not probed; .*; 1 request", summary)
    assert "the run stopped: no reply to GET" in error


def test_a_drift_that_stops_says_so_first(tmp_path: Path) -> None:
    """What stopped a run comes first, and the last report stays."""
    file = tmp_path / "drift.json"
    given = {"CARBON_CONFORM_CNAUGHT_API_KEY": KEY, "CARBON_CONFORM_CNAUGHT_URL": "http://127.0.0.1:1"}
    result = run("drift", "--report", str(file), **given)
    assert result.exit_code == 2
    assert result.output.startswith("STOPPED     cnaught: no reply to GET")
    assert "\nno report was written, because a run stopped\n" in result.output
    assert not file.exists()


def test_record_and_compare(server: str, tmp_path: Path) -> None:
    """A recorded session is replayed without a difference; it holds no key, and a change in it is found by name."""
    file = tmp_path / "session.jsonl"
    _record_session(f"{server}/~record/cnaught", file)
    text = file.read_text()
    assert KEY not in text
    assert "{{credential:api_key}}" in text
    assert file.stat().st_mode & 0o077 == 0

    result = run("compare", str(file))
    assert result.exit_code == 0, result.output
    assert "cnaught: 4 exchanges, 0 differences" in result.output

    file.write_text(text.replace('"state":"placed"', '"state":"pending"'))
    result = run("compare", str(file), "--json")
    assert result.exit_code == 1
    first, *_ = printed(result)["differences"]
    assert (first["name"], first["recorded"], first["replayed"]) == ("place_order 201 state", "'pending'", "'placed'")

    accepted = tmp_path / "accepted"
    accepted.write_text("# known\nplace_order 201 state\n")
    more = (
        "--accept",
        "get_order 200 state",
        "--accept",
        "list_orders 200 data[].state",
        "--accept",
        "list_orders 200 gone",
    )
    result = run("compare", str(file), "--accept-file", str(accepted), *more)
    assert result.exit_code == 0, result.output
    assert "STALE     list_orders 200 gone" in result.output


@pytest.mark.parametrize("upstream", ["http://127.0.0.1:9", None])
def test_a_recording_of_nothing_agrees_with_nothing(upstream: str | None, tmp_path: Path) -> None:
    """A vendor that did not answer, or a client that sent nothing, is no agreement: a job must not pass for that."""
    file = tmp_path / "session.jsonl"
    with recording("cnaught", upstream or "http://127.0.0.1:9", file, {"api_key": KEY}) as (url, recorder):
        if upstream:
            assert httpx.get(f"{url}/v1/orders", trust_env=False).status_code == 502
    assert recorder.recorded == 0
    for arguments in ([], ["--json"], ["--accept", "list_orders 200 status"]):
        result = run("compare", str(file), *arguments)
        assert result.exit_code == 2
        assert f"{file} has no exchanges, so it shows nothing" in result.output


def test_a_recording_becomes_an_exchange(server: str, tmp_path: Path) -> None:
    """An exchange of a recording is printed in the form of contracts/, with the evidence observed."""
    file = tmp_path / "session.jsonl"
    _record_session(f"{server}/~exchange/cnaught", file)
    exchange = printed(run("compare", str(file), "--exchange", "2"))
    assert exchange["evidence"] == "observed"
    assert exchange["source"].endswith("exchange 2 of session.jsonl")
    assert exchange["request"]["body"] == {"amount_kg": 10}
    assert exchange["reply"]["body"]["state"] == "placed"
    assert run("compare", str(file), "--exchange", "9").exit_code == 2


def test_record_does_not_overwrite(tmp_path: Path) -> None:
    """A file that exists is not overwritten."""
    file = tmp_path / "session.jsonl"
    file.write_text("mine")
    result = run("record", "cnaught", "--upstream", "http://127.0.0.1:1", "--to", str(file))
    assert result.exit_code == 2
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "is not a recording"), ("{}\n", "line 1: at format: missing, but required"), ('{"a": 1', "line 1")],
)
def test_a_file_that_is_not_a_recording(tmp_path: Path, content: str, message: str) -> None:
    """A file of another form is an error that names the line."""
    file = tmp_path / "session.jsonl"
    file.write_text(content)
    with pytest.raises(BadRecording, match=message):
        read(file)


def test_drift(server: str, tmp_path: Path) -> None:
    """The first run writes a report, the next finds what changed since, and only that."""
    file = tmp_path / "drift.json"
    environment = {"CARBON_CONFORM_CNAUGHT_API_KEY": KEY, "CARBON_CONFORM_CNAUGHT_URL": f"{server}/~drift/cnaught"}
    arguments = ("drift", "--report", str(file), "--pace", "0")
    result = run(*arguments, **environment)
    assert result.exit_code == 0, result.output
    assert "the first report" in result.output
    assert KEY not in file.read_text()

    fault = {"provider": "cnaught", "operation": "get_hosted_page_config", "when": "after", "times": 9}
    effect = {"status": 200, "body": {"enabled": "yes", "url": None, "enabled_equivalents": []}}
    httpx.post(f"{server}/~drift/_emulator/faults", json={**fault, "effect": effect}).raise_for_status()
    result = run(*arguments, "--json", **environment)
    assert result.exit_code == 1, result.output
    changed = {each["id"] for each in printed(result)}
    assert changed == {"cnaught.impact.hosted-page", "cnaught.contract.get_hosted_page_config"}

    file.write_text("[]")
    assert run(*arguments, **environment).exit_code == 2
    file.write_text("nothing")
    assert f"cannot read {file}: not JSON" in run(*arguments, **environment).output


def test_a_drift_with_a_wrong_key_leaves_the_report(server: str, tmp_path: Path) -> None:
    """A key that has expired is no change, and is reported every time, not only the first."""
    file = tmp_path / "drift.json"
    environment = {"CARBON_CONFORM_CNAUGHT_API_KEY": KEY, "CARBON_CONFORM_CNAUGHT_URL": f"{server}/~expired/cnaught"}
    arguments = ("drift", "--report", str(file), "--pace", "0")
    assert run(*arguments, **environment).exit_code == 0
    before = file.read_text()
    for _ in range(2):
        result = run(*arguments, **environment | {"CARBON_CONFORM_CNAUGHT_API_KEY": "expired"})
        assert result.exit_code == 2, result.output
        assert "Check the URL and the credentials" in result.output
        assert file.read_text() == before


def result(name: str, state: Any) -> Result_:
    differences = [Difference(request="GET /", place="status", expected="200", found="400")]
    return Result_(
        id=name, statement="s", evidence="docs", state=state, differences=differences if state == "differs" else []
    )


def report(provider: str, **states: str) -> Report:
    results = [result(name, state.replace("_", " ")) for name, state in states.items()]
    about = {"provider": provider, "against": "u", "at": "t", "requests": 1, "write": False}
    return Report(**about, rules=results[:1], operations=results[1:])


def test_what_a_run_did_not_probe_stays_in_the_report() -> None:
    """A change shows when it is probed again: after a run without that probe, or without that vendor."""
    first = [report("cnaught", a="agrees", b="differs"), report("thallo", c="agrees")]
    second = [report("cnaught", a="not_probed", b="not_probed")]
    third = [report("cnaught", a="differs", b="agrees"), report("thallo", c="differs")]
    assert list(changes(first, second)) == []
    kept = latest(first, second)
    assert [each.id for each in changes(kept, third)] == ["a", "b", "c"]
    assert latest(kept, third) == [*third]
    assert latest([], second) == second


def _record_session(upstream: str, file: Path) -> None:
    """Place, read and list an order through a recording proxy."""
    with recording("cnaught", upstream, file, {"api_key": KEY}) as (url, recorder):
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as own:
            assert own.get("/v1/orders").status_code == 200
            order = own.post("/v1/orders", json={"amount_kg": 10}).json()
            assert own.get(f"/v1/orders/{order['id']}").json()["id"] == order["id"]
            assert own.get("/v1/orders", params={"limit": 1}).json()["data"][0]["id"] == order["id"]
    assert recorder.recorded == 4
