"""Stored spaces and snapshots of older versions: a newer version brings them up to date, or says why it cannot."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from emulator.app import make_world
from emulator.core.migration import NoStep, Steps, migrate
from emulator.log import image
from emulator.log.log import Image
from emulator.log.sqlite.sqlite_log import SqliteLog
from emulator.providers import ALL
from emulator.space import snapshot
from tests.support.caller import Caller, credentials_of
from tests.support.stored import StoredServer, cnaught, place

DATA = Path(__file__).parent / "data"
"""Documents that older versions have written."""

ADDS: Steps = {1: lambda old: {**old, "two": 2}, 2: lambda old: {**old, "three": old["two"] + 1}}


def older(name: str) -> dict[str, Any]:
    """Return a document of an older version, with the digest of today's fixtures: those are not what is tested."""
    text = gzip.decompress((DATA / f"{name}.json.gz").read_bytes()).decode()
    found: dict[str, Any] = json.loads(text)
    digest = (found.get("snapshot") or found)["fixtures"]
    today: dict[str, Any] = json.loads(text.replace(digest, make_world().fixtures.digest))
    return today


def stored(directory: Path, document: dict[str, Any]) -> None:
    """Put a document into a data directory, as the last snapshot of the space ``old``."""
    StoredServer(directory).stop()
    log = SqliteLog(directory / "spaces.sqlite3")
    log.save("old", Image(5, json.dumps(document).encode(), {"emulator": "0.1.0", "requests": 2, "next_call": None}))
    log.close()


def test_a_space_of_format_1_is_served(tmp_path: Path) -> None:
    """It loads with everything in it, and the next snapshot has the present format, which names all versions."""
    document = older("space_of_format_1")
    assert (document["format"], "emulator" in document, "story" in document) == (1, False, False)
    stored(tmp_path / "data", document)
    with StoredServer(tmp_path / "data") as server:
        space = server.space("old")
        assert [order["id"] for order in cnaught(space, "GET", "/v1/orders?limit=1").json()["data"]] == ["wo0WNxXWQOII"]
        assert place(space, "key", metadata="old").headers["x-idempotent-replay"] == "true"
        assert [entry["id"] for entry in space.control("GET", "/requests")["requests"]] == [1, 2, 3, 4]
        assert space.control("GET", "/clock")["now"].startswith("2026-01-01")
        assert space.control("POST", "/snapshots/early/restore")
    log = SqliteLog(tmp_path / "data" / "spaces.sqlite3")
    again = json.loads(log.load("old").image.document.partition(b"\n")[0])  # type: ignore[union-attr]
    log.close()
    assert (again["format"], again["providers"]) == (
        image.FORMAT,
        {name: provider.version for name, provider in ALL.items()},
    )


def test_a_snapshot_of_older_versions_is_restored(tmp_path: Path) -> None:
    """Its memories are brought up to date by each vendor's own steps, which keep what that version did."""
    document = older("snapshot_of_older_versions")
    assert {name: document["providers"][name] for name in ("cnaught", "thallo")} == {"cnaught": 2, "thallo": 1}
    with StoredServer(tmp_path / "data") as server:
        space = server.space("old")
        space.control("PUT", "/snapshot", json=document)
        restored = space.control("GET", "/snapshot")
        assert restored["providers"] == {name: provider.version for name, provider in ALL.items()}
        for vendor in ("cnaught", "thallo"):
            assert space.control("GET", f"/settings/{vendor}")["links"] == "vendor"
        assert restored["memory"]["cnaught"]["orders"].keys() == document["memory"]["cnaught"]["orders"].keys()
        space.control("PUT", "/snapshot", json=restored)


