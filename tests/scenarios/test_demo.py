"""``carbon-emulator demo``: a server with a scenario, or a scenario at a server."""

import re
import subprocess
import sys

import httpx
import pytest
from click.testing import CliRunner

from emulator import Emulator
from emulator.cli.app import cli


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
    for step in story["steps"]:
        assert step["title"] in result.output
    assert f"Dashboard: {emulator.url}/~show/_emulator/" in result.output


def test_a_demo_on_a_new_server() -> None:
    """Without ``--url`` a server starts with the scenario, prints its address, and keeps its story."""
    command = [sys.executable, "-m", "emulator", "demo", "shop", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        url = next(match[1] for line in process.stdout if (match := re.match(r"Dashboard: (.*)/_emulator/", line)))
        story = httpx.get(f"{url}/_emulator/story").json()
        process.terminate()
        process.stdout.read()
    assert story["scenario"] == "shop"
    assert story["steps"][1]["links"][0]["url"].startswith(f"{url}/_emulator/pages/cnaught/checkout/")


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
