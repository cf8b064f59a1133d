"""The whole way from a vendor to the evidence ``observed``: recording, exchange, rules, and what shows them."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from click.testing import CliRunner

from emulator import Emulator
from emulator.cli.app import cli
from emulator.client.embedded import SpaceHandle
from emulator.core.resources import resource
from emulator.evidence import contracts, explanation, parts
from emulator.pytest_plugin import check
from tests.test_exchanges import test_a_documented_exchange_is_reproduced as reproduce
from tests.test_exchanges import test_an_exchange_is_complete as check_members

KEY = "test_local_0001"
RULE = "oneclickimpact.account.whoami"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a recording of a stand-in vendor, made by the command."""
    file = tmp_path_factory.mktemp("observed") / "session.jsonl"
    with Emulator(seed=7) as vendor:
        key = vendor.oneclickimpact.credentials["api_key"]
        upstream = f"{vendor.url}/oneclickimpact"
        command = ["record", "oneclickimpact", "--upstream", upstream, "--to", str(file), "--key", key]
        recorder = subprocess.Popen(
            [sys.executable, "-m", "emulator", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert recorder.stdout
        url = recorder.stdout.readline().strip()
        with httpx.Client(base_url=url, headers={"x-api-key": key}, trust_env=False) as client:
            assert client.get("/v1/whoami").status_code == 200
            assert client.post("/v1/plant_tree", json={"amount": 1}).status_code == 200
        recorder.send_signal(signal.SIGINT)
        _, said = recorder.communicate(timeout=20)
        assert (recorder.returncode, said) == (0, f"2 exchanges in {file}\n")
    assert key not in file.read_text()
    return file


@pytest.fixture
def observed(recording: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Turn the recorded exchange into one of contracts/, relabel what it shows, and return the file of the exchange."""
    printed = CliRunner().invoke(cli, ["compare", str(recording), "--exchange", "1"])
    assert printed.exit_code == 0, printed.output
    exchange, _ = json.JSONDecoder().raw_decode(printed.stdout)
    file = recording.with_name("observed-who-am-i.json")
    file.write_text(json.dumps(exchange))

    rules = (resource("contracts") / "oneclickimpact/rules.yaml").read_text()
    rules = re.sub(
        rf"(- id: {re.escape(RULE)}\n    statement: .*\n)    evidence: .*\n    source: .*\n",
        rf"\g<1>    evidence: observed\n    source: {exchange['source']}\n",
        rules,
    )
    described = yaml.safe_load((resource("contracts") / "oneclickimpact/openapi.yaml").read_bytes())
    operation = described["paths"]["/v1/whoami"]["get"]
    for shown in (operation, operation["responses"]["200"], described["components"]["securitySchemes"]["apiKey"]):
        shown["x-evidence"] = "observed"
    changed = {"rules.yaml": yaml.safe_load(rules), "openapi.yaml": described}
    load = contracts._load

    def load_changed(provider: str, name: str) -> Any:
        return changed[name] if provider == "oneclickimpact" and name in changed else load(provider, name)

    monkeypatch.setattr(contracts, "_load", load_changed)
    _forget()
    yield file
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    """Let the contracts be read again."""
    for cached in (
        *(contracts.contract, contracts.documented, contracts.rules, contracts._rules_by_id, contracts._refinements),
        *(contracts._rules_by_problem, contracts.operations, contracts.operation),
        *(parts._annotations, explanation.possible_fields),
    ):
        cached.cache_clear()


def test_what_an_exchange_shows(recording: Path) -> None:
    """With the exchange, the command prints each part that it shows, with its present evidence."""
    said = CliRunner().invoke(cli, ["compare", str(recording), "--exchange", "1"]).output
    shown = [line for line in said.splitlines() if line.startswith("shows ")]
    assert shown == ["shows operation who_am_i (docs)", "shows status 200 (docs)", "shows header x-api-key (seed)"]
    said = CliRunner().invoke(cli, ["compare", str(recording), "--exchange", "2"]).output
    shown = [line for line in said.splitlines() if line.startswith("shows ")]
    assert shown[2:] == ["shows header x-api-key (seed)", "shows body (docs)"]


def test_a_recorded_exchange_is_one_of_the_contracts(observed: Path, emulator: Emulator) -> None:
    """The printed exchange is complete and is reproduced, as any other of contracts/."""
    check_members("oneclickimpact", observed)
    reproduce(emulator.space(), "oneclickimpact", observed)


def test_the_control_api_shows_the_observation(observed: Path, emulator: Emulator) -> None:
    """The rule has the level observed, with its date, the vendor's address and the recording."""
    shown = emulator.space().control("GET", "/evidence", params={"provider": "oneclickimpact"})["providers"]
    rule = next(rule for rule in shown["oneclickimpact"]["rules"] if rule["id"] == RULE)
    assert rule["evidence"] == "observed"
    assert re.fullmatch(
        r"observed on \d{4}-\d\d-\d\d at http://127\.0\.0\.1:\d+/oneclickimpact, exchange 1 of session\.jsonl",
        rule["source"],
    )
    assert shown["oneclickimpact"]["operations"]["who_am_i"] == "observed"


class Marked:
    """A test whose marker demands observations."""

    def iter_markers(self, _name: str) -> list[Any]:
        return [pytest.mark.carbon(evidence="observed").mark]


def test_the_floor_observed(observed: Path, emulator: Emulator) -> None:
    """The header and the journal say observed, and the marker's floor lets this exchange through, and no other."""
    space: SpaceHandle = emulator.space()
    headers = {"x-api-key": space.oneclickimpact.credentials["api_key"], "X-Emulator-Explain": "1"}
    reply = space.http.get(f"{space.oneclickimpact.url}/v1/whoami", headers=headers)
    assert reply.headers["x-emulator-evidence"] == "observed"
    assert [entry["evidence"] for entry in space.requests.matching()] == ["observed"]
    check(space, Marked())  # type: ignore[arg-type]
    space.http.get(f"{space.oneclickimpact.url}/v1/records", headers=headers)
    with pytest.raises(pytest.fail.Exception, match=r"weaker than observed:\nGET /v1/records \(oneclickimpact\)"):
        check(space, Marked())  # type: ignore[arg-type]
