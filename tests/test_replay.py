"""A recorded day of mixed traffic replays in another process, byte for byte."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from emulator import Emulator
from emulator.app import make_world
from emulator.bundles import bundle
from emulator.bundles.replay import replay
from emulator.cli.app import cli
from emulator.client.embedded import SpaceHandle
from emulator.space.world import Limits
from tests.conftest import START
from tests.support.caller import Caller, credentials_of

REQUESTS = 2000
SECRETS = ["test_local_0001", "test_acme_0001", "Sav3Th3Whal3s", "sk_live_1234567890abcdef", "18077981128785C0"]


@pytest.fixture(scope="module")
def day() -> Iterator[SpaceHandle]:
    """Return a space with a day of traffic: all five vendors, faults, refusals, repeats, and a change of settings."""
    limits = Limits(journal_exchanges_max=10_000, journal_bytes_max=256 * 1024 * 1024)
    with Emulator(port=None, seed=7, limits=limits) as emulator:
        space = emulator.space("day")
        space.clock.freeze(START)
        _generate_traffic(space, random.Random(7))
        yield space


def _generate_traffic(space: SpaceHandle, rng: random.Random) -> None:
    names = ("oneclickimpact", "cnaught", "dcycle", "thallo", "carboninsights")
    callers = {name: Caller(space, name, credentials_of(space, name)) for name in names}
    for n in range(REQUESTS):
        if n % 20 == 0:
            space.clock.advance(seconds=rng.randint(1, 900))
        if n % 100 == 0:
            _add_faults(space, rng, n)
        if n % 50 == 0:
            callers["carboninsights"] = Caller(space, "carboninsights", credentials_of(space, "carboninsights"))
        provider = rng.choice(names)
        method, path, content = rng.choice(_requests(provider, rng, n))
        try:
            callers[provider].request(method, path, promised=False, **content)
        except httpx.TransportError:
            continue


def _add_faults(space: SpaceHandle, rng: random.Random, n: int) -> None:
    space.faults.add("cnaught", effect={"status": rng.choice([429, 500, 503])}, times=rng.randint(1, 3))
    space.faults.add("thallo", when="after", effect={"connection": "reset"}, nth=rng.randint(1, 5))
    space.faults.add("oneclickimpact", when="after", effect={"body": "half a pa", "headers": {"X-Odd": "1"}})
    if n == 1000:
        space.control("PATCH", "/settings/cnaught", json={"fractions": "keep"})


def _requests(provider: str, rng: random.Random, n: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Return requests that a client might send to a vendor now, some of which are refused."""
    number = rng.randint(-3, 300)
    month = f"2025-{rng.randint(1, 12):02}-01"
    match provider:
        case "oneclickimpact":
            customer = {"customer_email": f"c{number % 9}@example.com", "customer_name": f"C {n}"}
            return [
                ("POST", "/v1/capture_carbon", {"json": {"amount": number}}),
                ("POST", "/v1/capture_carbon", {"json": {"amount": 5, **customer}}),
                ("GET", "/v1/records", {"params": {"limit": number}}),
                ("GET", "/v1/customer_records", {"params": {"sort_order": "desc"}}),
                ("GET", "/v1/records", {"headers": {"x-api-key": f"guess-{number % 3}"}}),
            ]
        case "cnaught":
            return [
                ("POST", "/v1/orders", {"json": {"amount_kg": number + 0.5}}),
                ("POST", "/v1/orders", {"json": {"amount_kg": 5}, "headers": {"Idempotency-Key": f"{number % 20}"}}),
                ("POST", "/v1/orders/ride", {"json": {"distance_km": number}}),
                ("GET", "/v1/orders", {"params": {"limit": 3}}),
                ("POST", "/v1/subaccounts", {"json": {"name": f"Part {n}"}}),
                ("GET", "/v1/impact/data", {}),
                ("GET", "/v1/nowhere", {}),
            ]
        case "dcycle":
            year = {"start_date": month, "end_date": "2026-06-30"}
            return [
                ("GET", "/v1/total-impacts", {"params": {**year, "group_by": "month"}}),
                ("PUT", "/v1/total-impacts", {}),
            ]
        case "thallo":
            retirement = {
                "vintage_id": "00410wiwk6v7q7aa10",
                "quantity_grams": str(number * 1000),
                "external_id": f"purchase-{number % 50}",
                "sell_order_id": "006o2wqvztvuzmadov",
                "expected_price_cents": rng.choice(["3000", "3000", "2999"]),
            }
            return [
                ("POST", "/api/caas/request-retirement", {"json": retirement}),
                ("GET", "/api/inventory", {"params": {"wallet_min_quantity": "1"}}),
            ]
        case _:
            spent = {"transactions": [{"date": month, "amount": number, "category": "Hotel"}]}
            account = {
                "username": f"user{number}",
                "password": f"Secret-{number:05}",
                "first_name": "A",
                "last_name": "B",
            }
            return [
                ("POST", "/calculateCarbonScore", {"json": spent}),
                ("POST", "/calculateCarbonScore", {"content": b"{", "headers": {"Content-Type": "application/json"}}),
                ("POST", "/register", {"json": {**account, "email": "a@example.com"}}),
                ("POST", "/token", {"json": {"username": f"user{number}", "password": f"Secret-{number:05}"}}),
            ]


