"""Thallo's books: grams of each vintage from the market into wallets, from there into retirement, and what was charged.

What the fixture gives is brought forward: its grams as they stand, its trades not at all, for the documents' samples do
not add up among themselves. What has happened since is told by trades and retirement items, and by the clock.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial

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
    told_in,
)
from emulator.providers.thallo.backend import Thallo
from emulator.providers.thallo.memory import REGISTRY, TONNE_GRAMS, Memory, RetirementRequest, Trade


def entries(backend: Thallo, opening: Memory) -> Iterator[Entry]:
    """What the fixture gave, was bought since, was asked to be retired, and has been."""
    yield from _brought_forward(opening)
    for tenant_id, vintage_id, trade in _purchases(backend, opening):
        bought = moved(GRAM, trade.quantity_grams, f"market/{vintage_id}", f"wallet/{vintage_id}/{tenant_id}")
        charged = moved(CENT, _charge(trade), OUTSIDE + tenant_id, f"charged/{tenant_id}")
        yield Entry(trade.executed_at, "thallo", trade.id, "credits bought", (*bought, *charged))
    for request in backend.memory.retirement_requests.values():
        yield from _asked(request, opening)
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
    """Everything bought since the opening, with its tenant and vintage."""
    for tenant_id, wallets in backend.memory.wallets.items():
        for vintage_id, wallet in wallets.items():
            given = opening.wallets.get(tenant_id, {}).get(vintage_id)
            known = {trade.id for trade in given.trades} if given else set()
            for trade in wallet.trades:
                if trade.type == "BUY" and trade.id not in known:
                    yield tenant_id, vintage_id, trade


def _charge(trade: Trade) -> Decimal:
    """In cents; the price is that of a tonne. Raises ArithmeticError."""
    return EXACT.scaleb(Decimal(trade.quantity_grams * trade.price_cents), -6)


def _queue(request: RetirementRequest) -> str:
    return f"retiring/{request.vintage_id}/{request.tenant_id}"


def _asked(request: RetirementRequest, opening: Memory) -> Iterator[Entry]:
    """The calls since the opening. What is carried over from an earlier request was asked for there."""
    given = opening.retirement_requests.get(request.id)
    for item in request.items[len(given.items) if given else 0 :]:
        wallet = f"wallet/{request.vintage_id}/{request.tenant_id}"
        queued = moved(GRAM, item.quantity_grams, wallet, _queue(request))
        yield Entry(item.created_at, "thallo", item.id, "retirement asked for", queued)


def _retired(request: RetirementRequest, backend: Thallo) -> Iterator[Entry]:
    """What the registry has retired by now: whole tonnes."""
    now = backend.clock.now
    invoice_ids = dict.fromkeys(item.invoice_id for item in request.items if item.invoice_id is not None)
    invoices = [backend.memory.invoices[invoice_id] for invoice_id in invoice_ids]
    if request.status(now, invoices) == "COMPLETE":
        retired = f"retired/{request.vintage_id}/{request.tenant_id}"
        gone = moved(GRAM, request.quantity_grams(now), _queue(request), retired)
        yield Entry(request.starts_at(invoices) + REGISTRY, "thallo", request.id, "credits retired", gone)


# --- what must hold ---------------------------------------------------------------------------------------------------


def _conserved(kept: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """The grams of each vintage at the opening, and those that there are now."""
    return agree(_grams(opening), _grams(backend.memory))


def _grams(memory: Memory) -> Counter[str]:
    """The grams of each vintage on the market, in wallets, and asked to be retired."""
    grams = Counter[str]()
    for order in memory.sell_orders.values():
        grams[order.vintage_id] += order.quantity_grams
    for wallets in memory.wallets.values():
        for vintage_id, wallet in wallets.items():
            grams[vintage_id] += wallet.quantity_grams
    for request in memory.retirement_requests.values():
        grams[request.vintage_id] += sum(item.quantity_grams for item in request.items)
    return grams


def _wallets(kept: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """What the books say is in each wallet, and what is in it."""
    booked = {account: grams for (_, account, _), grams in balances(kept).items() if account.startswith("wallet/")}
    held = {
        f"wallet/{vintage_id}/{tenant_id}": wallet.quantity_grams
        for tenant_id, wallets in backend.memory.wallets.items()
        for vintage_id, wallet in wallets.items()
    }
    return agree(booked, held)


def _prices(kept: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """The grams that were sold of each vintage at each price, and those that were bought."""
    sold, bought = Counter[str](), Counter[str]()
    for order in opening.sell_orders.values():
        sold[f"{order.vintage_id} at {order.price_cents} cents"] += order.quantity_grams
    for order in backend.memory.sell_orders.values():
        sold[f"{order.vintage_id} at {order.price_cents} cents"] -= order.quantity_grams
    for _, vintage_id, trade in _purchases(backend, opening):
        bought[f"{vintage_id} at {trade.price_cents} cents"] += trade.quantity_grams
    return agree(sold, bought)


def _charges(kept: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """What the whole tonnes of each purchase cost, and what was charged for it."""
    for _, _, trade in _purchases(backend, opening):
        yield Finding(trade.id, trade.quantity_grams // TONNE_GRAMS * trade.price_cents, _charge(trade))


def _retired_once(kept: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """How often each call of a tenant was taken, and how often each trade was used."""
    requests = backend.memory.retirement_requests.values()
    calls = [(request.tenant_id, item) for request in requests for item in request.items]
    yield from once(f"{tenant_id} {item.external_id}" for tenant_id, item in calls)
    yield from once(item.trade_id for _, item in calls if item.trade_id is not None)


def _carried(kept: Sequence[Entry], backend: Thallo, opening: Memory) -> Iterator[Finding]:
    """What the request before each left over, and what it carries over."""
    left = dict[str, int]()
    for request in backend.memory.retirement_requests.values():
        if request.whole:
            yield Finding(request.id, 0, request.carried_grams)
        else:
            given = opening.retirement_requests.get(request.id)
            at_first = given.carried_grams if given else 0
            yield Finding(request.id, left.get(_queue(request), at_first), request.carried_grams)
            left[_queue(request)] = request.remainder_grams


BOOKS = Books(
    entries,
    (
        Check(
            "thallo.conserved",
            "The grams of a vintage on the market, in wallets and asked to be retired are those of the fixture.",
            _conserved,
        ),
        Check("thallo.wallets", "A wallet holds what its tenant bought and did not ask to be retired.", _wallets),
        Check(
            "thallo.prices", "What was bought of a vintage at a price is what was sold of it at that price.", _prices
        ),
        Check(
            "thallo.charge", "A purchase is of whole tonnes, so tonnes times price is the charge to the cent.", _charges
        ),
        Check(
            "thallo.retired-once",
            "A call is taken once, and a trade is used by one call: nothing is retired twice.",
            _retired_once,
        ),
        Check("thallo.carried", "A request carries over what the one before it left over, and no gram else.", _carried),
        Check("thallo.units", "Grams told in tonnes come back as the same grams.", partial(told_in, "g")),
    ),
)
