"""``carbon-emulator demo``: a server with a scenario, or a scenario at a server."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from emulator import Emulator, ui
from emulator.cli.app import cli
from emulator.cli.story_command import WITH_PROVIDER
from emulator.client.control_client import Refused
from emulator.core.resources import resource


def test_the_list_names_each_scenario() -> None:
    """``--list`` prints names and titles, without a server."""
    result = CliRunner().invoke(cli, ["demo", "--list"])
    assert result.exit_code == 0
    assert re.search(r"shop +A shop whose customers offset at checkout", result.output)


def test_an_unknown_scenario_is_refused() -> None:
    """An unknown name is an error that lists the known ones."""
    result = CliRunner().invoke(cli, ["demo", "shops"])
    assert result.exit_code == 2
    assert "unknown scenario 'shops'; known: bank, group, reseller, shop" in result.output


def test_a_demo_at_a_running_server() -> None:
    """``--url`` fills a space of a server, and prints the story with its links."""
    with Emulator() as emulator:
        options = ["--url", emulator.url, "--space", "show", "--no-browser", "--seed", "5"]
        result = CliRunner().invoke(cli, ["demo", "group", *options])
        assert result.exit_code == 0, result.output
        story = emulator.space("show").control("GET", "/story")
    assert story["scenario"] == "group"
    printed, page = " ".join(result.output.split()), f"{emulator.url}/~show/_emulator/"
    for step in story["steps"]:
        assert (
            f"{step['number']}. {step['title']} {step['text']} Dashboard: {emulator.url}/~show/_emulator/#" in printed
        )
        assert [link for link in step["links"] if f"{link['title']}: {link['url']}" not in printed] == []
    assert f"Dashboard: {page}#state/dcycle" in printed
    assert f"Dashboard: {emulator.url}/~show/_emulator/" in result.output


def test_the_dashboard_has_the_same_pages_with_a_provider() -> None:
    """The command line writes the address of a step's page as the dashboard does."""
    script = (Path(ui.__file__).parent / "static" / "js" / "story.js").read_text()
    declared = re.search(r"WITH_PROVIDER = new Set\((\[.*?\])\)", script)
    assert declared
    assert frozenset(json.loads(declared[1])) == WITH_PROVIDER


def test_a_demo_on_a_new_server(tmp_path: Path) -> None:
    """Without ``--url`` a server starts with the scenario and the options of ``serve``, and prints its address."""
    fixtures, url_file = own_fixtures(tmp_path, "test_acme_0001", "test_own_0001"), tmp_path / "url"
    command = [sys.executable, "-m", "emulator", "demo", "shop", "--port", "0", "--no-browser"]
    command += ["--host", "0.0.0.0", "--fixtures", str(fixtures), "--url-file", str(url_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        token = process.stdout.readline().removeprefix("control token: ").strip()
        url = next(match[1] for line in process.stdout if (match := re.match(r"Dashboard: (.*)/_emulator/", line)))
        assert httpx.get(f"{url}/_emulator/story").status_code == 401
        story = httpx.get(f"{url}/_emulator/story", headers={"Authorization": f"Bearer {token}"}).json()
        orders = httpx.get(f"{url}/cnaught/v1/orders", headers={"Authorization": "Bearer test_own_0001"})
        process.terminate()
        process.stdout.read()
    assert url_file.read_text() == "http://0.0.0.0:" + url.rpartition(":")[2] + "\n"
    assert story["scenario"] == "shop"
    assert story["steps"][1]["links"][0]["url"].startswith(f"{url}/_emulator/pages/cnaught/checkout/")
    assert orders.status_code == 200


def own_fixtures(directory: Path, known: str, other: str) -> Path:
    """Return a directory with CNaught's fixture in which one text is another."""
    text = (resource("fixtures") / "cnaught.json").read_text()
    (directory / "cnaught.json").write_text(text.replace(known, other))
    return directory


@pytest.mark.parametrize("command", [["demo", "--no-browser"], ["serve", "--scenario", "shop"]], ids=" ".join)
def test_fixtures_that_lack_what_a_scenario_uses_are_refused(command: list[str], tmp_path: Path) -> None:
    """A scenario that fixtures cannot play is an error in one sentence, with the request that was refused."""
    fixtures = own_fixtures(tmp_path, "oH5hlq", "other1")
    result = CliRunner().invoke(cli, [*command, "--port", "0", "--fixtures", str(fixtures)])
    assert result.exit_code == 2
    assert "cannot play the scenario 'shop' with these fixtures: POST /v1/subaccounts of cnaught answered 400" in (
        result.output
    )


def test_a_scenario_that_fails_changes_nothing(tmp_path: Path) -> None:
    """The control API refuses a scenario that the server's fixtures cannot play, and the space stays as it is."""
    with Emulator(fixtures=own_fixtures(tmp_path, "oH5hlq", "other1")) as emulator:
        emulator.faults.add("thallo", effect={"status": 503})
        before = emulator.snapshot()
        with pytest.raises(Refused) as refused:
            emulator.play("shop")
        assert emulator.snapshot() == before
    assert refused.value.status == 409
    assert "cannot play the scenario 'shop' with these fixtures" in str(refused.value)


def test_options_of_a_server_need_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options of a new server beside ``--url`` are refused; variables are ignored, as other commands may need them."""
    options = ["--no-browser", "--fixtures", str(tmp_path), "--url", "http://127.0.0.1:9"]
    result = CliRunner().invoke(cli, ["demo", *options])
    assert result.exit_code == 2
    assert "--fixtures and --url exclude each other" in result.output
    monkeypatch.setenv("CARBON_EMULATOR_FIXTURES", str(tmp_path))
    with Emulator() as emulator:
        assert CliRunner().invoke(cli, ["demo", "--no-browser", "--url", emulator.url]).exit_code == 0


def test_a_demo_needs_its_port() -> None:
    """A port in use is an error that says what to do."""
    with Emulator() as emulator:
        port = emulator.url.rpartition(":")[2]
        result = CliRunner().invoke(cli, ["demo", "--port", port])
    assert result.exit_code == 2
    assert "choose another with --port, or use its server with --url" in result.output


@pytest.mark.carbon(scenario="reseller", seed=4)
def test_a_scenario_is_a_starting_state(carbon_space) -> None:  # type: ignore[no-untyped-def]
    """A marker fills the space of a test."""
    assert carbon_space.control("GET", "/story")["scenario"] == "reseller"
    assert carbon_space.thallo.state["retirement_requests"]