def test_a_recorded_day_replays_in_a_new_process(day: SpaceHandle, tmp_path: Path) -> None:
    """Thousands of requests to all five vendors, with faults, give the same bytes again in another process."""
    recorded = day.control("GET", "/bundle")
    assert len(recorded["requests"]) > REQUESTS
    assert len({entry["status"] for entry in recorded["requests"]}) >= 10
    file = tmp_path / "day.json"
    file.write_text(json.dumps(recorded))
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "replay", file], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "every byte the same" in done.stdout


def test_a_bundle_contains_no_secret(day: SpaceHandle) -> None:
    """A bundle has placeholders for all keys, passwords and tokens."""
    text = json.dumps(day.control("GET", "/bundle"))
    tokens = day.carboninsights.state["tokens"]
    assert tokens
    assert not [secret for secret in [*SECRETS, "Secret-00", "guess-1", "eyJ"] if secret in text]


def test_a_replay_reports_the_first_difference(day: SpaceHandle) -> None:
    """A replay that differs reports the request, the part, and both values."""
    document = day.control("GET", "/bundle")
    document["requests"][40]["status"] += 1
    world = make_world()
    difference = replay(bundle.read(document, world), world)
    assert difference is not None
    assert (difference.number, difference.part) == (document["requests"][40]["number"], "status")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "the bundle has format 2, and this emulator reads formats up to 1"),
        ({"format": 0}, "at format: must be at least 1, not 0"),
        ({"mroe": 1}, "at mroe: unknown member; known: "),
        ({"seed": None}, "at seed: must be an integer, not null"),
        ({"emulator": "9.9.9"}, "version 9.9.9"),
        ({"fixtures": "other"}, "other fixtures"),
        ({"requests": None}, "at requests: must be an array, not null"),
        ({"requests": [{"number": 1}]}, "at requests.0.order: missing, but required"),
        ({"origin": {"format": 99}}, "origin"),
    ],
)
def test_a_damaged_bundle_is_refused(space: SpaceHandle, change: dict[str, Any], message: str) -> None:
    """A bundle of another format, version or fixtures is refused with the reason."""
    world = make_world()
    document = {**space.control("GET", "/bundle"), **change}
    with pytest.raises(bundle.BadBundle, match=message):
        replay(bundle.read(document, world), world)


