"""The cost of requests with many records, compared with few.

Requests go to the ASGI application in this process, without a socket. A small and a large space are measured in
turn; the ratio is taken in each round, and the median is reported.
"""

import asyncio
import gc
import json
import os
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from starlette.types import Message

from benchmarks.load import SERVER_CORE, UNIQUE, Call
from benchmarks.process import PAGE_BYTES
from benchmarks.workloads import BEARER, JSON, KEY, LOGIN, SELL_ORDER, START, VINTAGE, YEAR, transactions
from emulator.app import create_app

DAYS = 365
ROUNDS = 5
REQUESTS_A_ROUND = 200

Figures: TypeAlias = Mapping[str, Any]


class Application:
    """The ASGI application, called without a socket."""

    def __init__(self) -> None:
        self.app = create_app()

    async def send(self, call: Call, space: str, unique: str = "") -> bytes:
        """Send a request and return the body. The reply must have the status that the call expects."""
        path, _, query = f"/~{space}{call.path}".partition("?")
        headers = {**call.headers, **({call.unique: unique} if call.unique else {})}
        scope = {
            "type": "http",
            "method": call.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"127.0.0.1"), *((k.lower().encode(), v.encode()) for k, v in headers.items())],
            "http_version": "1.1",
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": call.body.replace(UNIQUE, unique).encode(), "more_body": False}

        async def respond(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, respond)
        body = b"".join(message.get("body", b"") for message in sent)
        assert sent[0]["status"] == call.status, (call.method, path, sent[0]["status"], body)
        return body

    async def command(self, method: str, path: str, body: object, space: str) -> None:
        """Send a request to the control API."""
        await self.send(Call(method, f"/_emulator{path}", JSON, json.dumps(body)), space)

    async def timed(self, call: Call, space: str, requests: int = REQUESTS_A_ROUND) -> float:
        """Return the microseconds of a request."""
        began = time.perf_counter()
        for number in range(requests):
            await self.send(call, space, f"timed-{number}")
        return (time.perf_counter() - began) / requests * 1e6


@dataclass(frozen=True, slots=True)
class Book:
    """A vendor's records: how to create one, the reads to measure, and settings that keep all records."""

    record: Call
    reads: Mapping[str, Call]
    settings: Mapping[str, object] = field(default_factory=dict)


ORGANIZATION = {"x-api-key": "sk_live_1234567890abcdef", "x-organization-id": "a8315ef3-dd50-43f8-b7ce-d839e68d51fa"}
PURCHASE = Call(
    "POST",
    "/dcycle/v1/purchases",
    {**ORGANIZATION, **JSON},
    json.dumps(
        {
            "product_name": "Office Supplies",
            "sector": "Manufacturing",
            "country": "ES",
            "quantity": 1500.0,
            "unit_id": "EUR",
            "purchase_date": "2025-03-15",
            "expense_type": "opex",
        }
    ),
    status=201,
)
TENANT = {"Authorization": "Bearer 18077981128785C05993E9C685FD52410BADCD994B3C1D0365A0C7088BA5BAC1"}
RETIREMENT = Call(
    "POST",
    "/thallo/api/caas/request-retirement",
    {**TENANT, **JSON},
    json.dumps(
        {
            "vintage_id": VINTAGE,
            "quantity_grams": "1",
            "external_id": UNIQUE,
            "sell_order_id": SELL_ORDER,
            "expected_price_cents": "3000",
        }
    ),
)
TOKEN = Call("POST", "/carboninsights/token", JSON, json.dumps(LOGIN))