def test_the_legs_of_an_older_snapshot_keep_their_distance(emulator: Emulator) -> None:
    """A leg that starts at a hub gets the address of the hub, from which version 2 of Dcycle's memory took it."""
    document = older("snapshot_of_dcycle_2")
    before = document["memory"]["dcycle"]["freight_requests"]
    space = emulator.space()
    space.control("PUT", "/snapshot", json=document)
    after = space.control("GET", "/snapshot")["memory"]["dcycle"]["freight_requests"]
    assert {
        (leg["terms"].get("origin"), after[id]["terms"]["origin"])
        for id, leg in before.items()
        if leg["terms"].get("hub_id")
    } == {(None, "Madrid, Spain"), ("Valencia, Spain", "Valencia, Spain")}
    assert {id: leg for id, leg in after.items() if leg["terms"]["origin"] == before[id]["terms"].get("origin")} == {
        id: leg for id, leg in before.items() if leg["terms"].get("origin")
    }

    dcycle = Caller(space, "dcycle", credentials_of(space, "dcycle"))
    legs = dcycle.get("/v1/logistics/requests", params={"size": 100}).json()["items"]
    [leg] = [leg for leg in legs if leg["origin"] == "Madrid, Spain" and leg["hub_id"]]
    assert (leg["distance_km"], leg["co2e"]) == (631.4, 801.878)
    [package] = dcycle.get("/v1/logistics/packages", params={"package_key": "OLD-1"}).json()["items"]
    assert package["total_distance_km"] == pytest.approx(sum(leg["distance_km"] for leg in package["legs"]))
    space.control("PUT", "/snapshot", json=space.control("GET", "/snapshot"))


def test_the_limits_of_an_older_snapshot_go_on(emulator: Emulator) -> None:
    """An account at a limit stays there: version 1 of Carbon Insights' memory had one log for all limits."""
    space = emulator.space()
    space.clock.freeze("2026-01-01")
    space.control("PATCH", "/settings/carboninsights", json={"throttled": True, "requests_per_minute": 2})
    document = space.control("GET", "/snapshot")
    document["providers"]["carboninsights"] = 1
    document["memory"]["carboninsights"]["admitted"] = {"1": ["2025-12-31T23:59:30Z", "2025-12-31T23:59:50Z"]}
    space.control("PUT", "/snapshot", json=document)
    caller = Caller(space, "carboninsights", credentials_of(space, "carboninsights"))
    assert caller.post("/calculateCarbonScore", {}).headers["Retry-After"] == "30"


@pytest.mark.parametrize("found", [0, image.FORMAT + 1, None, "1"])
def test_a_space_of_an_unknown_format_is_refused(tmp_path: Path, found: object) -> None:
    """That space answers 503 with the reason, the others go on, and it can be reset."""
    stored(tmp_path / "data", {**older("space_of_format_1"), "format": found})
    with StoredServer(tmp_path / "data") as server:
        refused = place(server.space("old"))
        assert refused.status_code == 503
        assert f"the stored snapshot has format {found}" in refused.headers["x-emulator-hint"]
        assert place(server.space("other")).status_code == 201
        server.space("old").control("POST", "/reset")
        assert place(server.space("old")).status_code == 201


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"providers": {"cnaught": 1}}, "at memory.cnaught: version 1 cannot be brought to version 2"),
        ({"memory": {"cnaught": {}}}, "at memory.cnaught: it is no document of version 2: KeyError 'settings'"),
        ({"providers": {"cnaught": 99}}, "this emulator reads format 1 with"),
        ({"format": snapshot.FORMAT + 1}, "reads formats up to"),
    ],
)
def test_a_snapshot_that_cannot_be_brought_up_to_date_is_refused(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    """The refusal names the version, and the space has not changed."""
    document = older("snapshot_of_older_versions")
    changed = {name: {**document[name], **part} if isinstance(part, dict) else part for name, part in change.items()}
    with StoredServer(tmp_path / "data") as server:
        refused = server.http.put("/_emulator/snapshot", json={**document, **changed})
        assert refused.status_code == 400
        assert reason in refused.json()["error"]


def test_steps_follow_each_other() -> None:
    """Each step gets what the one before it has made, and the older document stays as it was."""
    old = {"one": 1}
    assert migrate(old, 1, 3, ADDS) == {"one": 1, "two": 2, "three": 3}
    assert migrate(old, 3, 3, ADDS) is old
    assert old == {"one": 1}


@pytest.mark.parametrize(
    ("version", "steps", "reason"),
    [
        (0, ADDS, "version 0 cannot be brought to version 1"),
        (2, ADDS, "it is no document of version 2: KeyError 'two'"),
    ],
)
def test_a_missing_step_is_named(version: int, steps: Steps, reason: str) -> None:
    """A version without a step, and a document that is not of its version, are errors that say so."""
    with pytest.raises(NoStep, match=reason):
        migrate({}, version, 3, steps)


def test_every_step_leads_to_the_present_version() -> None:
    """The steps of a vendor have no gap, and the last one leads to the version of its memory."""
    for provider in ALL.values():
        numbers = sorted(provider.migrations)
        assert numbers == list(range(provider.version - len(numbers), provider.version))
    assert sorted(image.MIGRATIONS) == list(range(1, image.FORMAT))
