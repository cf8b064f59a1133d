"""The books of a space, shown and checked."""

from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.control.filters import check_filter, check_ledger_filter
from emulator.control.params import Page, QueryParams, read_query
from emulator.control.request import ControlRequest
from emulator.core.clock import micros
from emulator.core.ledger import Balances, Entry, balances, exact_sum, figure, flows
from emulator.core.struct import replace
from emulator.space import audit
from emulator.space.space import Space
from emulator.web.fields import Instant
from emulator.web.replies import reply

BEYOND_MEASURE = "an amount in a vendor's memory cannot be calculated exactly in a thousand digits"


class LedgerQuery(Page):
    """Filters of entries, which must all match. Selected entries still add up to zero.

    ``account`` is a pattern, and an entry that touches one such account is shown whole. With a ``unit``, only postings
    in it are shown.
    """

    provider: str | None = None
    account: Annotated[str, Field(max_length=200)] | None = None
    unit: str | None = None
    since: Instant | None = None

    def of(self, entries: list[Entry]) -> list[Entry]:
        """Return those of a provider's entries that match the other filters."""
        if since := self.since:
            entries = [entry for entry in entries if entry.at is not None and entry.at >= since]
        if self.unit is not None:
            entries = [entry for each in entries if (entry := self._in_unit(each)).postings]
        if account := self.account:
            entries = [each for each in entries if any(fnmatchcase(part.account, account) for part in each.postings)]
        return entries

    def _in_unit(self, entry: Entry) -> Entry:
        return replace(entry, postings=tuple(posting for posting in entry.postings if posting.unit == self.unit))


class FlowQuery(QueryParams):
    """The provider whose flows to show; all if absent."""

    provider: str | None = None


def get_ledger(request: ControlRequest) -> Response:
    space, query = request.space, read_query(LedgerQuery, request)
    check_ledger_filter(request.spaces.world.providers, query.provider, query.account, query.unit)
    try:
        return reply(_extract(space, query))
    except ArithmeticError:
        raise HTTPException(409, BEYOND_MEASURE) from None


def list_flows(request: ControlRequest) -> Response:
    query = read_query(FlowQuery, request)
    check_filter(request.spaces.world.providers, query.provider)
    try:
        found = flows(audit.entries(request.space, query.provider))
        return reply({"flows": [_flow(key, amount) for key, amount in found.items()]})
    except ArithmeticError:
        raise HTTPException(409, BEYOND_MEASURE) from None


def verify_ledger(request: ControlRequest) -> Response:
    try:
        results = audit.verify(request.space)
        checks = [_result(result) for result in results]
    except ArithmeticError:
        raise HTTPException(409, BEYOND_MEASURE) from None
    return reply({"holds": all(result.holds for result in results), "checks": checks})


def _extract(space: Space, query: LedgerQuery) -> dict[str, Any]:
    found = query.of(audit.entries(space, query.provider))
    accounts = balances(found)
    start, end = query.offset, query.offset + query.limit
    return {
        "entries": [_entry(entry) for entry in found[start:end]],
        "balances": _balances(accounts)[start:end],
        "sums": _sums(accounts),
        "totals": {"entries": len(found), "balances": len(accounts)},
        "without_books": audit.without_books(space),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": micros(entry.at) if entry.at else None,
        "provider": entry.provider,
        "subject": entry.subject,
        "description": entry.description,
        "postings": [
            {"account": posting.account, "unit": posting.unit, "amount": figure(posting.amount)}
            for posting in entry.postings
        ],
    }


def _balances(accounts: Balances) -> list[dict[str, str]]:
    return [
        {"provider": provider, "account": account, "unit": unit, "amount": figure(amount)}
        for (provider, account, unit), amount in accounts.items()
    ]


def _flow(key: tuple[str, str, str, str], amount: Decimal) -> dict[str, str]:
    provider, unit, source, target = key
    return {"provider": provider, "unit": unit, "from": source, "to": target, "amount": figure(amount)}


def _sums(accounts: Balances) -> dict[str, str]:
    """Return the sum of all accounts, by unit."""
    units = sorted({unit for _, _, unit in accounts})
    return {
        unit: figure(exact_sum(amount for (_, _, its_unit), amount in accounts.items() if its_unit == unit))
        for unit in units
    }


def _result(result: audit.Result) -> dict[str, Any]:
    return {
        "name": result.check.name,
        "statement": result.check.statement,
        "holds": result.holds,
        "counted": result.counted,
        "failures": [
            {"subject": failure.subject, "expected": figure(failure.expected), "found": figure(failure.found)}
            for failure in result.failures
        ],
    }