BOOKS: Mapping[str, Book] = {
    "oneclickimpact": Book(
        Call("POST", "/oneclickimpact/v1/capture_carbon", {**KEY, **JSON}, '{"amount": 5}'),
        {
            "a page of 10 records": Call("GET", "/oneclickimpact/v1/records?limit=10", KEY),
            "the last 10 records": Call("GET", "/oneclickimpact/v1/records?limit=10&sort_order=desc", KEY),
            "10 records of one month": Call(
                "GET", "/oneclickimpact/v1/records?limit=10&start_date=2026-06-01&end_date=2026-06-30", KEY
            ),
            "the account's totals": Call("GET", "/oneclickimpact/v1/impact", KEY),
            "one more record": Call("POST", "/oneclickimpact/v1/capture_carbon", {**KEY, **JSON}, '{"amount": 5}'),
        },
    ),
    "cnaught": Book(
        Call("POST", "/cnaught/v1/orders", {**BEARER, **JSON}, '{"amount_kg": 10}', "Idempotency-Key", 201),
        {
            "a repeated idempotency key": Call(
                "POST",
                "/cnaught/v1/orders",
                {**BEARER, **JSON, "Idempotency-Key": "record-1"},
                '{"amount_kg": 10}',
                status=201,
            ),
            "the impact in all": Call("GET", "/cnaught/v1/impact/data", BEARER),
            "the impact of one month": Call(
                "GET", "/cnaught/v1/impact/data?from=2026-06-01T12:00:00Z&to=2026-06-30T12:00:00Z", BEARER
            ),
            "a page of 10 orders": Call("GET", "/cnaught/v1/orders?limit=10", BEARER),
        },
        {"idempotency_hours": 24 * DAYS * 2},
    ),
    "dcycle": Book(
        PURCHASE,
        {
            "a year's totals by scope": Call("GET", f"/dcycle{YEAR}", ORGANIZATION),
            "a page of 10 purchases": Call("GET", "/dcycle/v1/purchases?size=10", ORGANIZATION),
            "one more purchase": PURCHASE,
        },
    ),
    "thallo": Book(
        RETIREMENT,
        {
            "the inventory": Call("GET", "/thallo/api/inventory", TENANT),
            "the market": Call("GET", "/thallo/api/market", TENANT),
            "one more retirement": RETIREMENT,
        },
    ),
    "carboninsights": Book(TOKEN, {"one more token": TOKEN}, {"access_seconds": 86400 * DAYS * 2}),
}


# --- by the number of records -----------------------------------------------------------------------------------------


