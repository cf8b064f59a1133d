"""The cost of requests with many records, compared with few.

Requests go to the ASGI application in this process, without a socket. A small and a large space are measured in
turn; the ratio of their CPU times is taken in each round, and the median is reported.
"""

import asyncio
import gc
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from benchmarks.application import REQUESTS_A_ROUND, ROUNDS, Application, Figures, Work, compared
from benchmarks.load import UNIQUE, Call
from benchmarks.workloads import (
    BEARER,
    JSON,
    KEY,
    LOGIN,
    ORDER,
    SELL_ORDER,
    START,
    VINTAGE,
    YEAR,
    repeating,
    transactions,
)
from soak.process_costs import resident_bytes

DAYS = 365


@dataclass(frozen=True, slots=True)
class Book:
    """A vendor's records: how to create one, the reads to measure, and settings that keep all records."""

    record: Call
    reads: Mapping[str, Call]
    settings: Mapping[str, object] = field(default_factory=dict)
    name: str = "a record"


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

ORDERS_WITHOUT_KEYS = Book(replace(ORDER, unique=None), {}, name="an order without a key")

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
        ORDER,
        {
            "a repeated idempotency key": repeating(ORDER, "record-1"),
            "the impact in all": Call("GET", "/cnaught/v1/impact/data", BEARER),
            "the impact of one month": Call(
                "GET", "/cnaught/v1/impact/data?from=2026-06-01T12:00:00Z&to=2026-06-30T12:00:00Z", BEARER
            ),
            "a page of 10 orders": Call("GET", "/cnaught/v1/orders?limit=10", BEARER),
        },
        {"idempotency_hours": 24 * DAYS * 2},
        "an order with its idempotency key",
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


async def records(provider: str, book: Book, few: int, many: int) -> Sequence[Figures]:
    """Measure each read with few and with many records, and the memory of a record."""
    application = Application()
    await _fill(application, provider, book, "few", few)
    before = _resident_bytes()
    await _fill(application, provider, book, "many", many)
    record_bytes = (_resident_bytes() - before) // many
    figures: list[Figures] = [{"what": f"{provider}: memory of {book.name}", "unit": "bytes", "much": record_bytes}]
    for name, call in book.reads.items():
        calls = [call] * REQUESTS_A_ROUND
        rounds = [
            (await application.timed(calls, "few"), await application.timed(calls, "many")) for _ in range(ROUNDS + 1)
        ]
        figures.append(compared(f"{provider}: {name}", rounds[1:]))  # the first round handles events that became due
    return figures


async def _fill(application: Application, provider: str, book: Book, space: str, count: int) -> None:
    """Create this many records over a year."""
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
    token = await access_token(application, "scores")
    small, large = (transactions(count, token) for count in (few, many))
    await application.send(small, "scores")
    gc.freeze()  # as a server does once it has started
    rounds = [
        (await application.timed([small] * 5, "scores") / few, await application.timed([large] * 5, "scores") / many)
        for _ in range(ROUNDS + 1)
    ]
    return [compared(f"carboninsights: a transaction, among {few:,} and {many:,} of one score", rounds[1:])]


async def access_token(application: Application, space: str) -> str:
    """Return a new access token of Carbon Insights."""
    token: str = json.loads(await application.send(TOKEN, space))["access"]
    return token


# --- spaces -----------------------------------------------------------------------------------------------------------


async def spaces(few: int, many: int) -> Sequence[Figures]:
    """Measure the creation of a space, among few and among many, and a reset of few and of many records."""
    application, page = Application(), BOOKS["oneclickimpact"].reads["a page of 10 records"]
    await application.send(page, "first")
    created = [
        (await application.timed([page], "first"), await application.timed([page], f"new-{n}")) for n in range(500)
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
    figures.append(compared(f"reset of {few:,} and of {many:,} records, with the next request", resets))
    figures.append(compared("the longest turn of the event loop while records are freed", pauses))
    return figures


async def _write(application: Application, space: str, count: int) -> None:
    for _ in range(count):
        await application.send(BOOKS["oneclickimpact"].record, space)


async def _reset(application: Application, space: str) -> tuple[float, float]:
    """Return the microseconds of a reset with the next request, and of the longest event loop turn after it."""
    began = time.process_time()
    await application.command("POST", "/reset", {}, space)
    await application.send(BOOKS["oneclickimpact"].reads["a page of 10 records"], space)
    times = [began, time.process_time()]
    for _ in range(10_000):
        await asyncio.sleep(0)
        times.append(time.process_time())
    reset, *turns = (end - start for start, end in pairwise(times))
    return reset * 1e6, max(turns) * 1e6


def works(few: int, many: int, reset_many: int) -> Sequence[Work]:
    """Return the measurements, with few and with many records."""
    return [
        *((records, (provider, book, few, many)) for provider, book in BOOKS.items()),
        (records, ("cnaught", ORDERS_WITHOUT_KEYS, few, many)),
        (scores, (few, 10 * few)),
        (spaces, (10, reset_many)),
    ]


def _resident_bytes() -> int:
    """Return the memory of this process without garbage."""
    gc.collect()
    return resident_bytes(os.getpid())
