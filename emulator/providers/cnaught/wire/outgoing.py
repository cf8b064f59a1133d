"""The objects in replies (docs.cnaught.com). Every member is present, null if it has no value.

Members are in the order of the documents' samples; those that no sample has come last.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

import orjson
from msgspec.structs import asdict

from emulator.core.bounded_cache import BoundedCache
from emulator.core.clock import micros
from emulator.core.exact_json import fragment
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.backend.amounts import exact_sum, nearest_counts
from emulator.providers.cnaught.backend.drafts import Buyer, Period
from emulator.providers.cnaught.backend.impact import Impact
from emulator.providers.cnaught.backend.offer import Quote
from emulator.providers.cnaught.memory import catalogue as known
from emulator.providers.cnaught.memory import records
from emulator.providers.cnaught.memory.catalogue import Catalogue
from emulator.providers.cnaught.wire import links

LISTED_ORDERS_MAX = 4096
"""How many orders are kept as JSON, in all spaces; they have about 3 KB each."""

KG_PER_EQUIVALENT = {
    "cars_off_the_road": 4600,
    "trees_planted": 60,
    "homes_annual_energy_usage": 7940,
    "homes_annual_energy usages": 7940,  # printed like this in the documents; the SDK reads the name above
    "flights_lax_to_nyc": 378,
}
"""Kilograms per unit: US EPA equivalencies, and 3,974 km at 95 g per passenger-kilometer."""


# --- orders and quotes ------------------------------------------------------------------------------------------------


def order(cnaught: CNaught, order: records.Order, state: records.State | None = None) -> dict[str, object]:
    """Return an order as it is now, or as it was in an earlier state. Only rides have a distance."""
    state = state or order.state(cnaught.clock.now)
    page, file = links.certificate(cnaught, order.id) if state != "cancelled" else (None, None)
    ride = {} if order.distance_km is None else {"distance_km": _number(order.distance_km)}
    return {
        "id": order.id,
        "order_number": order.number,
        "created_on": micros(order.created_on),
        "metadata": order.metadata,
        "description": order.description,
        "amount_kg": _number(order.amount_kg),
        "state": state,
        "price_usd_cents": order.price_usd_cents,
        "certificate_public_url": page,
        "certificate_download_public_url": file,
        "type": "ride" if ride else "generic",
        **ride,
        "callback_url": order.callback_url,
        "subaccount_id": order.subaccount_id,
        "project_allocations": _allocations(cnaught, order, state),
        "checkout_session_id": order.checkout_session_id,
    }


def orders(cnaught: CNaught, orders: Iterable[records.Order]) -> dict[str, object]:
    """Return a list of orders as they are now."""
    now, pages = cnaught.clock.now, links.own_pages(cnaught)
    return {"data": [_listed(cnaught, order, order.state(now), pages) for order in orders]}


def _listed(cnaught: CNaught, source: records.Order, state: records.State, pages: str | None) -> orjson.Fragment:
    """Return an order as JSON. Only its state and its links change."""
    key = (source, state, pages)
    listed = _listed_orders.get(key)
    return _listed_orders.put(key, fragment(order(cnaught, source, state))) if listed is None else listed


_listed_orders = BoundedCache[tuple[records.Order, records.State, str | None], orjson.Fragment](LISTED_ORDERS_MAX)


def _allocations(cnaught: CNaught, order: records.Order, state: records.State) -> list[dict[str, object]]:
    """Return the retirements of an order."""
    allocations = cnaught.orders.allocations(order, state)
    if not allocations:  # as in every reply to a new order
        return []
    return [
        {
            "project": _project(cnaught.catalogue.projects[project_id]),
            "amount_kg": _number(amount_kg),
            "retirements": [{"serial_number_range": serial_number(order, n), "url": None}],
        }
        for n, ((_, project_id), amount_kg) in enumerate(allocations.items(), start=1)
    ]


def serial_number(order: records.Order, n: int) -> str:
    """Return the serial numbers of an order's n-th allocation; their form is a guess."""
    return f"SANDBOX-{order.id}-{n}"


def quote(quote: Quote) -> dict[str, object]:
    return {"amount_kg": _number(quote.amount_kg), "price_usd_cents": quote.price_usd_cents}


# --- the catalogue ----------------------------------------------------------------------------------------------------


def project(project: known.Project) -> dict[str, object]:
    """Return a project as part of another object. No project of the catalogue has buyers, a figure or news."""
    return {
        "id": project.id,
        "name": project.name,
        "summary": project.summary,
        "description": project.description,
        "developer": project.developer,
        "type": project.type,
        "registry_name": project.registry_name,
        "registry_id": project.registry_id,
        "registry_url": project.registry_url,
        "location_name": project.location_name,
        "location_latitude": _number(project.location_latitude),
        "location_longitude": _number(project.location_longitude),
        "primary_image_url": project.primary_image_url,
        "un_sdg_goals": project.un_sdg_goals,
        "activity_types": project.activity_types,
        "methodology": project.methodology,
        "verifier": project.verifier,
        "permanence": project.permanence,
        "lifetime": asdict(project.lifetime) if project.lifetime else None,
        "impact_type": project.impact_type,
        "due_diligence": project.due_diligence,
        "beyond_carbon": project.beyond_carbon,
        "risk_of_reversal": project.risk_of_reversal,
        "third_party_labels": project.third_party_labels,
        "notable_buyers": [],
        "due_diligence_figure": None,
        "news_articles": [],
    }


