"""The cost of requests that differ in every value that may differ, compared with one that is repeated.

Both kinds go to the same server in turn; ratios are taken within a round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import httpx

from benchmarks import rates, report
from benchmarks.load import UNIQUE, UNIQUE_NUMBER, UNIQUE_PERIOD, Call
from benchmarks.report import Figures
from benchmarks.scaling import ORGANIZATION, PURCHASE
from benchmarks.storing import cost_us
from benchmarks.subjects import EMULATOR
from benchmarks.workloads import BEARER, JSON, KEY, ORDER, MakeCall, constant, score, thallo

RATIO_MAX = 1.2
"""The goal: how much more than a repeated request a different one may cost."""

SAME, SAME_NUMBER, SAME_PERIOD = "same-000000000000", "1234567", ("2024-03-15", "2025-02-14")
"""What the repeated request has in place of UNIQUE, UNIQUE_NUMBER and UNIQUE_PERIOD."""

IMPACT = f'{{"amount": {UNIQUE_NUMBER}, "customer_email": "ada@example.com", "customer_name": "{UNIQUE}"}}'
NEW_CUSTOMER = IMPACT.replace("ada@", f"{UNIQUE}@")
NEW_CUSTOMER_ONLY = f'{{"amount": {SAME_NUMBER}, "customer_email": "{UNIQUE}@example.com", "customer_name": "{SAME}"}}'
CAPTURE = Call("POST", "/oneclickimpact/v1/capture_carbon", {**KEY, **JSON}, IMPACT)
QUOTE = f'{{"amount_kg": {UNIQUE_NUMBER}}}'
ORDERED = f'{{"amount_kg": {UNIQUE_NUMBER}, "metadata": "{UNIQUE}"}}'
PURCHASED = PURCHASE.body.replace("1500.0", UNIQUE_NUMBER).replace("Office Supplies", UNIQUE)
PURCHASES = f"/dcycle/v1/purchases?size=10&product_name={UNIQUE}"
FIRST_DAY, LAST_DAY = UNIQUE_PERIOD
PERIOD = f"start_date={FIRST_DAY}&end_date={LAST_DAY}"
RECORDS = f"/oneclickimpact/v1/records?limit=10&{PERIOD}"
INVOICES = f"/dcycle/v1/invoices?invoice_id={UNIQUE}"
TOTALS = f"/dcycle/v1/total-impacts?{PERIOD}"


def score_of_3(client: httpx.Client, call: Call) -> Call:
    call = score(3)(client, call)
    return replace(call, body=call.body.replace('"amount": ', f'"amount": {UNIQUE_NUMBER}'))


def inventory_above(client: httpx.Client, _: Call) -> Call:
    return Call("GET", f"/thallo/api/inventory?wallet_min_quantity={UNIQUE_NUMBER}", thallo(client))


@dataclass(frozen=True, slots=True)
class Variety:
    """A request with placeholders in place of the values that differ, and the body of the one that is repeated.

    Without a body, the repeated request is the same one, with the placeholders replaced.
    """

    different: MakeCall
    repeated_body: str | None = None

    def repeated(self, different: Call) -> Call:
        body = _filled(different.body) if self.repeated_body is None else self.repeated_body
        return replace(different, path=_filled(different.path), body=body)


CALLS: Mapping[str, Variety] = {
    "1ClickImpact: an impact": Variety(constant(CAPTURE)),
    "1ClickImpact: an impact for a new customer": Variety(
        constant(replace(CAPTURE, body=NEW_CUSTOMER)), repeated_body=NEW_CUSTOMER_ONLY
    ),
    "1ClickImpact: the records of a period": Variety(constant(Call("GET", RECORDS, KEY))),
    "CNaught: a quote": Variety(constant(Call("POST", "/cnaught/v1/quotes", {**BEARER, **JSON}, QUOTE))),
    "CNaught: an order": Variety(constant(replace(ORDER, body=ORDERED))),
    "CNaught: the impact of a period": Variety(
        constant(Call("GET", f"/cnaught/v1/impact/data?from={FIRST_DAY}&to={LAST_DAY}", BEARER))
    ),
    "Carbon Insights: a score of 3 transactions": Variety(score_of_3),
    "Dcycle: the totals of a period by scope": Variety(constant(Call("GET", TOTALS, ORGANIZATION))),
    "Dcycle: the totals of a period by month": Variety(constant(Call("GET", f"{TOTALS}&group_by=month", ORGANIZATION))),
    "Dcycle: the invoices with a number": Variety(constant(Call("GET", INVOICES, ORGANIZATION))),
    "Dcycle: a purchase": Variety(constant(replace(PURCHASE, body=PURCHASED))),
    "Dcycle: 10 purchases of a product": Variety(constant(Call("GET", PURCHASES, ORGANIZATION))),
    "Thallo: the inventory above a quantity": Variety(inventory_above),
}
"""The requests. A new customer is one in both kinds: what it costs shows in comparison with a known one."""


def measure(rounds: int, seconds: float) -> Sequence[Figures]:
    """Return the median CPU time of a repeated request and of a different one, and of their ratios."""
    return [_measured(title, variety, rounds, seconds) for title, variety in CALLS.items()]


def text(figures: Sequence[Figures]) -> str:
    """Return the figures as a table."""
    rows = [(one["what"], "µs", one["same"], one["different"], one["ratio"], RATIO_MAX) for one in figures]
    return report.table(["CPU of a request", "", "repeated", "different each time", "ratio", "goal"], rows)


def _measured(title: str, variety: Variety, rounds: int, seconds: float) -> Figures:
    with rates.up(EMULATOR) as server:
        with httpx.Client(base_url=server.url) as client:
            different = variety.different(client, ORDER)
        same = variety.repeated(different)
        found = [(cost_us(server, same, seconds), cost_us(server, different, seconds)) for _ in range(rounds + 1)]
    del found[0]  # the first round warms up
    return {
        "what": title,
        "same": round(median(repeated for repeated, _ in found)),
        "different": round(median(other for _, other in found)),
        "ratio": round(median(other / repeated for repeated, other in found), 2),
    }


def _filled(template: str) -> str:
    for placeholder, text in zip(
        (UNIQUE, UNIQUE_NUMBER, *UNIQUE_PERIOD), (SAME, SAME_NUMBER, *SAME_PERIOD), strict=True
    ):
        template = template.replace(placeholder, text)
    return template
