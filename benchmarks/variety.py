"""The cost of requests that differ in every value that may differ, compared with one that is repeated.

Both kinds go to the ASGI application in this process, in turn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmarks.application import REQUESTS_A_ROUND, ROUNDS, Application, Figures, compared
from benchmarks.load import UNIQUE, Call
from benchmarks.scaling import BOOKS, ORGANIZATION, PURCHASE, access_token
from benchmarks.workloads import BEARER, JSON, KEY, transactions

SPACE = "variety"
SAME = "1000"
"""What the repeated request has in place of the numbers that differ."""


def calls(token: str) -> Mapping[str, Call]:
    """Return the requests, with UNIQUE in place of every value that may differ; a number replaces it."""
    impact = f'{{"amount": {UNIQUE}, "customer_email": "c{UNIQUE}@example.com", "customer_name": "Customer {UNIQUE}"}}'
    order = f'{{"amount_kg": {UNIQUE}, "metadata": "order {UNIQUE}"}}'
    score, product = transactions(3, token), f"product_name={UNIQUE}"
    return {
        "1ClickImpact: an impact": Call("POST", "/oneclickimpact/v1/capture_carbon", {**KEY, **JSON}, impact),
        "CNaught: a quote": Call("POST", "/cnaught/v1/quotes", {**BEARER, **JSON}, f'{{"amount_kg": {UNIQUE}}}'),
        "CNaught: an order": replace(BOOKS["cnaught"].record, body=order),
        "Carbon Insights: a score": replace(score, body=score.body.replace('"amount": ', f'"amount": {UNIQUE}')),
        "Dcycle: a purchase": replace(PURCHASE, body=PURCHASE.body.replace("1500.0", UNIQUE).replace("Office", UNIQUE)),
        "Dcycle: a list of purchases": Call("GET", f"/dcycle/v1/purchases?size=10&{product}", ORGANIZATION),
    }


async def variety() -> Sequence[Figures]:
    """Measure each request, repeated and each time another."""
    application = Application()
    token = await access_token(application, SPACE)
    figures = []
    for title, call in calls(token).items():
        rounds = [
            (await _timed(application, call, number, same=True), await _timed(application, call, number, same=False))
            for number in range(ROUNDS + 1)
        ]
        figures.append(compared(f"{title}, repeated and each time another", rounds[1:]))
    return figures


async def _timed(application: Application, call: Call, number: int, same: bool) -> float:
    """Return the microseconds of a request. No two rounds send the same numbers."""
    first = 10_000 + number * REQUESTS_A_ROUND
    sent = [_filled(call, SAME if same else str(first + n)) for n in range(REQUESTS_A_ROUND)]
    return await application.timed(sent, SPACE, f"{same}-{number}")


def _filled(call: Call, value: str) -> Call:
    return replace(call, path=call.path.replace(UNIQUE, value), body=call.body.replace(UNIQUE, value))
