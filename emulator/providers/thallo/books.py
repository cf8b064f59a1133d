"""Thallo's books: grams move from the market into wallets and from there into retirement, and purchases are charged.

The fixture's amounts are brought forward as they are. Later entries follow from trades, retirement items and the clock.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import accumulate

from emulator.core.ledger import (
    CENT,
    EXACT,
    GRAM,
    OUTSIDE,
    Books,
    Check,
    Entry,
    Finding,
    agree,
    balances,
    moved,
    once,
)
from emulator.providers.thallo.backend import Thallo
from emulator.providers.thallo.backend.amounts import whole_tonnes
from emulator.providers.thallo.memory.fields import TONNE_GRAMS
from emulator.providers.thallo.memory.fixture import Memory
from emulator.providers.thallo.memory.records import REGISTRY, RetirementRequest, Trade, Wallet


def entries(backend: Thallo, opening: Memory) -> Iterator[Entry]:
    """Yield the entries of the fixture, of purchases, of retirement items and of completed retirements."""
    yield from _brought_forward(opening)
    for tenant_id, vintage_id, trade in _purchases(backend, opening):
        bought = moved(GRAM, trade.quantity_grams, f"market/{vintage_id}", f"wallet/{vintage_id}/{tenant_id}")
        charged = moved(CENT, _charge(trade), OUTSIDE + tenant_id, f"charged/{tenant_id}")
        yield Entry(trade.executed_at, "thallo", trade.id, "credits bought", (*bought, *charged))
    for request in backend.memory.retirement_requests.values():
        yield from _queued(request, opening)
        yield from _retired(request, backend)


def _brought_forward(opening: Memory) -> Iterator[Entry]:
    for order in opening.sell_orders.values():
        yield _opened(order.id, "on sale", order.quantity_grams, order.vintage_id, f"market/{order.vintage_id}")
    for tenant_id, wallets in opening.wallets.items():
        for vintage_id, wallet in wallets.items():
            account = f"wallet/{vintage_id}/{tenant_id}"
            yield _opened(tenant_id, "owned", wallet.quantity_grams, vintage_id, account)
    carrying = set[str]()
    for request in opening.retirement_requests.values():
        grams = sum(item.quantity_grams for item in request.items)
        if _queue(request) not in carrying:
            grams += request.carried_grams
        if not request.whole:
            carrying.add(_queue(request))
        yield _opened(request.id, "to be retired", grams, request.vintage_id, _queue(request))


def _opened(subject: str, description: str, grams: int, vintage_id: str, account: str) -> Entry:
    return Entry(None, "thallo", subject, description, moved(GRAM, grams, OUTSIDE + vintage_id, account))


def _purchases(backend: Thallo, opening: Memory) -> Iterator[tuple[str, str, Trade]]:
    """Yield every purchase since the opening, with its tenant and vintage."""
    for tenant_id, wallets in backend.memory.wallets.items():
        for vintage_id, wallet in wallets.items():
            given = opening.wallets.get(tenant_id, {}).get(vintage_id)
            known = {trade.id for trade in given.trades} if given else set()
            for trade in wallet.trades:
                if trade.type == "BUY" and trade.id not in known:
                    yield tenant_id, vintage_id, trade


def _charge(trade: Trade) -> Decimal:
    """Return the charge in cents; the price is per tonne. Raises ArithmeticError."""
    return EXACT.scaleb(Decimal(trade.quantity_grams * trade.price_cents), -6)


def _queue(request: RetirementRequest) -> str:
    return f"retiring/{request.vintage_id}/{request.tenant_id}"


def _queued(request: RetirementRequest, opening: Memory) -> Iterator[Entry]:
    """Yield the items since the opening. What a request carries over was queued in an earlier one."""
    given = opening.retirement_requests.get(request.id)
    for item in request.items[len(given.items) if given else 0 :]:
        wallet = f"wallet/{request.vintage_id}/{request.tenant_id}"
        queued = moved(GRAM, item.quantity_grams, wallet, _queue(request))
        yield Entry(item.created_at, "thallo", item.id, "retirement requested", queued)


def _retired(request: RetirementRequest, backend: Thallo) -> Iterator[Entry]:
    """Yield what the registry has retired by now: whole tonnes."""
    now, invoices = backend.clock.now, backend.invoices.of(request)
    if request.status(now, invoices) == "COMPLETE":
        retired = f"retired/{request.vintage_id}/{request.tenant_id}"
        gone = moved(GRAM, request.quantity_grams(now), _queue(request), retired)
        yield Entry(request.starts_at(invoices) + REGISTRY, "thallo", request.id, "credits retired", gone)


# --- checks -----------------------------------------------------------------------------------------------------------


def _conserved(entries: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """Compare the grams of each vintage at the opening with those now."""
    return agree(opening.grams(), backend.memory.grams())


def _wallets(entries: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """Compare the balance of each wallet's account with the wallet."""
    booked = {account: grams for (_, account, _), grams in balances(entries).items() if account.startswith("wallet/")}
    held = {
        f"wallet/{vintage_id}/{tenant_id}": wallet.quantity_grams
        for tenant_id, wallets in backend.memory.wallets.items()
        for vintage_id, wallet in wallets.items()
    }
    return agree(booked, held)


