"""An emulator inside a test process: its life cycle, and its effects on the rest of the process."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator import Emulator, connect
from emulator.client.durations import duration, instant_text
from emulator.client.embedded import NotRunning
from emulator.client.event_loop import RealTimeLoop, new_event_loop
from emulator.client.handles import Refused, SpaceHandle
from emulator.server.server import PortTaken

DURATIONS = json.loads(Path(__file__).with_name("durations.json").read_text())
"""The npm package's tests also read these."""

each_port = pytest.mark.parametrize("port", [None, 0], ids=["in memory", "on a port"])

# --- life cycle -------------------------------------------------------------------------------------------------------


@each_port
def test_a_stopped_emulator_cannot_be_used(port: int | None) -> None:
    """Before the start and after the stop, an emulator raises an error that says what to do."""
    emulator = Emulator(port=port)
    assert repr(emulator) == "<emulator, not running>"
    for use in ("url", "http", "cnaught", "clock"):
        with pytest.raises(NotRunning, match=r"use `with Emulator\(\) as emulator`, or call start\(\)"):
            getattr(emulator, use)
    calls: list[Callable[[], object]] = [emulator.snapshot, emulator.reset, emulator.ledger, emulator.bundle]
    for call in calls:
        with pytest.raises(NotRunning):
            call()
    with emulator:
        assert emulator.url in repr(emulator)
        clock = emulator.clock
    assert repr(emulator) == "<emulator, not running>"
    with pytest.raises(httpx.ConnectError, match="not running"):
        _ = clock.now


@each_port
def test_stop_is_idempotent(port: int | None) -> None:
    """``stop()`` does nothing if the emulator is not running, which can be started again."""
    before = threading.enumerate()
    emulator = Emulator(port=port)
    emulator.stop()
    emulator.start()
    with pytest.raises(RuntimeError, match="already running"):
        emulator.start()
    emulator.stop()
    emulator.stop()
    with emulator:
        assert emulator.control("GET", "/health")["status"] == "ok"
    assert threading.enumerate() == before


def test_a_failed_start_raises_its_cause() -> None:
    """A failed start raises its cause, also in a ``with`` block, and ``stop()`` then does nothing."""
    with Emulator() as first:
        port = first.http.base_url.port
        second = Emulator(port=port)
        with pytest.raises(PortTaken), second:
            """This is not reached."""
        second.stop()
        assert repr(second) == "<emulator, not running>"


@each_port
def test_a_stop_cancels_waiting_requests(port: int | None, caplog: pytest.LogCaptureFixture) -> None:
    """A delayed request and an endless wait end with the emulator, at once and without a log entry."""
    failures: list[type[Exception]] = []

    def call(path: str, client: httpx.Client) -> None:
        try:
            client.get(path, timeout=60)
        except httpx.TransportError as error:
            failures.append(type(error))

    with Emulator(port=port) as emulator:
        emulator.faults.add(effect={"delay_seconds": 60})
        transport = emulator.transport() if port is None else None
        client = httpx.Client(base_url=emulator.url, transport=transport)
        paths = ["/cnaught/v1/orders", "/_emulator/requests/wait?count=9&timeout=60"]
        threads = [threading.Thread(target=call, args=(path, client)) for path in paths]
        for thread in threads:
            thread.start()
        while not next(iter(emulator.faults))["fired"]:
            time.sleep(0.01)
        before = time.monotonic()
    assert time.monotonic() - before < 5
    for thread in threads:
        thread.join()
    assert all(issubclass(failure, httpx.TransportError) for failure in failures)
    assert len(failures) == 2
    assert caplog.records == []


def test_a_stop_cancels_requests_that_asyncio_does_not_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.14 lists the tasks of one thread only, and a request begins in the thread of its client."""
    with Emulator(port=None) as emulator:
        emulator.cnaught.faults.add(effect={"delay_seconds": 60})
        client = httpx.Client(base_url=emulator.url, transport=emulator.transport())
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(client.get, "/cnaught/v1/orders", timeout=60)
            while not next(iter(emulator.faults))["fired"]:
                time.sleep(0.01)
            monkeypatch.setattr(asyncio, "all_tasks", lambda: {asyncio.current_task()})
            emulator.stop()
            with pytest.raises(httpx.TransportError):
                waiting.result(5)


def test_an_abandoned_request_does_not_block_stop() -> None:
    """``stop()`` does not wait for a delayed request whose client has disconnected."""
    before = time.monotonic()
    with Emulator() as emulator:
        emulator.faults.add("cnaught", effect={"delay_seconds": 60})
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{emulator.cnaught.url}/v1/orders", timeout=0.2)
    assert time.monotonic() - before < 5


def test_emulators_share_nothing() -> None:
    """Two emulators in one process share no state."""
    with Emulator(port=None) as one, Emulator(port=None) as other:
        one.clock.freeze("2030-01-01")
        assert not other.clock.frozen


# --- handles ----------------------------------------------------------------------------------------------------------


def test_handles_have_a_representation(space: SpaceHandle) -> None:
    """The representation of a handle has its kind, provider and space, and sends no request."""
    name, cnaught = space.name, space.cnaught
    before = len(space.control("GET", "/spaces")["spaces"])
    assert repr(space) == f"<space {name!r} at {space.url}>"
    assert repr(cnaught) == f"<provider 'cnaught' in space {name!r} at {cnaught.url}>"
    assert repr(space.clock) == f"<clock of space {name!r}>"
    assert repr(cnaught.faults) == f"<faults of provider 'cnaught' in space {name!r}>"
    assert repr(space.requests) == f"<requests to space {name!r}>"
    assert repr(cnaught.webhooks) == f"<webhooks of provider 'cnaught' in space {name!r}>"
    assert len(space.control("GET", "/spaces")["spaces"]) == before


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (date(2026, 1, 1), "2026-01-01T00:00:00+00:00"),
        ("2026-01-01", "2026-01-01T00:00:00+00:00"),
        (datetime(2026, 1, 1, 12), "2026-01-01T12:00:00+00:00"),  # noqa: DTZ001
        ("2026-01-01T12:00", "2026-01-01T12:00:00+00:00"),
        (datetime(2026, 1, 1, 12, tzinfo=UTC), "2026-01-01T12:00:00+00:00"),
        ("2026-01-01T12:00:00+05:30", "2026-01-01T12:00:00+05:30"),
        ("2026-01-01t12:00:00z", "2026-01-01T12:00:00+00:00"),
    ],
)
def test_times_have_several_notations(at: date | str, expected: str) -> None:
    """A date means midnight, and a time without an offset is in UTC."""
    assert instant_text(at) == expected


@pytest.mark.parametrize("at", ["", "tomorrow", "2026-13-01", "2026-01-01T25:00", "1767225600"])
def test_an_invalid_time_is_refused(at: str) -> None:
    """Text that is not a time is refused with examples."""
    with pytest.raises(ValueError, match="is not a date or time; examples: 2026-01-01"):
        instant_text(at)


def test_a_clock_takes_dates(space: SpaceHandle) -> None:
    """``freeze`` and ``run`` accept what ``instant_text`` accepts, and nothing else."""
    space.clock.freeze(date(2027, 1, 1))
    assert space.clock.now == datetime(2027, 1, 1, tzinfo=UTC)
    space.clock.advance("1h30m")
    space.clock.advance(timedelta(minutes=30), hours=1)
    assert space.clock.now == datetime(2027, 1, 1, 3, tzinfo=UTC)
    space.clock.advance(90)
    space.clock.advance(1.5, minutes=1)
    assert space.clock.now == datetime(2027, 1, 1, 3, 2, 31, 500_000, tzinfo=UTC)
    assert space.clock.upcoming(90) == space.clock.upcoming("90") == space.clock.upcoming(timedelta(seconds=90))
    for span in (True, [], date(2027, 1, 2)):
        with pytest.raises(TypeError, match="a duration is a timedelta, a number of seconds or a string"):
            space.clock.advance(span)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"a duration is missing; examples: advance\(hours=2\)"):
        space.clock.advance()
    for endless in (float("inf"), float("nan"), 1e300):
        with pytest.raises(ValueError, match="is not a duration in seconds"):
            space.clock.advance(endless)
    with pytest.raises(TypeError, match="a date, a datetime or a string"):
        space.clock.freeze(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("units", "kind", "reason"),
    [
        ({"hour": 2}, TypeError, "unknown unit 'hour'; nearest: hours"),
        ({"h": 2}, TypeError, "unknown unit 'h'; known: weeks, days, hours, minutes, seconds, milliseconds"),
        ({"days": 1e12}, ValueError, "days=1000000000000.0 is not a duration"),
        ({"hours": 1, "minutes": float("nan")}, ValueError, "hours=1, minutes=nan is not a duration"),
    ],
)
def test_a_wrong_unit_is_named(space: SpaceHandle, units: dict[str, float], kind: type[Exception], reason: str) -> None:
    """A unit that does not exist is refused with the nearest one, and the clock does not move."""
    space.clock.freeze("2027-01-01")
    with pytest.raises(kind, match=reason):
        space.clock.advance(**units)
    assert space.clock.now == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("settings", "kind", "reason"),
    [
        ({"seed": "x"}, TypeError, "a seed is an integer, not 'x'"),
        ({"seed": True}, TypeError, "a seed is an integer, not True"),
        ({"seed": 2**63}, ValueError, "a seed is from "),
        ({"links": "vendors"}, ValueError, "links lead to 'emulator' or 'vendor', not to 'vendors'"),
        ({"webhook_hosts": "shop"}, TypeError, r"hosts are a list such as \['shop'\], not a string"),
        ({"webhook_hosts": ["shop:8000"]}, ValueError, "'shop:8000' is not a host"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(settings: dict[str, Any], kind: type[Exception], reason: str) -> None:
    """What would have no effect, or would break a snapshot later, is refused at once."""
    with pytest.raises(kind, match=reason):
        Emulator(port=None, **settings)


@pytest.mark.parametrize("port", [-1, 65536, 2**40])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    """A number that is no port is named like one that is taken."""
    with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1 port {port}: .*0-65535"):
        Emulator(port=port).start()


def test_one_fault_can_be_deleted(space: SpaceHandle) -> None:
    """A fault is deleted by the id that adding it returns; an unknown id is refused."""
    ids = [space.cnaught.faults.add(operation="place_order", effect={"status": status}) for status in (500, 503)]
    space.faults.delete(ids[0])
    assert [fault["id"] for fault in space.faults] == ids[1:]
    for unknown in (ids[0], "fault ?"):
        with pytest.raises(Refused, match="404: unknown fault"):
            space.cnaught.faults.delete(unknown)


@pytest.mark.parametrize("url", ["127.0.0.1:4412", "localhost", "ftp://127.0.0.1", ""])
def test_a_server_has_a_url(url: str) -> None:
    """A text that is no URL is refused before anything is sent."""
    with pytest.raises(ValueError, match="is not the URL of a server; example: http://"):
        connect(url)


def test_the_url_of_a_space_is_not_that_of_a_server(space: SpaceHandle) -> None:
    """``connect`` takes the URL of a server, and names it when it is given that of a space."""
    server = space.url.partition("/~")[0]
    for url in (space.url, f"{space.url}/"):
        with pytest.raises(ValueError, match=f"of the space '{space.name}'; use that of its server: {server}$"):
            connect(url)


def test_another_api_is_not_taken_for_an_emulator() -> None:
    """A refusal by something else is reported as such, whatever its JSON has."""
    reason = r"404: .*/cnaught/? is not a Carbon Emulator: its reply is not one of the control API$"
    with Emulator() as emulator:
        other = connect(f"{emulator.url}/cnaught")
        with other.http, pytest.raises(Refused, match=reason):
            other.clock.freeze()


@pytest.mark.parametrize(("text", "seconds"), DURATIONS["seconds"].items())
def test_durations(text: str, seconds: float) -> None:
    """A duration is a number of seconds, or numbers with units from weeks to milliseconds, largest first."""
    assert duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", [*DURATIONS["refused"], "9" * 30])
def test_an_invalid_duration_is_refused(text: str) -> None:
    """Text that is not a duration is refused."""
    with pytest.raises(ValueError, match=r"is not a duration|is too long"):
        duration(text)


def test_a_timed_out_wait_lists_near_misses(space: SpaceHandle) -> None:
    """The exception of a wait that times out lists similar requests and their differences."""
    space.http.get(f"{space.cnaught.url}/v1/orders")
    with pytest.raises(Refused, match=r"(?s)408: .*near miss: request 1, GET /v1/orders: status is 401, not 200"):
        space.requests.wait(timeout=0, provider="cnaught", status=200)


def test_another_server_is_recognized(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply that is not JSON raises an error with the server's address."""
    client = httpx.Client(base_url="http://127.0.0.1", transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    with pytest.raises(Refused, match=r"http://127.0.0.1 is not a Carbon Emulator"):
        _ = SpaceHandle(client, "default").clock.now


# --- the rest of the process ------------------------------------------------------------------------------------------


def test_logging_is_not_changed(tmp_path: Path) -> None:
    """An emulator neither closes nor configures handlers of the process."""
    handler = logging.FileHandler(tmp_path / "log", delay=False)
    logger = logging.getLogger("uvicorn.error")
    before = (logger.level, logger.propagate, logging.root.level, list(logging.root.handlers))
    logging.root.addHandler(handler)
    try:
        with Emulator() as emulator:
            httpx.get(f"{emulator.url}/_emulator/health")
        assert handler.stream is not None
        logging.getLogger("own").error("still written")
        assert "still written" in (tmp_path / "log").read_text()
    finally:
        logging.root.removeHandler(handler)
        handler.close()
    assert (logger.propagate, logging.root.level, logging.root.handlers) == before[1:]


def run(code: str) -> None:
    """Run a script in a separate process, with warnings as errors."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_has_no_emulator() -> None:
    """Its memory is a copy that no other process sees, and its event loop does not run; the port is the parent's."""
    run("""
import os, warnings, httpx
from emulator import Emulator
warnings.simplefilter("ignore", DeprecationWarning)  # of threads
with Emulator() as emulator:
    url, key = f"{emulator.cnaught.url}/v1/orders", {"Authorization": "Bearer test_acme_0001"}
    http = httpx.Client(transport=emulator.transport(), headers=key)
    http.post(url, json={"amount_kg": 1}).raise_for_status()
    child = os.fork()
    if child == 0:
        try:
            http.post(url, json={"amount_kg": 2}, timeout=5)
        except httpx.ConnectError as error:
            assert "forked" in str(error), error
            httpx.post(url, json={"amount_kg": 3}, headers=key, timeout=5).raise_for_status()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert [order["amount_kg"] for order in http.get(url).json()["data"]][:2] == [3, 1]
""")


USE_ALL = """
def use(emulator):
    assert emulator.clock.now.year > 2001, emulator.clock.now
    cnaught, thallo = emulator.cnaught, emulator.thallo
    key = {"Authorization": f"Bearer {cnaught.credentials['api_key']}"}
    placed = http.post(f"{cnaught.url}/v1/orders", json={"amount_kg": 10}, headers=key)
    assert placed.status_code == 201, placed.text
    impact = http.get(f"{cnaught.url}/v1/impact/data?since_date=2024-01-01", headers=key)
    assert impact.status_code == 200, impact.text
    one = {"x-api-key": emulator.oneclickimpact.credentials["api_key"]}
    body = {"amount": 5, "customer_email": "a@example.com", "customer_name": "A"}
    assert http.post(f"{emulator.oneclickimpact.url}/v1/capture_carbon", json=body, headers=one).status_code == 200
    records = http.get(f"{emulator.oneclickimpact.url}/v1/records?start_date=2024-01-01", headers=one)
    assert records.status_code == 200, records.text
    carbon = emulator.carboninsights
    login = http.post(f"{carbon.url}/token", json=dict(carbon.credentials)).json()
    sent = {"transactions": [{"date": "2020-03-01", "amount": 248.76, "category": "Air Travel"}]}
    token = {"Authorization": f"Token {login['access']}"}
    scored = http.post(f"{carbon.url}/calculateCarbonScore", json=sent, headers=token)
    assert scored.status_code == 200, scored.text
    dcycle = emulator.dcycle
    keys = {"x-api-key": dcycle.credentials["api_key"], "x-organization-id": dcycle.credentials["organization_id"]}
    total = http.get(f"{dcycle.url}/v1/total-impacts?start_date=2025-01-01&end_date=2025-12-31", headers=keys)
    assert total.status_code == 200, total.text
    bearer = {"Authorization": f"Bearer {thallo.credentials['api_key']}"}
    inventory = http.get(f"{thallo.url}/api/inventory", headers=bearer)
    assert inventory.status_code == 200, inventory.text
    assert emulator.clock.advance(hours=2)
    emulator.restore(emulator.snapshot())
    assert len(emulator.requests) == 0
    assert emulator.control("GET", "/evidence")
    names = [each["name"] for each in emulator.control("GET", "/providers")["providers"]]
    paths = ["ledger", "ledger/verify", "webhooks", "faults", "snapshots", "acts", "bundle", "spaces"]
    paths += [f"state/{name}" for name in names] + ["settings/carboninsights", "contracts/dcycle.json"]
    for path in paths:
        emulator.control("GET", f"/{path}")
    emulator.cnaught.faults.add(effect={"delay_seconds": 0.05})
    assert http.get(f"{cnaught.url}/v1/orders", headers=key).status_code == 200
    try:
        emulator.requests.wait(count=99, timeout=0.05)
        raise SystemExit("did not time out")
    except Exception as error:
        assert "near" in str(error) or "0.05 seconds" in str(error), error
    emulator.cnaught.faults.add(effect={"delay_seconds": 60})
    try:
        http.get(f"{cnaught.url}/v1/orders", headers=key, timeout=httpx.Timeout(60, read=0.1))
    except httpx.ReadTimeout:
        pass
"""


@pytest.mark.parametrize(
    "code",
    [
        """
import httpx, time_machine
from freezegun import freeze_time
from emulator import Emulator, connect
http = httpx.Client(timeout=60)
{use}
with Emulator() as emulator, freeze_time("2001-02-03"):
    use(emulator)
with time_machine.travel("2031-02-03", tick=False), Emulator() as emulator:
    use(emulator)
use(Emulator().start())
""",
        """
import httpx
from freezegun import freeze_time
http = httpx.Client(timeout=60)
{use}
with freeze_time("2001-02-03"):
    from emulator import Emulator
    with Emulator() as emulator:
        use(emulator)
with Emulator() as emulator:
    use(emulator)
""",
        """
import asyncio, httpx
from freezegun import freeze_time
http = httpx.Client(timeout=60)
{use}
freezer = freeze_time("2001-02-03")
freezer.start()
from emulator import Emulator, connect
with Emulator(port=None) as emulator:
    http = httpx.Client(transport=emulator.transport())
    use(emulator)
freezer.stop()
""",
    ],
    ids=["imported before", "imported under it", "in memory"],
)
def test_an_emulator_works_while_a_test_patches_the_clock(code: str) -> None:
    """Under freezegun and time-machine all providers answer, delays end, and the emulator stops."""
    run(code.replace("{use}", USE_ALL))


def test_documents_are_built_before_a_test_begins() -> None:
    """A first snapshot and its restoring build no model, which could be under a patched clock or a short timeout."""
    run("""
from unittest.mock import patch
from emulator import Emulator
from emulator.providers import NAMES
with Emulator(port=None) as emulator, patch("emulator.core.documents.create_model", side_effect=AssertionError):
    for name in NAMES:
        emulator.http.get(f"{emulator.url}/_emulator/state/{name}").raise_for_status()
    emulator.restore(emulator.snapshot())
""")


@pytest.mark.parametrize("loop", [new_event_loop, RealTimeLoop])
def test_an_event_loop_ignores_a_patched_clock(loop: type[RealTimeLoop]) -> None:
    """The event loop's time does not come from a patched ``time.monotonic``."""
    made = loop()
    before = made.time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: 0.0)
        assert made.time() >= before > 0
    made.close()
