"""The objects that go out (docs.1clickimpact.com)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import lru_cache
from itertools import repeat
from typing import TypeAlias

import orjson

from emulator.core.clock import millis
from emulator.providers.oneclickimpact.history import CustomerPage, Page
from emulator.providers.oneclickimpact.memory import KINDS, Account, Customer, Impact, Project
from emulator.providers.oneclickimpact.totals import Totals
from emulator.providers.oneclickimpact.wire.cursors import cursor

Owner: TypeAlias = tuple[str, str, str | None]
"""Of a customer the id, the address and the name: what its records tell."""

TOLD_MAX = 1024
"""So many records are kept as they were told, for lists tell the same ones again and again."""


def impact(impact: Impact, account: Account, customer: Customer | None) -> dict[str, object]:
    """A new impact; its metadata show in its record only."""
    made: dict[str, object] = {"user_id": account.user_id, impact.kind: impact.amount, **_category(impact)}
    if customer:
        made["customer"] = _customer(customer.id, customer.email, customer.name)
    made["time_utc"] = millis(impact.made_on)
    return made


def cancellation(impact: Impact, user_id: str, *, repeated: bool) -> dict[str, object]:
    """What was taken back, under the id that was asked for."""
    assert impact.cancelled_on
    why = {} if impact.cancellation_reason is None else {"reason": impact.cancellation_reason}
    return {
        "user_id": user_id,
        "time_utc": millis(impact.made_on),
        "cancelled_on": millis(impact.cancelled_on),
        "message": "impact was already cancelled" if repeated else "impact cancelled",
        **why,
        impact.kind: impact.amount,
        **_category(impact),
    }


def track(impact: Impact, user_id: str, account: Account) -> dict[str, object]:
    """The life of an impact so far, under the id that was asked for. What is not known yet is left out."""
    later: dict[str, object] = asdict(impact.progress)
    if impact.cancelled_on:
        later |= {"cancelled_on": millis(impact.cancelled_on), "cancellation_reason": impact.cancellation_reason}
    return {
        "tracking_id": f"{user_id}-{millis(impact.made_on)}",
        "impact_initiated": millis(impact.made_on),
        impact.kind: impact.amount,
        **_category(impact),
        "is_test_transaction": account.environment == "sandbox",
        "is_bonus_impact": impact.is_bonus,
        **{name: known for name, known in later.items() if known is not None},
    }


def who(account: Account) -> dict[str, object]:
    return {"user_id": account.user_id, "email": account.email}


def customers(page: CustomerPage, account: Account) -> dict[str, object]:
    """A page of those for whom an account made impact."""
    listed = [{**_customer(*_who(known)), "onboarded_on": millis(known.onboarded_on)} for known in page.customers]
    return _paged("customers", listed, page.end, account)


def totals(totals: Totals, account: Account) -> dict[str, object]:
    """The sums, and the two parts that they are made of."""
    sums: dict[str, object] = {kind: totals.own[kind] + totals.customers[kind] for kind in KINDS}
    return {"user_id": account.user_id, **sums, "user_impact": totals.own, "customer_impact": totals.customers}


def daily(totals: Totals, account: Account, first: date, last: date) -> dict[str, object]:
    """The sums of each day on which something was made."""
    listed: list[Mapping[str, object]] = [
        {"date": day.isoformat(), **{str(kind): sums[kind] for kind in KINDS}} for day, sums in totals.days(first, last)
    ]
    return {"user_id": account.user_id, "daily_impact": listed}


def project(project: Project) -> dict[str, object]:
    """No key is ever left out: the official Python SDK reads each of them."""
    told = asdict(project)
    return {"project_id": told.pop("id"), "sdgs": told.pop("goals"), **told}


def records(page: Page, account: Account) -> dict[str, object]:
    """A page of what an account made for itself."""
    listed = [*map(_own_records(account.user_id).__getitem__, page.impacts)]
    return _paged("user_records", listed, page.end, account)


def customer_records(page: Page, account: Account, customers: Mapping[str, Customer]) -> dict[str, object]:
    """A page of what an account made for its customers, under their names of today."""
    owners = [customers[impact.customer_id or ""] for impact in page.impacts]
    listed = [*map(_customer_record, page.impacts, repeat(account.user_id), map(_who, owners))]
    return _paged("customer_records", listed, page.end, account)


class _OwnRecords(dict[Impact, orjson.Fragment]):
    """What a user made for itself, told once: to look up a record here costs half of what ``lru_cache`` takes."""

    def __init__(self, user_id: str) -> None:
        super().__init__()
        self.user_id = user_id

    def __missing__(self, impact: Impact) -> orjson.Fragment:
        if len(self) >= TOLD_MAX:
            self.clear()
        self[impact] = told = _record(impact, self.user_id)
        return told


_own_records = lru_cache(maxsize=16)(_OwnRecords)


@lru_cache(maxsize=TOLD_MAX)
def _customer_record(impact: Impact, user_id: str, owner: Owner) -> orjson.Fragment:
    return _record(impact, user_id, owner)


def _record(impact: Impact, user_id: str, owner: Owner | None = None) -> orjson.Fragment:
    """A record as JSON. What an impact lacks is left out, never null."""
    record: dict[str, object] = {"user_id": user_id}
    if owner:
        record["customer"] = _customer(*owner)
    record |= {"time_utc": millis(impact.made_on), impact.kind: impact.amount, **_category(impact)}
    if impact.metadata:
        record["metadata"] = impact.metadata
    return orjson.Fragment(orjson.dumps(record))


def _category(impact: Impact) -> dict[str, str]:
    return {} if impact.category is None else {"category": impact.category}


def _who(customer: Customer) -> Owner:
    return customer.id, customer.email, customer.name


def _customer(id: str, email: str, name: str | None) -> dict[str, object]:
    told: dict[str, object] = {"customer_id": id, "customer_email": email}
    if name is not None:
        told["customer_name"] = name
    return told


def _paged(name: str, listed: Sequence[object], end: datetime | None, account: Account) -> dict[str, object]:
    """A page, with a cursor where another one goes on."""
    told: dict[str, object] = {name: listed}
    if end is not None:
        told["cursor"] = cursor(end, account.id)
    return told