@lru_cache(maxsize=1024)
def _project(source: known.Project) -> orjson.Fragment:
    """Return a project as JSON: most replies hold many, and none ever changes."""
    return fragment(project(source))


def project_details(source: known.Project) -> dict[str, object]:
    """Return a project by itself, with its credit issuances."""
    return {**project(source), "credit_issuances": list(map(asdict, source.credit_issuances))}


def category(source: known.Category, catalogue: Catalogue) -> dict[str, object]:
    """Return a category with its projects."""
    return {**_category(source), "projects": [_project(catalogue.projects[name]) for name in source.projects]}


def _category(category: known.Category) -> dict[str, object]:
    return {
        "id": category.id,
        "name": category.name,
        "description": category.description,
        "primary_image_url": category.primary_image_url,
    }


@lru_cache(maxsize=1024)
def _impact_category(category: known.Category) -> orjson.Fragment:
    """Return a category as impact data shows it, as JSON: SDK 3.1.0 declares the description as text."""
    return fragment({**_category(category), "description": category.description or ""})


def portfolio(portfolio: known.Portfolio) -> dict[str, object]:
    """Return a portfolio as it is listed."""
    return {
        "id": portfolio.id,
        "name": portfolio.name,
        "summary": portfolio.summary,
        "description": portfolio.description,
        "primary_image_url": portfolio.primary_image_url,
    }


def portfolio_details(source: known.Portfolio, catalogue: Catalogue) -> dict[str, object]:
    """Return a portfolio by itself, with its prices and allocations."""
    return {
        **portfolio(source),
        "api_price_per_kg_usd_cents": _number(source.api_price_per_kg_usd_cents),
        "checkout_price_per_kg_usd_cents": _number(source.checkout_price_per_kg_usd_cents),
        "category_allocations": [
            {"allocated_fraction": _number(fraction), "category": category(catalogue.categories[name], catalogue)}
            for name, fraction in source.allocations.items()
        ],
    }


# --- impact -----------------------------------------------------------------------------------------------------------


def impact(buyer: Buyer, period: Period, impact: Impact, catalogue: Catalogue) -> dict[str, object]:
    """Return the totals of a period."""
    holder = buyer.subaccount or buyer.account
    return {
        "name": holder.name,
        "logo_url": holder.logo_url,
        "total_offset_kgs": _number(impact.retired.total_kg),
        "equivalents": _equivalents(impact.retired.total_kg),
        "since_date": micros(impact.since),
        "to_date": micros(period.until) if period.until else None,
        "categories": [
            {
                "category": _impact_category(catalogue.categories[name]),
                "offset_kgs": _number(exact_sum(by_project.values())),
                "projects": [
                    {
                        "project": _project(catalogue.projects[name]),
                        "offset_kgs": _number(amount_kg),
                        "vintages": catalogue.projects[name].vintages,
                    }
                    for name, amount_kg in by_project.items()
                ],
            }
            for name, by_project in impact.retired.by_category.items()
        ],
    }


@lru_cache(maxsize=1024)
def _equivalents(total_kg: Decimal) -> orjson.Fragment:
    """Return the equivalents of a total as JSON: clients ask for the same one again."""
    return fragment(nearest_counts(total_kg, KG_PER_EQUIVALENT))


def impact_page(cnaught: CNaught, buyer: Buyer) -> dict[str, object]:
    page = buyer.account.impact_page
    url = links.impact_page(cnaught, buyer)
    return {"enabled": page.enabled, "url": url, "enabled_equivalents": page.enabled_equivalents}


# --- subaccounts and checkout -----------------------------------------------------------------------------------------


def subaccount(subaccount: records.Subaccount) -> dict[str, object]:
    return {
        "id": subaccount.id,
        "name": subaccount.name,
        "email": subaccount.email,
        "default_portfolio_id": subaccount.default_portfolio_id,
        "created_on": micros(subaccount.created_on),
        "logo_url": subaccount.logo_url,
    }


def session(cnaught: CNaught, session: records.Session) -> dict[str, object]:
    """Return a checkout session as it is now; SDK 2.8.0 reads ``status`` where the documents have ``state``."""
    state = session.state(cnaught.clock.now)
    return {
        "id": session.id,
        "amount_kg": _number(session.amount_kg),
        "price_usd_cents": session.price_usd_cents,
        "checkout_url": links.checkout(cnaught, session.id),
        "status": state,
        "state": state,
        "success_url": session.success_url,
        "cancel_url": session.cancel_url,
        "created_on": micros(session.created_on),
        "expires_on": micros(session.expires_on),
        "completed_on": micros(session.completed_on) if session.completed_on else None,
        "portfolio_id": session.portfolio_id,
        "subaccount_id": session.subaccount_id,
        "order_description": session.order_description,
        "order_webhook_url": session.order_webhook_url,
    }


def _number(number: Decimal | None) -> int | float | Decimal | None:
    """Return a decimal as JSON prints it, with all its digits: 100, not 100.0."""
    if number is None:
        return None
    whole = int(number)
    return whole if whole == number else _fraction(str(number))


@lru_cache(maxsize=1024)
def _fraction(text: str) -> float | Decimal:
    """Return a number by its text: 0.10 and 0.1 are equal, but differ in their digits."""
    number, double = Decimal(text), float(text)
    return double if Decimal(repr(double)) == number else number
