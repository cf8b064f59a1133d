"""The pytest plugin in users' suites."""

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import carbon_emulator_pytest
from emulator import Emulator
from emulator.core.resources import resource
from emulator.providers import ALL

pytest_plugins = ["pytester"]

OTHER_PLUGINS_OFF = ("-p", "no:schemathesis", "-p", "no:hypothesispytest", "-p", "no:cacheprovider")
"""Plugins that take seconds to start and that users may not have."""

SUITE = """
import httpx
import pytest

def order(cnaught, **body):
    key = {"Authorization": f"Bearer {cnaught.credentials['api_key']}"}
    return httpx.post(f"{cnaught.url}/v1/orders", json={"amount_kg": 10, **body}, headers=key)
"""

TWO_TESTS = """
def test_one(cnaught):
    order(cnaught)
    assert len(cnaught.requests) == 1

def test_other(cnaught):
    assert len(cnaught.requests) == 0
"""


@pytest.fixture(autouse=True)
def _loaded(emulator: Emulator) -> None:
    """Load what these suites use before pytester records the loaded modules: it unloads all others."""
    for name in ("yaml", "httpcore", "httpx._transports.default"):
        import_module(name)


@pytest.fixture(autouse=True)
def _no_server_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARBON_EMULATOR_URL", raising=False)


def _results(pytester: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    """Run a suite of one file in this process, which is faster."""
    pytester.makepyfile(SUITE + test)
    return pytester.runpytest_inprocess(*OTHER_PLUGINS_OFF, *options)


def _results_of_process(pytester: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    """Run a suite of one file in a new process."""
    pytester.makepyfile(SUITE + test)
    return pytester.runpytest_subprocess(*OTHER_PLUGINS_OFF, *options)


def _bundles(pytester: pytest.Pytester) -> list[Path]:
    return sorted(Path(pytester.path, ".carbon-emulator").glob("*.json"))


# --- fixtures ---------------------------------------------------------------------------------------------------------


def test_every_provider_has_a_fixture() -> None:
    """The plugin finds the providers by their packages, because importing the list would load the emulator."""
    assert sorted(ALL) == carbon_emulator_pytest.PROVIDERS


def test_all_fixtures_are_documented(pytester: pytest.Pytester) -> None:
    """``pytest --fixtures`` describes each fixture."""
    lines = pytester.runpytest_inprocess(*OTHER_PLUGINS_OFF, "--fixtures").outlines
    for name in ("carbon_emulator", "carbon_space", *ALL):
        (number,) = [at for at, line in enumerate(lines) if line.split(" ")[0] == name]
        assert "no docstring" not in lines[number + 1]


def test_each_test_has_its_own_space(pytester: pytest.Pytester) -> None:
    """All providers of a test are in one space, which is new, and deleted afterwards."""
    result = _results(
        pytester,
        """
def test_one(cnaught, thallo, carbon_space):
    order(cnaught)
    assert [entry["provider"] for entry in carbon_space.requests] == ["cnaught"]
    assert cnaught.url.removesuffix("cnaught") == thallo.url.removesuffix("thallo")

def test_other(carbon_space, carbon_emulator):
    assert len(carbon_space.requests) == 0
    assert len(carbon_emulator.control("GET", "/spaces")["spaces"]) <= 2

def test_a_test_may_delete_its_space(carbon_space):
    carbon_space.delete()
""",
    )
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "two workers"])
def test_all_workers_can_share_one_server(pytester: pytest.Pytester, workers: list[str]) -> None:
    """With a URL, every worker uses that server, each test in a space that is deleted afterwards."""
    with Emulator() as server:
        results = _results_of_process if workers else _results
        result = results(
            pytester,
            """
@pytest.mark.parametrize("n", range(8))
def test_alone(cnaught, n):
    order(cnaught)
    assert len(cnaught.requests) == 1
""",
            "--carbon-emulator-url",
            server.url,
            *workers,
        )
        result.assert_outcomes(passed=8)
        assert {space["name"] for space in server.control("GET", "/spaces")["spaces"]} <= {"default"}


