"""The pytest plugin, as a user's suite has it: in a pytest of its own."""

import json
import sys
from pathlib import Path

import pytest

from emulator import Emulator

pytest_plugins = ["pytester"]

OTHER_PLUGINS_OFF = ("-p", "no:schemathesis", "-p", "no:hypothesispytest", "-p", "no:cacheprovider")
"""They take seconds to start, and a user need not have them."""

SUITE = """
import httpx
import pytest

def order(cnaught, **body):
    key = {"Authorization": f"Bearer {cnaught.credentials['api_key']}"}
    return httpx.post(f"{cnaught.url}/v1/orders", json={"amount_kg": 10, **body}, headers=key)
"""


def _results(pytester: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    """Run a suite of one test in a process of its own: what it imports stays there."""
    pytester.makepyfile(SUITE + test)
    return pytester.runpytest_subprocess(*OTHER_PLUGINS_OFF, *options)


def test_a_test_says_where_its_clock_stands_and_what_its_ids_follow_from(pytester: pytest.Pytester) -> None:
    """``at`` freezes the clock, and the same seed gives the same order."""
    result = _results(
        pytester,
        """
@pytest.mark.parametrize("again", [1, 2])
@pytest.mark.carbon(at="2026-01-01", seed=3)
def test_order(cnaught, again, request):
    seen = request.session.__dict__.setdefault("seen", [])
    seen.append(order(cnaught).content)
    assert seen[0] == seen[-1]
    assert b'"created_on":"2026-01-01T00:00:00.000000Z"' in seen[0]

@pytest.mark.carbon(at="2026-01-01", seed=4)
def test_other(cnaught, request):
    assert order(cnaught).content not in request.session.seen
""",
    )
    result.assert_outcomes(passed=3)


def test_a_strict_test_fails_on_what_nobody_reads(pytester: pytest.Pytester) -> None:
    """``strict`` fails a test whose client sent an unknown member, and says which."""
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


def test_a_test_may_demand_firm_evidence(pytester: pytest.Pytester) -> None:
    """``evidence`` fails a test that depends on weaker evidence, wherever in an exchange it is, and names the part."""
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
            "*leaned on less than docs:",
            "*refusal amount_kg (inferred, cnaught.orders.amount-bounds)*",
            "*reply price_usd_cents (inferred, cnaught.orders.price)*",
            "*reply total_co2e (inferred, dcycle.dates.inclusive)*",
            "*leaned on less than seed:",
            "GET /v1/nowhere*inferred*",
        ]
    )


def test_a_failing_test_shows_its_last_requests_and_its_bundle(pytester: pytest.Pytester) -> None:
    """The report of a failing test holds its requests and the file with its whole run, which replays."""
    result = _results(
        pytester,
        """
def test_wrong(cnaught):
    cnaught.faults.add(effect={"status": 503})
    assert order(cnaught).status_code == 201
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*POST /v1/orders -> 503*", "its whole run: *"])
    (bundle,) = Path(pytester.path, ".carbon-emulator").iterdir()
    assert json.loads(bundle.read_text())["requests"][0]["status"] == 503
    assert pytester.run(sys.executable, "-m", "emulator", "replay", bundle).ret == 0


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "two workers"])
def test_all_workers_may_share_one_server(pytester: pytest.Pytester, workers: list[str]) -> None:
    """With a URL, every worker uses that server, each test in a space that is gone afterwards."""
    with Emulator() as server:
        result = _results(
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
        assert [space["name"] for space in server.control("GET", "/spaces")["spaces"]] == []


def test_a_misspelt_marker_is_refused(pytester: pytest.Pytester) -> None:
    """The marker takes four words and no other."""
    result = _results(
        pytester,
        """
@pytest.mark.carbon(sead=3)
def test_order(cnaught):
    pass
""",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the marker carbon takes at, seed, strict and evidence*"])
