"""CNaught's books: kilograms ordered, retired and canceled, and what was charged and credited for them.

An order makes its buyer the owner of a share of a portfolio, until fulfillment retires that from the portfolio's
projects. A canceled order, retired or not, no longer counts for the buyer, and its price is credited
(docs.cnaught.com, Cancel).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from emulator.core.ledger import (
    CENT,
    GRAM,
    OUTSIDE,
    Books,
    Check,
    Entry,
    Finding,
    Posting,
    agree,
    balances,
    in_grams,
    measured,
    moved,
    once,
)
from emulator.core.struct import replace
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.backend.amounts import EXACT, price
from emulator.providers.cnaught.backend.drafts import Buyer, Period
from emulator.providers.cnaught.memory.fixture import Memory
from emulator.providers.cnaught.memory.records import Order, Session


def entries(backend: CNaught, opening: Memory) -> Iterator[Entry]:
    """Yield the entries of all orders, those of the fixture included."""
    for order in backend.memory.orders.values():
        buyer, grams = _buyer(order), in_grams(order.amount_kg, "kg")
        owned = f"owned/{order.portfolio_id}/{buyer}"
        bought = moved(GRAM, grams, OUTSIDE + order.portfolio_id, owned)
        charged = moved(CENT, order.price_usd_cents, OUTSIDE + buyer, f"charged/{buyer}")
        yield Entry(order.created_on, "cnaught", order.id, "order placed", (*bought, *charged))

        held, retired = (Posting(owned, GRAM, grams),), tuple(_retired(backend, order))
        if retired:
            assert order.fulfils_on is not None
            yield Entry(order.fulfils_on, "cnaught", order.id, "order fulfilled", (*_negative(held), *retired))
        if order.cancelled_on is not None:
            given_up = Posting(f"cancelled/{order.portfolio_id}/{buyer}", GRAM, grams)
            credited = moved(CENT, order.price_usd_cents, f"charged/{buyer}", f"credited/{buyer}")
            going = (*_negative(retired or held), given_up, *credited)
            yield Entry(order.cancelled_on, "cnaught", order.id, "order canceled", going)


def _buyer(order: Order) -> str:
    return f"{order.account_id}/{order.subaccount_id}" if order.subaccount_id else order.account_id


def _retired(backend: CNaught, order: Order) -> Iterator[Posting]:
    """Yield what an order has retired of each project, whether it was canceled later or not."""
    if order.fulfils_on and order.cancelled_on and order.cancelled_on < order.fulfils_on:
        return
    kept = replace(order, cancelled_on=None) if order.cancelled_on else order
    state = kept.state(backend.clock.now)
    for (_, project), amount_kg in backend.orders.allocations(order, state).items():
        yield Posting(f"retired/{project}/{_buyer(order)}", GRAM, in_grams(amount_kg, "kg"))


def _negative(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    return tuple(Posting(posting.account, posting.unit, posting.amount.copy_negate()) for posting in postings)


# --- checks -----------------------------------------------------------------------------------------------------------


def _charges(entries: Sequence[Entry], backend: CNaught, opening: Memory) -> Iterator[Finding]:
    """Yield what each order should cost, and what was charged for it."""
    for order in backend.memory.orders.values():
        expected = _given_price(order, opening.orders.get(order.id))
        if expected is None and order.checkout_session_id is not None:
            expected = backend.memory.sessions[order.checkout_session_id].price_usd_cents
        if expected is None:
            expected = price(order.amount_kg, backend.catalogue.portfolios[order.portfolio_id], "api")
        yield Finding(order.id, expected, order.price_usd_cents)


def _checkouts(entries: Sequence[Entry], backend: CNaught, opening: Memory) -> Iterator[Finding]:
    """Yield what each checkout session should cost, and what it costs."""
    for session in backend.memory.sessions.values():
        expected = _given_price(session, opening.sessions.get(session.id))
        if expected is None:
            portfolio = backend.catalogue.portfolios[session.portfolio_id]
            expected = price(measured(session.amount_kg), portfolio, "checkout")
        yield Finding(session.id, expected, session.price_usd_cents)


def _given_price(now: Order | Session, given: Order | Session | None) -> int | None:
    """Return the price in the fixture, if the record is from there: the documents' samples follow no price list."""
    return given.price_usd_cents if given and given.amount_kg == now.amount_kg else None


def _retired_once(entries: Sequence[Entry], backend: CNaught, opening: Memory) -> Iterator[Finding]:
    """Yield how many orders have each id, and how many each checkout session has."""
    orders = backend.memory.orders.values()
    yield from once(order.id for order in orders)
    yield from once(order.checkout_session_id for order in orders if order.checkout_session_id is not None)


def _impact(entries: Sequence[Entry], backend: CNaught, opening: Memory) -> Iterator[Finding]:
    """Yield the grams of each project that an account has retired by the books, and by its impact data."""
    booked, shown = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for (_, account, _), grams in balances(entries).items():
        what, project, *buyer = account.split("/")
        if what == "retired":
            name = f"{buyer[0]} {project}"
            booked[name] = EXACT.add(booked[name], grams)
    for holder in backend.catalogue.accounts:
        for projects in backend.orders.impact(Buyer(holder), Period()).retired.by_category.values():
            for project, amount_kg in projects.items():
                name = f"{holder.id} {project}"
                shown[name] = EXACT.add(shown[name], in_grams(amount_kg, "kg"))
    return agree(booked, shown)


BOOKS = Books(
    entries,
    {
        "outside": (GRAM, CENT),
        "owned": (GRAM,),
        "retired": (GRAM,),
        "cancelled": (GRAM,),
        "charged": (CENT,),
        "credited": (CENT,),
    },
    (
        Check(
            "cnaught.charge",
            "The charge of an order is its kilograms times its portfolio's API price, to the nearest cent; if it was "
            "paid at the checkout it is the price there, and if it is from the fixture the price given there.",
            _charges,
        ),
        Check(
            "cnaught.checkout",
            "The price of a checkout is its kilograms times the portfolio's checkout price, rounded up to whole cents; "
            "for one of the fixture it is the price given there.",
            _checkouts,
        ),
        Check(
            "cnaught.retired-once",
            "Each order exists once, and a checkout pays for one order: nothing is retired twice.",
            _retired_once,
        ),
        Check(
            "cnaught.impact",
            "The impact data of an account shows of each project what the books say was retired.",
            _impact,
        ),
    ),
)