@pytest.mark.parametrize("document", [[], None, 5, "bundle"])
def test_what_is_no_object_is_no_bundle(document: Any) -> None:
    """A file with other JSON is refused in the same words."""
    with pytest.raises(bundle.BadBundle, match="at the top: must be an object, not "):
        bundle.read(document, make_world())


def test_replay_refuses_a_bundle_without_requests(space: SpaceHandle, tmp_path: Path) -> None:
    """A space that was restored has nothing to replay, so ``replay`` proves nothing and says why."""
    Caller(space, "cnaught", credentials_of(space, "cnaught")).post("/v1/orders", {"amount_kg": 1})
    space.restore(space.snapshot())
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(space.bundle()))
    result = CliRunner().invoke(cli, ["replay", str(file)])
    assert result.exit_code == 2
    assert f"{file} has no requests, so there is nothing to replay; a bundle begins when" in result.output


def test_an_incomplete_journal_has_no_bundle() -> None:
    """A bundle of a journal that has dropped requests is refused, with a suggestion."""
    with Emulator(port=None, limits=Limits(journal_exchanges_max=2)) as emulator:
        for _ in range(3):
            emulator.http.get(f"{emulator.cnaught.url}/v1/orders")
        answer = emulator.http.get("/_emulator/bundle")
        assert answer.status_code == 409
        assert "--journal-max" in answer.json()["error"]


def test_a_bundle_begins_with_the_last_restored_snapshot(space: SpaceHandle) -> None:
    """After a restore, the recording starts with the restored state, and replays from there."""
    cnaught = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    cnaught.post("/v1/orders", {"amount_kg": 1})
    space.control("POST", "/snapshots/one")
    cnaught.post("/v1/orders", {"amount_kg": 2})
    space.control("POST", "/snapshots/one/restore")
    cnaught.post("/v1/orders", {"amount_kg": 3})
    document = space.control("GET", "/bundle")
    world = make_world()
    assert [json.loads(entry["body"])["amount_kg"] for entry in document["requests"]] == [3]
    assert replay(bundle.read(document, world), world) is None


def test_acts_are_replayed(cnaught: Caller) -> None:
    """Acts are replayed at their time, also if the clock was running."""
    cnaught.space.clock.run()
    checkout = {"amount_kg": 100, "success_url": "https://example.com/yes", "cancel_url": "https://example.com/no"}
    session = cnaught.post("/v1/checkout/sessions", checkout).json()
    order = cnaught.space.cnaught.happens("complete_checkout", session["id"])
    cnaught.space.cnaught.happens("fulfil_order", order["id"])
    assert cnaught.get(f"/v1/orders/{order['id']}").json()["state"] == "fulfilled"
    world, document = make_world(), cnaught.space.control("GET", "/bundle")
    assert replay(bundle.read(document, world), world) is None
    document["changes"].pop()
    difference = replay(bundle.read(document, world), world)
    assert difference is not None
    assert difference.path == f"/v1/orders/{order['id']}"


def test_an_act_that_cannot_be_replayed_is_refused(cnaught: Caller) -> None:
    """A bundle with an act on an unknown record is refused with the reason."""
    cnaught.get("/v1/orders")
    world, document = make_world(), cnaught.space.control("GET", "/bundle")
    change = {"after": 0, "at": "2026-01-01T00:00:00Z", "provider": "cnaught", "settings": None}
    document["changes"] = [{**change, "act": "fulfil_order", "subject": "nobody"}]
    with pytest.raises(bundle.BadBundle, match="cannot be made: no placed order has the id 'nobody'"):
        replay(bundle.read(document, world), world)


def test_an_unknown_provider_is_refused(cnaught: Caller) -> None:
    """A bundle with requests to an unknown provider is refused with the name."""
    cnaught.get("/v1/orders")
    world, document = make_world(), cnaught.space.control("GET", "/bundle")
    document["requests"][0]["provider"] = "nobody"
    with pytest.raises(bundle.BadBundle, match="unknown provider 'nobody'"):
        bundle.read(document, world)
