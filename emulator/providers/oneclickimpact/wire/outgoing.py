"""The objects in replies (docs.1clickimpact.com). What is not known is left out, never null."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import repeat
from typing import TypeAlias

import orjson
from msgspec import to_builtins
from msgspec.structs import asdict

from emulator.core.bounded_cache import BoundedCache
from emulator.core.clock import millis
from emulator.providers.oneclickimpact.backend.history import CustomerPage, Page
from emulator.providers.oneclickimpact.backend.totals import Totals
from emulator.providers.oneclickimpact.memory.catalogue import Account, Project
from emulator.providers.oneclickimpact.memory.records import STAGES, Customer, Impact, Kind
from emulator.providers.oneclickimpact.wire.cursors import cursor

Owner: TypeAlias = tuple[str, str, str | None]
"""The id, the email and the name of a customer, as its records show them."""

SUMMED: tuple[Kind, ...] = ("tree_planted", "waste_removed", "carbon_captured", "coral_restored", "money_donated")
"""The kinds in the order in which the vendor prints sums."""

CACHED_RECORDS_MAX = 1024
"""How many records are kept as JSON, since lists show the same ones again and again."""


# --- impacts ----------------------------------------------------------------------------------------------------------


def impact(impact: Impact, account: Account, customer: Customer | None) -> dict[str, object]:
    """Return a new impact; its metadata appear in its record only."""
    content: dict[str, object] = {"user_id": account.user_id, impact.kind: impact.amount, **_category(impact)}
    if customer:
        content["customer"] = _customer(*_owner(customer))
    content["time_utc"] = millis(impact.made_on)
    return content


def cancellation(impact: Impact, user_id: str, *, repeated: bool) -> dict[str, object]:
    """Return a canceled impact, under the id in the request."""
    assert impact.cancelled_on
    reason = {} if impact.cancellation_reason is None else {"reason": impact.cancellation_reason}
    return {
        "user_id": user_id,
        "time_utc": millis(impact.made_on),
        "cancelled_on": millis(impact.cancelled_on),
        "message": "impact was already cancelled" if repeated else "impact cancelled",
        **reason,
        impact.kind: impact.amount,
        **_category(impact),
    }


def track(impact: Impact, user_id: str, account: Account, now: datetime) -> dict[str, object]:
    """Return what is known of an impact at an instant, under the id in the request."""
    return {
        "tracking_id": f"{user_id}-{millis(impact.made_on)}",
        "impact_initiated": millis(impact.made_on),
        impact.kind: impact.amount,
        **_category(impact),
        "is_test_transaction": account.environment == "sandbox",
        "is_bonus_impact": impact.is_bonus,
        **_progress(impact, now),
        **_end(impact),
    }


def event_data(impact: Impact, account: Account, customer: Customer | None, at: datetime) -> dict[str, object]:
    """Return an impact as an event of an instant reports it: as it was tracked then, with customer and metadata."""
    more: dict[str, object] = {}
    if customer:
        more["customer"] = _customer(*_owner(customer))
    if impact.metadata:
        more["metadata"] = impact.metadata
    tracked = track(impact, account.user_id, account, at)
    return {"user_id": account.user_id, "time_utc": millis(impact.made_on), **tracked, **more}


def _progress(impact: Impact, now: datetime) -> dict[str, object]:
    reached = dict(impact.reached(now))
    known: dict[str, object] = {}
    for name, value in asdict(impact.progress).items():
        value = reached.get(name) if name in STAGES else value
        if value is not None:
            known[name] = millis(value) if isinstance(value, datetime) else value
    return known


def _end(impact: Impact) -> dict[str, object]:
    if impact.cancelled_on is None:
        return {}
    reason = {} if impact.cancellation_reason is None else {"cancellation_reason": impact.cancellation_reason}
    return {"cancelled_on": millis(impact.cancelled_on), **reason}


def _category(impact: Impact) -> dict[str, str]:
    return {} if impact.category is None else {"category": impact.category}


# --- lists of records -------------------------------------------------------------------------------------------------


def records(page: Page, account: Account) -> dict[str, object]:
    """Return a page of the account's own impacts."""
    listed = [*map(_own_records(account.user_id).__getitem__, page.impacts)]
    return _paged("user_records", listed, page.end, account)


