"""CNaught's books: kilograms ordered, retired and cancelled, and what was charged and credited for them.

What is ordered belongs to the buyer as a share of a portfolio, until it is retired from the portfolio's projects. What
is cancelled, retired or not, no longer counts for the buyer, and its price is credited (docs.cnaught.com, Cancel).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

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
    told_in,
)
from emulator.providers.cnaught.amounts import price
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.drafts import Buyer
from emulator.providers.cnaught.memory import Memory, Order, Session


def entries(backend: CNaught, opening: Memory) -> Iterator[Entry]:
    """What the orders tell, the fixture's too."""
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
            yield Entry(order.cancelled_on, "cnaught", order.id, "order cancelled", going)


def _buyer(order: Order) -> str:
    return f"{order.account_id}/{order.subaccount_id}" if order.subaccount_id else order.account_id


def _retired(backend: CNaught, order: Order) -> Iterator[Posting]:
    """What an order has retired of each project, whether it was cancelled later or not."""
    if order.fulfils_on and order.cancelled_on and order.cancelled_on < order.fulfils_on:
        return
    state = replace(order, cancelled_on=None).state(backend.clock.now)
    for (_, project), amount_kg in backend.orders.allocations(order, state).items():
        yield Posting(f"retired/{project}/{_buyer(order)}", GRAM, in_grams(amount_kg, "kg"))


def _negative(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    return tuple(Posting(posting.account, posting.unit, posting.amount.copy_negate()) for posting in postings)


# --- what must hold ---------------------------------------------------------------------------------------------------


def _charges(kept: Sequence[Entry], backend: CNaught, opening: Memory) -> Iterator[Finding]:
    """What each order should cost, and what was charged for it."""
    for order in backend.memory.orders.values():
        expected = _as_given(order, opening.orders.get(order.id))
        if expected is None and order.checkout_session_id is not None:
            expected = backend.memory.sessions[order.checkout_session_id].price_usd_cents
        if expected is None:
            expected = price(order.amount_kg, backend.catalogue.portfolios[order.portfolio_id], "api")
        yield Finding(order.id, expected, order.price_usd_cents)


def _checkouts(kept: Sequence[Entry], backend: CNaught, opening: Memory) -> Iterator[Finding]:
    """What each checkout session should ask for, and what it asks for."""
    for session in backend.memory.sessions.values():
        expected = _as_given(session, opening.sessions.get(session.id))
        if expected is None:
            portfolio = backend.catalogue.portfolios[session.portfolio_id]
            expected = price(measured(session.amount_kg), portfolio, "checkout")
        yield Finding(session.id, expected, session.price_usd_cents)


def _as_given(now: Order | Session, given: Order | Session | None) -> int | None:
    """The price that the fixture gives: the documents' samples follow no price list. None for what it does not give."""
    return given.price_usd_cents if given and given.amount_kg == now.amount_kg else None


def _retired_once(kept: Sequence[Entry], backend: CNaught, opening: Memory) -> Iterator[Finding]:
    """How many orders there are of each id, and for each checkout session."""
    orders = backend.memory.orders.values()
    yield from once(order.id for order in orders)
    yield from once(order.checkout_session_id for order in orders if order.checkout_session_id is not None)


def _impact(kept: Sequence[Entry], backend: CNaught, opening: Memory) -> Iterator[Finding]:
    """The grams of each project that the books say an account has retired, and those that its impact data tells."""
    booked, told = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for (_, account, _), grams in balances(kept).items():
        what, project, *buyer = account.split("/")
        if what == "retired":
            booked[f"{buyer[0]} {project}"] += grams
    for known in backend.catalogue.accounts:
        for projects in backend.orders.impact(Buyer(known), None, None).by_category.values():
            for project, amount_kg in projects.items():
                told[f"{known.id} {project}"] += in_grams(amount_kg, "kg")
    return agree(booked, told)


BOOKS = Books(
    entries,
    (
        Check(
            "cnaught.charge",
            "The charge of an order is its kilograms times its portfolio's price for the API, to the nearest cent; for "
            "one that was paid at the checkout what was asked there; for one of the fixture what the fixture says.",
            _charges,
        ),
        Check(
            "cnaught.checkout",
            "A checkout asks for its kilograms times the portfolio's price for checkouts, rounded up to whole cents; "
            "one of the fixture for what the fixture says.",
            _checkouts,
        ),
        Check(
            "cnaught.retired-once",
            "An order is there once, and a checkout pays for one: nothing is retired twice.",
            _retired_once,
        ),
        Check(
            "cnaught.impact",
            "The impact data of an account tells of each project what the books say was retired of it.",
            _impact,
        ),
        Check(
            "cnaught.units", "Grams told in kilograms or tonnes come back as the same grams.", partial(told_in, "kg")
        ),
    ),
)