def _prices(entries: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """Compare the grams sold of each vintage at each price with those bought."""
    sold, bought = Counter[str](), Counter[str]()
    for order in opening.sell_orders.values():
        sold[f"{order.vintage_id} at {order.price_cents} cents"] += order.quantity_grams
    for order in backend.memory.sell_orders.values():
        sold[f"{order.vintage_id} at {order.price_cents} cents"] -= order.quantity_grams
    for _, vintage_id, trade in _purchases(backend, opening):
        bought[f"{vintage_id} at {trade.price_cents} cents"] += trade.quantity_grams
    return agree(sold, bought)


def _charges(entries: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """Compare the price of each purchase's whole tonnes with its charge."""
    for _, _, trade in _purchases(backend, opening):
        yield Finding(trade.id, trade.quantity_grams // TONNE_GRAMS * trade.price_cents, _charge(trade))


def _retired_once(entries: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """Count how often each call of a tenant was accepted, and how often each trade was used."""
    requests = backend.memory.retirement_requests.values()
    calls = [(request.tenant_id, item) for request in requests for item in request.items]
    yield from once(f"{tenant_id} {item.external_id}" for tenant_id, item in calls)
    yield from once(item.trade_id for _, item in calls if item.trade_id is not None)


def _carried(entries: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """Compare what each request left over with what the next one carries over."""
    left = dict[str, int]()
    for request in backend.memory.retirement_requests.values():
        if request.whole:
            yield Finding(request.id, 0, request.carried_grams)
        else:
            given = opening.retirement_requests.get(request.id)
            at_first = given.carried_grams if given else 0
            yield Finding(request.id, left.get(_queue(request), at_first), request.carried_grams)
            left[_queue(request)] = request.remainder_grams


def _trades(entries: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """Look for the purchase of each retirement item in its tenant's wallet."""
    for request in backend.memory.retirement_requests.values():
        wallet = backend.memory.wallets.get(request.tenant_id, {}).get(request.vintage_id) or Wallet()
        bought = Counter((trade.id, trade.executed_at) for trade in wallet.trades if trade.type == "BUY")
        for item in request.items:
            if item.trade_id is not None:
                yield Finding(f"{item.id} {item.trade_id}", 1, bought[item.trade_id, item.created_at])


def _invoiced(entries: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """Look for each retirement item on its tenant's invoice of the month, where purchases belong."""
    for request in backend.memory.retirement_requests.values():
        for item in request.items:
            invoice = backend.memory.invoices.get(item.invoice_id or "")
            billed = (invoice.tenant_id, invoice.month) if invoice else None
            expected = (request.tenant_id, f"{item.created_at:%Y-%m}") if item.trade_id is not None else None
            yield Finding(f"{item.id} {item.invoice_id}", 1, int(billed == expected))


def _whole_tonnes(entries: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """Compare every purchase and every sell order with its whole tonnes."""
    for order in backend.memory.sell_orders.values():
        yield Finding(order.id, whole_tonnes(order.quantity_grams), order.quantity_grams)
    for wallet in _all_wallets(backend.memory).values():
        for trade in wallet.trades:
            if trade.type == "BUY":
                yield Finding(trade.id, whole_tonnes(trade.quantity_grams), trade.quantity_grams)


def _history(entries: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """Compare the least that each wallet ever held with zero. What it held at first follows from what it holds now."""
    wallets = _all_wallets(backend.memory)
    changes = {account: _traded(wallet) for account, wallet in wallets.items()}
    for request in backend.memory.retirement_requests.values():
        for item in request.items:
            changes.setdefault((request.tenant_id, request.vintage_id), Counter())[item.created_at] -= (
                item.quantity_grams
            )
    for account, by_time in changes.items():
        now = wallets[account].quantity_grams if account in wallets else 0
        held = accumulate((by_time[at] for at in sorted(by_time)), initial=now - sum(by_time.values()))
        least = min(held)
        yield Finding("wallet/{1}/{0}".format(*account), max(least, 0), least)


def _all_wallets(memory: Memory) -> dict[tuple[str, str], Wallet]:
    """Return all wallets by tenant and vintage."""
    return {
        (tenant_id, vintage_id): wallet
        for tenant_id, wallets in memory.wallets.items()
        for vintage_id, wallet in wallets.items()
    }


def _traded(wallet: Wallet) -> Counter[datetime]:
    """Return what was bought less what was sold, by time."""
    grams = Counter[datetime]()
    for trade in wallet.trades:
        grams[trade.executed_at] += trade.quantity_grams if trade.type == "BUY" else -trade.quantity_grams
    return grams


BOOKS = Books(
    entries,
    {
        "outside": (GRAM, CENT),
        "market": (GRAM,),
        "wallet": (GRAM,),
        "retiring": (GRAM,),
        "retired": (GRAM,),
        "charged": (CENT,),
    },
    (
        Check(
            "thallo.conserved",
            "The grams of a vintage on the market, in wallets and requested for retirement are those of the fixture.",
            _conserved,
        ),
        Check("thallo.wallets", "A wallet holds what its tenant bought and did not request to retire.", _wallets),
        Check("thallo.prices", "What was bought of a vintage at a price was sold at that price.", _prices),
        Check("thallo.charge", "The charge of a purchase is its whole tonnes times the price, to the cent.", _charges),
        Check(
            "thallo.retired-once",
            "A call is accepted once, and a trade is used by one call: nothing is retired twice.",
            _retired_once,
        ),
        Check("thallo.trades", "The trade of a retirement item is in its tenant's wallet for the vintage.", _trades),
        Check("thallo.invoiced", "A purchase is on its tenant's invoice of the month, and nothing else is.", _invoiced),
        Check("thallo.whole-tonnes", "Purchases and sell orders are of whole tonnes.", _whole_tonnes),
        Check(
            "thallo.history",
            "What was bought is owned, sold or retired: no wallet ever held less than nothing.",
            _history,
        ),
        Check("thallo.carried", "A request carries over exactly what the one before it left.", _carried),
    ),
)