def customer_records(page: Page, account: Account, customers: Mapping[str, Customer]) -> dict[str, object]:
    """Return a page of the impacts for customers, under the names that these have now."""
    owners = [customers[impact.customer_id or ""] for impact in page.impacts]
    listed = [*map(_customer_record, page.impacts, repeat(account.user_id), map(_owner, owners))]
    return _paged("customer_records", listed, page.end, account)


class _OwnRecords(BoundedCache[Impact, orjson.Fragment]):
    """A user's own impacts as JSON."""

    def __init__(self, user_id: str) -> None:
        super().__init__(CACHED_RECORDS_MAX)
        self.user_id = user_id

    def __missing__(self, impact: Impact) -> orjson.Fragment:
        return self.put(impact, _record(impact, self.user_id))


_own_records = lru_cache(maxsize=16)(_OwnRecords)


@lru_cache(maxsize=CACHED_RECORDS_MAX)
def _customer_record(impact: Impact, user_id: str, owner: Owner) -> orjson.Fragment:
    return _record(impact, user_id, owner)


def _record(impact: Impact, user_id: str, owner: Owner | None = None) -> orjson.Fragment:
    """Return a record as JSON."""
    record: dict[str, object] = {"user_id": user_id}
    if owner:
        record["customer"] = _customer(*owner)
    record |= {"time_utc": millis(impact.made_on), impact.kind: impact.amount, **_category(impact)}
    if impact.metadata:
        record["metadata"] = impact.metadata
    return orjson.Fragment(orjson.dumps(record))


# --- the account, its customers and its totals ------------------------------------------------------------------------


def account(account: Account) -> dict[str, object]:
    return {"user_id": account.user_id, "email": account.email}


def customers(page: CustomerPage, account: Account) -> dict[str, object]:
    """Return a page of the account's customers."""
    listed = [{**_customer(*_owner(each)), "onboarded_on": millis(each.onboarded_on)} for each in page.customers]
    return _paged("customers", listed, page.end, account)


def totals(totals: Totals, account: Account) -> dict[str, object]:
    """Return the sums, and the two parts of which they consist."""
    sums: dict[str, object] = {kind: totals.own[kind] + totals.customers[kind] for kind in SUMMED}
    parts = {"user_impact": _summed(totals.own), "customer_impact": _summed(totals.customers)}
    return {"user_id": account.user_id, **sums, **parts}


def daily(totals: Totals, account: Account, first: date, last: date) -> dict[str, object]:
    """Return the sums of each day with impacts."""
    listed: list[Mapping[str, object]] = [
        {"date": day.isoformat(), **_summed(sums)} for day, sums in totals.days(first, last)
    ]
    return {"user_id": account.user_id, "daily_impact": listed}


def _summed(sums: Mapping[Kind, int]) -> dict[str, int]:
    return {kind: sums[kind] for kind in SUMMED}


def _owner(customer: Customer) -> Owner:
    return customer.id, customer.email, customer.name


def _customer(id: str, email: str, name: str | None) -> dict[str, object]:
    customer: dict[str, object] = {"customer_id": id, "customer_email": email}
    if name is not None:
        customer["customer_name"] = name
    return customer


# --- projects ---------------------------------------------------------------------------------------------------------


def projects(projects: Sequence[Project]) -> dict[str, object]:
    return {"projects": [project(each) for each in projects]}


def project(project: Project) -> dict[str, object]:
    """Return a project with every key, for the official Python SDK reads each of them."""
    content = to_builtins(project)
    return {"project_id": content.pop("id"), "sdgs": content.pop("goals"), **content}


# --- pages ------------------------------------------------------------------------------------------------------------


def _paged(name: str, listed: Sequence[object], end: datetime | None, account: Account) -> dict[str, object]:
    """Return a page, with a cursor if more follows."""
    page: dict[str, object] = {name: listed}
    if end is not None:
        page["cursor"] = cursor(end, account.id)
    return page
