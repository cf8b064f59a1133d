"""What is measured: the emulator, the floor, what one would write by hand, and those that others use."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks import fixtures
from benchmarks.load import Call

RECORDS = 10_000
"""How many records there are before the first is asked for."""

Ask = Callable[[httpx.Client, Call], Call]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the emulator answers: its headers and its body."""

    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server is to be started, what for, and what it may answer: the emulator's own call and reply.

    Without a workload, only its start is measured.
    """

    directory: Path
    port: int
    workload: str | None
    call: Call
    reply: Reply

    @property
    def path(self) -> str:
        """What is asked for, without a query."""
        return self.call.path.partition("?")[0]

    def write(self, name: str, content: bytes | str) -> Path:
        """A file in the server's directory."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@dataclass(frozen=True, slots=True)
class Start:
    """How a server is started."""

    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def same(client: httpx.Client, call: Call) -> Call:
    """The very call that the emulator gets."""
    return call


def no_reason() -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Subject:
    """One server to be measured.

    ``asked`` says by workload how the load's call is made of the emulator's, and fills the server first if need be;
    ``missing`` gives the reason why it cannot be measured here.
    """

    name: str
    about: str
    start: Callable[[Place], Start]
    asked: Mapping[str, Ask]
    missing: Callable[[], str | None] = no_reason


# --- the emulator -----------------------------------------------------------------------------------------------------

KEY = {"x-api-key": "test_local_0001"}
JSON = {"Content-Type": "application/json"}


def capture(client: httpx.Client, call: Call) -> Call:
    body = '{"amount": 5, "customer_email": "ada@example.com", "customer_name": "Ada"}'
    return Call("POST", "/oneclickimpact/v1/capture_carbon", {**KEY, **JSON}, body)


def records(client: httpx.Client, call: Call) -> Call:
    return Call("GET", "/oneclickimpact/v1/records?limit=10", KEY)


def order(client: httpx.Client, call: Call) -> Call:
    key = {"Authorization": "Bearer test_acme_0001"}
    return Call("POST", "/cnaught/v1/orders", {**key, **JSON}, '{"amount_kg": 10}', "Idempotency-Key", 201)


def score(transactions: int) -> Ask:
    """A score of so many transactions; the clock stands still, for the token lasts five minutes."""

    def ask(client: httpx.Client, call: Call) -> Call:
        client.put("/_emulator/clock", json={"now": "2026-01-01T00:00:00Z", "frozen": True}).raise_for_status()
        login = {"username": "ilovetheplanet", "password": "Sav3Th3Whal3s"}
        token = client.post("/carboninsights/token", json=login).json()["access"]
        bought = [{"date": "2020-03-01", "amount": 1 + n, "category": "Air Travel"} for n in range(transactions)]
        headers = {"Authorization": f"Token {token}", **JSON}
        return Call("POST", "/carboninsights/calculateCarbonScore", headers, json.dumps({"transactions": bought}))

    return ask


def year(client: httpx.Client, call: Call) -> Call:
    given = client.get("/_emulator/providers").json()["providers"]
    (dcycle,) = (provider["credentials"] for provider in given if provider["name"] == "dcycle")
    path = "/dcycle/v1/total-impacts?start_date=2025-01-01&end_date=2025-12-31&group_by=month"
    return Call("GET", path, {"x-api-key": dcycle["api_key"], "x-organization-id": dcycle["organization_id"]})


def start_emulator(place: Place) -> Start:
    command = [sys.executable, "-m", "emulator", "serve", "--port", str(place.port)]
    if place.workload == "read":
        place.write("fixtures/oneclickimpact.json", fixtures.oneclickimpact(RECORDS))
        command += ["--fixtures", str(place.directory / "fixtures")]
    return Start(command)


WORKLOADS: Mapping[str, tuple[str, Ask]] = {
    "write": ("1ClickImpact: capture carbon for a customer", capture),
    "read": (f"1ClickImpact: 10 of {RECORDS:,} records", records),
    "order": ("CNaught: an order with a new idempotency key", order),
    "score-3": ("Carbon Insights: a score of 3 transactions", score(3)),
    "score-1000": ("Carbon Insights: a score of 1,000 transactions", score(1000)),
    "year": ("Dcycle: a year's totals by month", year),
}
"""Each workload: what it is, and how the emulator is asked."""

EMULATOR = Subject("emulator", "this project", start_emulator, {name: ask for name, (_, ask) in WORKLOADS.items()})


# --- applications of our own ------------------------------------------------------------------------------------------


UVICORN = ["-m", "uvicorn", "--log-level=warning", "--lifespan=off"]
QUIET = [f"--no-{each}" for each in ("access-log", "proxy-headers", "date-header", "server-header")]
"""uvicorn as it comes, doing no more than it must: it logs no request, looks for no proxy, and adds no header."""


def served(app: str, place: Place) -> Sequence[str]:
    """One of our own applications on uvicorn."""
    return [sys.executable, *UVICORN, *QUIET, f"--port={place.port}", f"benchmarks.apps.{app}:app"]


def start_constant(place: Place) -> Start:
    headers = [(name.decode(), value.decode()) for name, value in place.reply.headers]
    reply = {"status": place.call.status, "headers": headers, "body": place.reply.body.decode()}
    return Start(served("constant", place), {"BENCH_REPLY": str(place.write("reply", json.dumps(reply)))})


def start_records(app: str) -> Callable[[Place], Start]:
    return lambda place: Start(served(app, place), {"BENCH_RECORDS": str(RECORDS if place.workload == "read" else 0)})


def fastapi_missing() -> str | None:
    try:
        import fastapi  # noqa: F401
    except ImportError:
        return "not installed; make bench-peers installs it"
    return None


OWN = [
    EMULATOR,
    Subject("raw", "ASGI, constant bytes, on the same uvicorn", start_constant, dict.fromkeys(WORKLOADS, same)),
    Subject("starlette", "Starlette + pydantic by hand", start_records("bare"), {"write": same, "read": same}),
    Subject("fastapi", "FastAPI by hand", start_records("fast"), {"write": same, "read": same}, fastapi_missing),
]