def test_the_environment_can_name_the_server(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """``CARBON_EMULATOR_URL`` replaces the option, and proxy variables do not apply to it."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "socks5://192.0.2.1:9")
    with Emulator() as server:
        monkeypatch.setenv("CARBON_EMULATOR_URL", server.url)
        result = _results(pytester, f"def test_url(cnaught): assert cnaught.url.startswith({server.url!r})")
        result.assert_outcomes(passed=1)


def test_an_unreachable_server_fails_tests(pytester: pytest.Pytester) -> None:
    """Tests fail with the reason, and the session continues."""
    tests = TWO_TESTS + "def test_without(): pass\ndef test_server(carbon_emulator): pass"
    result = _results(pytester, tests, "--carbon-emulator-url", "http://127.0.0.1:9")
    result.assert_outcomes(errors=3, passed=1)
    reason = "cannot reach the server at http://127.0.0.1:9 *refused*; start it with *serve*"
    result.stdout.fnmatch_lines([reason] * 3)
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("127.0.0.1:9", "'127.0.0.1:9' is not the URL of a server; example: http://*"),
        ("http://127.0.0.1:9/~a", "'http://127.0.0.1:9/~a' is the URL of the space 'a'; use *: http://127.0.0.1:9"),
    ],
)
def test_a_wrong_url_fails_tests(pytester: pytest.Pytester, url: str, reason: str) -> None:
    """A URL that cannot be a server's fails each test with one sentence."""
    result = _results(pytester, TWO_TESTS, "--carbon-emulator-url", url)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines([f"--carbon-emulator-url: {reason}"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_refused_call_is_shown_at_its_line(pytester: pytest.Pytester) -> None:
    """The report of a test shows its line that the control API refused, not the source of the client."""
    result = _results(
        pytester,
        """
def test_refused(cnaught):
    cnaught.faults.add(operation="none", effect={"status": 503})

def test_wrong(carbon_space):
    carbon_space.clock.advance("soon")

def test_path(carbon_space):
    carbon_space.control("GET", "clock")
""",
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(['>   *cnaught.faults.add(operation="none"*', "E *Refused: 400: *'none'*"])
    result.stdout.fnmatch_lines(["E *ValueError: 'soon' is not a duration; examples: *"])
    result.stdout.fnmatch_lines(["E *ValueError: a path of the control API begins with a slash, not 'clock'; *"])
    for line in ("*control_client.py*", "*durations.py*", "*faults_handle.py*"):
        result.stdout.no_fnmatch_line(line)


def test_a_server_that_ends_meanwhile_is_reported(pytester: pytest.Pytester) -> None:
    """If the shared server has ended when a test is torn down, one sentence names it."""
    gone = """
import httpx

def refuse(request):
    raise httpx.ConnectError("refused")

def test_one(carbon_space):
    carbon_space.http._transport.handle_request = refuse
"""
    with Emulator() as server:
        result = _results(pytester, gone, "--carbon-emulator-url", server.url)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["the space is not deleted: cannot reach the server at *"])


@pytest.mark.parametrize("shared", [False, True], ids=["own server", "shared server"])
def test_only_requests_of_the_test_are_logged(pytester: pytest.Pytester, shared: bool) -> None:
    """The live log of a test shows its own requests, at any level, and not those of the plugin and its handles."""
    with Emulator() as server:
        logged = _results(
            pytester,
            """
def test_logged(cnaught, carbon_space):
    order(cnaught)
    carbon_space.clock.advance(days=1)
    assert len(cnaught.requests) == 1
""",
            "--log-cli-level=DEBUG",
            *(["--carbon-emulator-url", server.url] if shared else []),
        )
    logged.assert_outcomes(passed=1)
    lines = [line for line in logged.outlines if " httpx:" in line or " httpcore." in line]
    assert [line.rsplit(" ", 1)[1] for line in lines if "HTTP Request" in line] == ['Created"']
    assert sum("send_request_headers.started" in line for line in lines) == 1


def test_a_suite_can_have_its_own_fixtures(pytester: pytest.Pytester) -> None:
    """``--carbon-emulator-fixtures`` takes a directory, and a problem in it is shown once for each test."""
    Path(pytester.path, "own").mkdir()
    content = json.loads((resource("fixtures") / "cnaught.json").read_text())
    content["catalogue"]["accounts"][0]["api_key"] = "test_own"
    file = Path(pytester.path, "own", "cnaught.json")
    file.write_text(json.dumps(content))
    test = "def test_key(cnaught): assert cnaught.credentials['api_key'] == 'test_own'"
    _results(pytester, test, "--carbon-emulator-fixtures", "own").assert_outcomes(passed=1)
    file.write_text("{}")
    result = _results(pytester, test, "--carbon-emulator-fixtures", "own")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*cnaught.json: *catalogue*"])
    result.stdout.no_fnmatch_line("*another exception*")
    assert (
        len([line for line in result.outlines if "at catalogue: missing" in line and not line.startswith("ERROR")]) == 1
    )


# --- the marker -------------------------------------------------------------------------------------------------------


def test_a_marker_sets_clock_and_seed(pytester: pytest.Pytester) -> None:
    """``at`` freezes the clock, and the same seed gives the same order."""
    result = _results(
        pytester,
        """
from datetime import UTC, date, datetime

@pytest.mark.parametrize("again", [1, 2])
@pytest.mark.carbon(at="2026-01-01", seed=3)
def test_order(cnaught, again, request):
    seen = request.session.__dict__.setdefault("seen", [])
    seen.append(order(cnaught).text.replace(cnaught.url.removesuffix("/cnaught"), ""))
    assert seen[0] == seen[-1]
    assert '"created_on":"2026-01-01T00:00:00.000000Z"' in seen[0]

@pytest.mark.carbon(at="2026-01-01", seed=4)
def test_other(cnaught, request):
    assert order(cnaught).json()["id"] not in request.session.seen[0]

@pytest.mark.carbon(at=date(2026, 1, 1))
def test_date(cnaught):
    assert cnaught.clock.now == datetime(2026, 1, 1, tzinfo=UTC)

@pytest.mark.carbon(at=datetime(2026, 1, 1, 12))
def test_datetime_without_offset(cnaught):
    assert cnaught.clock.now == datetime(2026, 1, 1, 12, tzinfo=UTC)
""",
    )
    result.assert_outcomes(passed=5)


def test_a_strict_test_fails_on_unread_members(pytester: pytest.Pytester) -> None:
    """``strict`` fails a test whose client sent an unknown member, and names it."""
    result = _results(
        pytester,
        """
@pytest.mark.carbon(strict=True)
def test_typo(cnaught):
    order(cnaught, metdata="x")

@pytest.mark.carbon(strict=True)
def test_clean(cnaught):
    order(cnaught, metadata="x")
""",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*POST /v1/orders (cnaught): body metdata"])


def test_a_test_can_require_evidence(pytester: pytest.Pytester) -> None:
    """``evidence`` fails a test that depends on weaker evidence in any part of an exchange, and names the part."""
    result = _results(
        pytester,
        """
def total(dcycle, **query):
    key = {"x-api-key": dcycle.credentials["api_key"], "x-organization-id": dcycle.credentials["organization_id"]}
    year = {"start_date": "2025-01-01", "end_date": "2025-12-31"}
    return httpx.get(f"{dcycle.url}/v1/total-impacts", params={**year, **query}, headers=key)

def quote(cnaught, body):
    key = {"Authorization": f"Bearer {cnaught.credentials['api_key']}"}
    return httpx.post(f"{cnaught.url}/v1/orders", json=body, headers=key)

@pytest.mark.carbon(evidence="seed")
def test_firm(dcycle):
    assert total(dcycle).status_code == 200

@pytest.mark.carbon(evidence="docs")
@pytest.mark.parametrize("body", [{"amount_kg": -1}, {}])
def test_documented_refusal(cnaught, body):
    assert quote(cnaught, body).status_code == 400

@pytest.mark.carbon(evidence="docs")
@pytest.mark.parametrize("body", [{"amount_kg": 0.5}, {"amount_kg": 1000000001}])
def test_guessed_refusal(cnaught, body):
    assert quote(cnaught, body).status_code == 400

@pytest.mark.carbon(evidence="docs")
def test_guessed_price(cnaught):
    assert quote(cnaught, {"amount_kg": 1}).status_code == 201

@pytest.mark.carbon(evidence="docs")
def test_guessed_days(dcycle):
    assert total(dcycle, end_date="2025-06-30").status_code == 200

@pytest.mark.carbon(evidence="seed")
def test_guessed_path(dcycle):
    assert httpx.get(f"{dcycle.url}/v1/nowhere").status_code == 404
""",
    )
    result.assert_outcomes(passed=3, failed=5)
    result.stdout.fnmatch_lines(
        [
            "*relied on evidence weaker than docs:",
            "*refusal amount_kg (inferred, cnaught.orders.amount-bounds)*",
            "*reply price_usd_cents (inferred, cnaught.orders.price)*",
            "*reply total_co2e (inferred, dcycle.dates.inclusive)*",
            "*relied on evidence weaker than seed:",
            "GET /v1/nowhere*inferred*",
        ]
    )


WRONG_MARKERS = {
    "strict='no'": "strict is True or False, not 'no'",
    "strict=1": "strict is True or False, not 1",
    "sead=3": "unknown argument 'sead'; nearest: seed; known: at, seed, strict, evidence",
    '"C14"': "@pytest.mark.carbon has only named arguments: at, seed, strict, evidence",
    'at="tomorrow"': "'tomorrow' is not a date or time",
    "at=5": "an instant is a date, a datetime or a string",
    'seed="x"': "seed is an integer, not 'x'",
    'evidence="proof"': "evidence is one of observed, seed, docs, sdk, inferred, not 'proof'",
    "seed=2**63": "no space for the test: 400: ",
}


def test_a_wrong_marker_fails_its_test(pytester: pytest.Pytester) -> None:
    """A marker with a wrong argument fails the test with one sentence."""
    tests = [
        f"@pytest.mark.carbon({arguments})\ndef test_{number}(cnaught): pass"
        for number, arguments in enumerate(WRONG_MARKERS)
    ]
    result = _results(pytester, "\n".join(tests))
    result.assert_outcomes(errors=len(tests))
    result.stdout.fnmatch_lines([f"*{words}*" for words in WRONG_MARKERS.values()])


def test_a_marker_of_another_project_is_ignored(pytester: pytest.Pytester) -> None:
    """A project can have a marker of the same name for tests that use no space."""
    result = _results(
        pytester,
        """
@pytest.mark.carbon("C14", half_life=5730)
def test_of_another_project():
    pass
""",
        "--strict-markers",
    )
    result.assert_outcomes(passed=1)


def test_a_marker_without_a_space_fails_its_test(pytester: pytest.Pytester) -> None:
    """A test that has the marker itself needs a space; one that has it by its module, class or a hook does not."""
    pytester.makeconftest(
        """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.carbon(at="2026-01-01"))
"""
    )
    result = _results(
        pytester,
        """
pytestmark = pytest.mark.carbon(at="2026-01-02")

@pytest.mark.carbon(at="2026-01-03")
def test_alone():
    pass

@pytest.mark.carbon
@pytest.mark.parametrize("n", [1, 2])
def test_on_the_server(carbon_emulator, n):
    pass

@pytest.mark.carbon(at="2026-01-03")
def test_asks_later(request):
    request.getfixturevalue("carbon_space")

@pytest.mark.carbon(seed=3)
class TestClass:
    def test_in_class(self):
        pass

def test_unmarked():
    pass
""",
    )
    result.assert_outcomes(passed=3, failed=3)
    result.stdout.fnmatch_lines(["*@pytest.mark.carbon has no effect: the test uses no space*cnaught*"] * 3)


# --- reports ----------------------------------------------------------------------------------------------------------


def test_a_failing_test_shows_its_last_requests_and_its_bundle(pytester: pytest.Pytester) -> None:
    """The report of a failing test has its requests, one per line, and the file of its recorded run, which replays."""
    result = _results(
        pytester,
        """
def test_wrong(cnaught):
    cnaught.faults.add(effect={"status": 503, "body": "long\\nbody " * 100})
    assert order(cnaught).status_code == 201
""",
    )
    result.assert_outcomes(failed=1)
    (line,) = [line for line in result.outlines if "POST /v1/orders -> 503" in line]
    assert len(line) < 300
    assert line.endswith("…")
    result.stdout.fnmatch_lines(["bundle: *"])
    (bundle,) = _bundles(pytester)
    assert json.loads(bundle.read_text())["requests"][0]["status"] == 503
    assert (bundle.parent / ".gitignore").read_text() == "*\n"
    assert pytester.run(sys.executable, "-m", "emulator", "replay", bundle).ret == 0


def test_a_failing_setup_is_reported(pytester: pytest.Pytester) -> None:
    """A fixture that fails after sending requests shows them."""
    result = _results(
        pytester,
        """
@pytest.fixture
def placed(cnaught):
    assert order(cnaught, amount_kg=0).status_code == 201

def test_placed(placed):
    pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*POST /v1/orders -> 400*", "bundle: *"])


def test_tests_have_separate_bundles(pytester: pytest.Pytester) -> None:
    """Tests whose names differ only in characters that file names cannot have do not share a bundle."""
    names = ["a/b", "a:b", "a b", "A b", "ä", "a-b", "x" * 300]
    result = _results(
        pytester,
        f"""
@pytest.mark.parametrize("name", {names!r}, ids=str)
def test_wrong(cnaught, name):
    order(cnaught, description=name)
    assert False
""",
    )
    result.assert_outcomes(failed=len(names))
    bundles = [json.loads(bundle.read_text()) for bundle in _bundles(pytester)]
    assert sorted(json.loads(bundle["requests"][0]["body"])["description"] for bundle in bundles) == sorted(names)


def test_the_bundle_of_a_test_that_passes_again_is_deleted(pytester: pytest.Pytester) -> None:
    """A bundle stays until its test passes; other files of its directory stay."""
    test = "import os\n\ndef test_it(cnaught): assert not order(cnaught) or 'PASS' in os.environ\n\n"
    test += "def test_other(cnaught): assert not order(cnaught)"
    _results(pytester, test).assert_outcomes(failed=2)
    kept, _ = _bundles(pytester), Path(pytester.path, ".carbon-emulator", "notes").write_text("mine")
    assert len(kept) == 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PASS", "1")
        _results(pytester, test).assert_outcomes(passed=1, failed=1)
    assert _bundles(pytester) == [bundle for bundle in kept if "test_other" in bundle.name]
    assert Path(pytester.path, ".carbon-emulator", "notes").exists()


def test_a_test_without_requests_has_no_bundle(pytester: pytest.Pytester) -> None:
    """There is nothing to replay, so no file is written, and the bundle of an earlier run is deleted."""
    test = "def test_it(cnaught):\n    {}\n    assert False"
    _results(pytester, test.format("order(cnaught)"))
    assert _bundles(pytester)
    result = _results(pytester, test.format("pass"))
    result.stdout.fnmatch_lines(["no bundle: it has no requests"])
    assert _bundles(pytester) == []


@pytest.mark.parametrize("directory", ["a b", "it's", "plain"])
def test_the_command_of_a_report_can_be_pasted(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, directory: str
) -> None:
    """The command that a report shows runs in a shell, wherever bundles are; the environment may say where."""
    monkeypatch.setenv("CARBON_EMULATOR_BUNDLES", directory)
    result = _results(pytester, "def test_it(cnaught): assert not order(cnaught)")
    (command,) = re.findall(r"run it again with: carbon-emulator (.*)", result.stdout.str())
    assert pytester.run("sh", "-c", f"{sys.executable} -m emulator {command}").ret == 0
    assert [file.suffix for file in Path(pytester.path, directory).glob("*.json")] == [".json"]


def test_a_directory_of_the_user_gets_no_gitignore(pytester: pytest.Pytester) -> None:
    """Only a directory that the plugin created has a .gitignore."""
    Path(pytester.path, "reports").mkdir()
    _results(pytester, "def test_it(cnaught): assert not order(cnaught)", "--carbon-emulator-bundles", "reports")
    assert [path.suffix for path in Path(pytester.path, "reports").iterdir()] == [".json"]


BREAKING = {
    "import pathlib; pathlib.Path('.carbon-emulator').write_text('a file')": "Not a directory",
    "cnaught.space.bundle = lambda: 1 / 0": "division by zero",
    "cnaught.space.bundle = lambda: {'requests': [1], (): 1}": "keys must be",
    "cnaught.space.http.close()": "the client has been closed",
}
"""Statements after which no report can be made, and the reason in it."""


def test_an_error_in_a_report_is_shown(pytester: pytest.Pytester) -> None:
    """An exception while a report is made is shown in it, and the session continues."""
    tests = [
        f"def test_{number}(cnaught):\n    order(cnaught)\n    {statement}\n    assert False"
        for number, statement in enumerate(BREAKING)
    ]
    result = _results(pytester, "\n".join([*tests, "def test_next(): pass"]))
    result.assert_outcomes(failed=len(tests), passed=1, errors=1)  # a space cannot be deleted by a closed client
    result.stdout.fnmatch_lines([f"no bundle: *{reason}*" for reason in BREAKING.values()])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


# --- other projects ---------------------------------------------------------------------------------------------------


def test_a_package_of_the_same_name_is_tolerated(pytester: pytest.Pytester) -> None:
    """A project can have its own package ``emulator``: only tests with the plugin's fixtures fail, with the reason."""
    Path(pytester.path, "emulator").mkdir()
    Path(pytester.path, "emulator", "__init__.py").write_text("raise SystemExit('its import has side effects')")
    Path(pytester.path, "conftest.py").write_text("")
    result = _results_of_process(pytester, TWO_TESTS + "def test_own(): pass")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(
        ["Carbon Emulator cannot be used here: `import emulator` finds */emulator instead of *"]
    )


WATCH = """
import sys

def pytest_unconfigure():
    packages = {"emulator", "httpx", "pydantic", "starlette", "uvicorn", "orjson", "click", "yaml"}
    print("imported:", sorted(name for name in sys.modules if name.partition(".")[0] in packages))
"""


def test_importing_the_plugin_imports_nothing_else() -> None:
    """Every pytest session of the machine loads only the plugin's own module."""
    code = "import sys, pytest; before = set(sys.modules); import carbon_emulator_pytest; "
    code += "print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['carbon_emulator_pytest']\n"


def test_a_project_that_does_not_use_the_plugin_does_not_load_the_emulator(pytester: pytest.Pytester) -> None:
    """A session whose tests use no fixture of the plugin imports neither ``emulator`` nor its dependencies."""
    pytester.makeconftest(WATCH)
    pytester.makepyfile("def test_own(): pass")
    result = pytester.runpytest_subprocess(*OTHER_PLUGINS_OFF, "-p", "no:pytest_httpserver", "-s")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["imported: []"])