async def records(provider: str, few: int, many: int) -> Sequence[Figures]:
    """Measure each read with few and with many records, and the memory of a record."""
    application, book = Application(), BOOKS[provider]
    await _fill(application, provider, "few", few)
    before = _rss_bytes()
    await _fill(application, provider, "many", many)
    figures: list[Figures] = [
        {"what": f"{provider}: memory of a record", "unit": "bytes", "much": (_rss_bytes() - before) // many},
    ]
    for name, call in book.reads.items():
        rounds = [
            (await application.timed(call, "few"), await application.timed(call, "many")) for _ in range(ROUNDS + 1)
        ]
        figures.append(_compared(f"{provider}: {name}", rounds[1:]))  # the first round handles events that became due
    return figures


async def _fill(application: Application, provider: str, space: str, count: int) -> None:
    """Create this many records over a year."""
    book = BOOKS[provider]
    await application.command("PUT", "/clock", {"now": START, "frozen": True}, space)
    if book.settings:
        await application.command("PATCH", f"/settings/{provider}", book.settings, space)
    for day in range(DAYS):
        for number in range(day * count // DAYS, (day + 1) * count // DAYS):
            await application.send(book.record, space, f"record-{number}")
        await application.command("POST", "/clock/advance", {"seconds": 86400}, space)


# --- by the size of a request -----------------------------------------------------------------------------------------


async def scores(few: int, many: int) -> Sequence[Figures]:
    """Measure a score of few and of many transactions, for each transaction."""
    application = Application()
    token = json.loads(await application.send(TOKEN, "scores"))["access"]
    small, large = (transactions(count, token) for count in (few, many))
    await application.send(small, "scores")
    gc.freeze()  # as a server does once it has started
    rounds = [
        (await application.timed(small, "scores", 5) / few, await application.timed(large, "scores", 5) / many)
        for _ in range(ROUNDS + 1)
    ]
    return [_compared(f"carboninsights: a transaction, among {few:,} and {many:,} of one score", rounds[1:])]


# --- spaces -----------------------------------------------------------------------------------------------------------


async def spaces(few: int, many: int) -> Sequence[Figures]:
    """Measure the creation of a space, among few and among many, and a reset of few and of many records."""
    application, page = Application(), BOOKS["oneclickimpact"].reads["a page of 10 records"]
    await application.send(page, "first")
    created = [
        (await application.timed(page, "first", 1), await application.timed(page, f"new-{n}", 1)) for n in range(500)
    ]
    early, late = created[:100], created[-100:]
    figures: list[Figures] = [
        {
            "what": "a later request in a space, and the first, which creates it",
            "unit": "µs",
            "little": round(median(known for known, _ in created), 1),
            "much": round(median(new for _, new in created), 1),
            "ratio": round(median(new / known for known, new in created), 2),
        },
        {
            "what": "the first request in a space, among 100 spaces and among 500",
            "unit": "µs",
            "little": round(median(new for _, new in early), 1),
            "much": round(median(new for _, new in late), 1),
            "ratio": round(median(new for _, new in late) / median(new for _, new in early), 2),
        },
    ]
    resets, pauses = [], []
    for _ in range(3):
        await _write(application, "small", few)
        await _write(application, "large", many)
        gc.collect()
        small, large = await _reset(application, "small"), await _reset(application, "large")
        resets.append((small[0], large[0]))
        pauses.append((small[1], large[1]))
    figures.append(_compared(f"reset of {few:,} and of {many:,} records, with the next request", resets))
    figures.append(_compared("the longest turn of the event loop while records are freed", pauses))
    return figures


async def _write(application: Application, space: str, count: int) -> None:
    for _ in range(count):
        await application.send(BOOKS["oneclickimpact"].record, space)


async def _reset(application: Application, space: str) -> tuple[float, float]:
    """Return the microseconds of a reset with the next request, and of the longest event loop turn after it."""
    began = time.perf_counter()
    await application.command("POST", "/reset", {}, space)
    await application.send(BOOKS["oneclickimpact"].reads["a page of 10 records"], space)
    times = [began, time.perf_counter()]
    for _ in range(10_000):
        await asyncio.sleep(0)
        times.append(time.perf_counter())
    reset, *turns = (end - start for start, end in pairwise(times))
    return reset * 1e6, max(turns) * 1e6


# --- separate processes ----------------------------------------------------------------------------------------


def measure(few: int, many: int, reset_many: int) -> Sequence[Figures]:
    """Measure everything, each part in a new process with its own memory."""
    works: list[tuple[Callable[..., Coroutine[Any, Any, Sequence[Figures]]], tuple[Any, ...]]] = [
        *((records, (provider, few, many)) for provider in BOOKS),
        (scores, (few, 10 * few)),
        (spaces, (10, reset_many)),
    ]
    figures: list[Figures] = []
    for work, arguments in works:
        with get_context("fork").Pool(1) as pool:
            figures += pool.apply(_alone, (work, arguments))
    return figures


def _alone(
    work: Callable[..., Coroutine[Any, Any, Sequence[Figures]]], arguments: tuple[Any, ...]
) -> Sequence[Figures]:
    os.sched_setaffinity(0, {SERVER_CORE})
    return asyncio.run(work(*arguments))


def _compared(what: str, rounds: Sequence[tuple[float, float]]) -> Figures:
    return {
        "what": what,
        "unit": "µs",
        "little": round(median(few for few, _ in rounds), 1),
        "much": round(median(many for _, many in rounds), 1),
        "ratio": round(median(many / few for few, many in rounds), 2),
    }


def _rss_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES
