"""The pytest plugin: a fresh space for each test, on a server for each worker or on one that all share.

Fixtures: ``carbon_emulator`` for the session; ``oneclickimpact``, ``cnaught``, ``carboninsights``, ``dcycle`` and
``thallo`` for each test, all five in one space. ``@pytest.mark.carbon(at="2026-01-01", seed=3, strict=True,
evidence="docs")`` says where its clock stands still, what decides its identifiers, whether a test fails whose client
sent something unread, and how firm the evidence must be for every behaviour that it saw.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulator.client.handles import ProviderHandle, SpaceHandle

LAST_REQUESTS = 10
WEAK_PARTS = 10
_space_of_test = pytest.StashKey["SpaceHandle"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("carbon-emulator")
    group.addoption("--carbon-emulator-url", help="a carbon emulator that runs already, shared by all workers")
    group.addoption("--carbon-emulator-token", help="its control token")
    group.addoption(
        "--carbon-emulator-bundles",
        default=".carbon-emulator",
        help="where the recorded run of a failing test is written (default: %(default)s)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "carbon(at, seed, strict, evidence): the space of a test: its clock, its seed, what it must not do"
    )


# --- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def carbon_emulator(request: pytest.FixtureRequest) -> Iterator["SpaceHandle"]:
    """A running emulator: this process's own, or the one at ``--carbon-emulator-url``."""
    from emulator.client.embedded import Emulator
    from emulator.client.handles import connect

    url = request.config.getoption("--carbon-emulator-url")
    if url:
        shared = connect(url, request.config.getoption("--carbon-emulator-token"))
        yield shared
        shared.http.close()
        return
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def carbon_space(carbon_emulator: "SpaceHandle", request: pytest.FixtureRequest) -> Iterator["SpaceHandle"]:
    """A fresh space, of which nobody else knows."""
    from emulator.core.ids import secret

    asked = _asked(request.node)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    space = carbon_emulator.space(f"{worker}-{secret()}")
    space.reset(asked.get("seed"))
    if "at" in asked:
        space.clock.freeze(asked["at"])
    request.node.stash[_space_of_test] = space
    yield space
    space.delete()


@pytest.fixture
def oneclickimpact(carbon_space: "SpaceHandle") -> "ProviderHandle":
    """1ClickImpact in the test's space: ``url``, ``credentials``, ``clock``, ``faults``, ``requests``, ``state``."""
    return carbon_space.oneclickimpact


@pytest.fixture
def cnaught(carbon_space: "SpaceHandle") -> "ProviderHandle":
    """CNaught in the test's space: ``url``, ``credentials``, ``clock``, ``faults``, ``requests``, ``state``."""
    return carbon_space.cnaught


@pytest.fixture
def carboninsights(carbon_space: "SpaceHandle") -> "ProviderHandle":
    """Carbon Insights in the test's space: ``url``, ``credentials``, ``clock``, ``faults``, ``requests``, ``state``."""
    return carbon_space.carboninsights


@pytest.fixture
def dcycle(carbon_space: "SpaceHandle") -> "ProviderHandle":
    """Dcycle in the test's space: ``url``, ``credentials``, ``clock``, ``faults``, ``requests``, ``state``."""
    return carbon_space.dcycle


@pytest.fixture
def thallo(carbon_space: "SpaceHandle") -> "ProviderHandle":
    """Thallo in the test's space: ``url``, ``credentials``, ``clock``, ``faults``, ``requests``, ``state``."""
    return carbon_space.thallo


# --- what the marker forbids ------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield
    space, asked = item.stash.get(_space_of_test, None), _asked(item)
    if space is None:
        return
    entries = space.requests.matching() if asked.get("strict") or "evidence" in asked else []
    if asked.get("strict"):
        _fail_on("sent what nobody reads", [(entry, entry["unread"]) for entry in entries if entry["unread"]])
    if "evidence" in asked:
        weak = [
            (entry, list(_weak_parts(entry, asked["evidence"])))
            for entry in entries
            if _weaker(entry["evidence"], asked["evidence"])
        ]
        _fail_on(f"leaned on less than {asked['evidence']}", weak)


def _asked(item: pytest.Item) -> dict[str, Any]:
    """What the markers of a test say, the nearest first."""
    asked: dict[str, Any] = {}
    for marker in item.iter_markers("carbon"):
        unknown = marker.kwargs.keys() - {"at", "seed", "strict", "evidence"}
        if unknown or marker.args:
            raise pytest.UsageError(f"the marker carbon takes at, seed, strict and evidence, not {marker}")
        asked = {**marker.kwargs, **asked}
    return asked


def _weaker(evidence: str, floor: str) -> bool:
    from emulator.evidence.rules import EVIDENCE

    if floor not in EVIDENCE:
        raise pytest.UsageError(f"evidence is one of {', '.join(EVIDENCE)}, not {floor!r}")
    return EVIDENCE.index(evidence) > EVIDENCE.index(floor)


def _weak_parts(entry: dict[str, Any], floor: str) -> Iterator[str]:
    """What makes the evidence of an exchange weaker than asked: its parts with their rules, or its operation."""
    parts = [part for part in entry["evidence_fields"] if _weaker(part["evidence"], floor)]
    for part in parts[:WEAK_PARTS]:
        rule = f", {part['rule']}" if part["rule"] else ""
        yield f"{part['in']} {part['field']} ({part['evidence']}{rule})"
    if len(parts) > WEAK_PARTS:
        yield f"and {len(parts) - WEAK_PARTS} more"
    if not parts:
        yield f"{entry['operation'] or 'no operation'} ({entry['evidence']})"


def _fail_on(what: str, found: list[tuple[dict[str, Any], list[str]]]) -> None:
    if found:
        lines = [f"{entry['method']} {entry['path']} ({entry['provider']}): {', '.join(why)}" for entry, why in found]
        pytest.fail("the test's client " + what + ":\n" + "\n".join(lines), pytrace=False)


# --- what a failing test shows ----------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield  # type: ignore[assignment]
    space = item.stash.get(_space_of_test, None)
    if report.when == "call" and report.failed and space is not None:
        report.sections.append(("carbon emulator", "\n".join([*_last_requests(space), _written_bundle(item, space)])))
    return report  # type: ignore[return-value]


def _last_requests(space: "SpaceHandle") -> Iterator[str]:
    for entry in space.requests.matching()[-LAST_REQUESTS:]:
        where = f"{entry['method']} {entry['path']}"
        yield f"{entry['id']} {entry['at']} {entry['provider']} {where} -> {entry['status']} {entry['reply']['body']}"


def _written_bundle(item: pytest.Item, space: "SpaceHandle") -> str:
    """Write the test's whole run to a file, and say where."""
    from emulator.client.handles import Refused

    directory = Path(item.config.rootpath, item.config.getoption("--carbon-emulator-bundles"))
    file = directory / (re.sub(r"[^A-Za-z0-9_.-]+", "-", item.nodeid)[-150:] + ".json")
    try:
        bundle = space.control("GET", "/bundle")
    except Refused as error:
        return f"no bundle: {error}"
    directory.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bundle))
    return f"its whole run: {file}; run it again with: carbon-emulator replay {file}"
