"""The objects that go out (docs.cnaught.com). Every field is there, null where it has no value."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from emulator.core.clock import micros
from emulator.providers.cnaught.backend.impact import Impact
from emulator.providers.cnaught.backend.offer import Quote
from emulator.providers.cnaught.backend.sums import Amounts
from emulator.providers.cnaught.drafts import Buyer
from emulator.providers.cnaught.memory import (
    Account,
    Catalogue,
    Category,
    ImpactPage,
    Order,
    Portfolio,
    Project,
    Session,
    SessionState,
    State,
    Subaccount,
)
from emulator.providers.cnaught.wire.incoming import Period

KG_PER_EQUIVALENT = {
    "cars_off_the_road": Decimal(4600),
    "trees_planted": Decimal(60),
    "homes_annual_energy_usage": Decimal(7940),
    "homes_annual_energy usages": Decimal(7940),  # so the documents print it; the SDK reads the one above
    "flights_lax_to_nyc": Decimal(378),
}
"""Kilograms for one of each: US EPA equivalencies, and 3,974 km at 95 g a passenger-kilometre."""


def order(order: Order, state: State, allocations: Amounts, catalogue: Catalogue) -> dict[str, object]:
    """An order as it stands. Every field is there, null where it has no value; only rides have a distance."""
    page, pdf = _certificates(order.id) if state != "cancelled" else (None, None)
    ride = {} if order.distance_km is None else {"distance_km": _json(order.distance_km)}
    return {
        "id": order.id,
        "order_number": order.number,
        "created_on": micros(order.created_on),
        "amount_kg": _json(order.amount_kg),
        "price_usd_cents": order.price_usd_cents,
        "state": state,
        "type": "ride" if ride else "generic",
        **ride,
        "metadata": order.metadata,
        "description": order.description,
        "callback_url": order.callback_url,
        "certificate_public_url": page,
        "certificate_download_public_url": pdf,
        "subaccount_id": order.subaccount_id,
        "project_allocations": list(_allocations(order, allocations, catalogue)),
        "checkout_session_id": order.checkout_session_id,
    }


def _certificates(order_id: str) -> tuple[str, str]:
    """Where a certificate is shown, and where it is downloaded."""
    registry = "https://registry.cnaught.com"
    return f"{registry}/orders/{order_id}", f"{registry}/api/certificates/{order_id}/pdf"


def _allocations(order: Order, allocations: Amounts, catalogue: Catalogue) -> Iterable[dict[str, object]]:
    """The retirements; the form of their serial numbers is a guess."""
    for n, ((_, name), amount_kg) in enumerate(allocations.items(), start=1):
        yield {
            "project": project(catalogue.projects[name]),
            "amount_kg": _json(amount_kg),
            "retirements": [{"serial_number_range": f"SANDBOX-{order.id}-{n}", "url": None}],
        }


def quote(quote: Quote) -> dict[str, object]:
    return {"amount_kg": _json(quote.amount_kg), "price_usd_cents": quote.price_usd_cents}


def project(project: Project) -> dict[str, object]:
    return {
        "id": project.id,
        "name": project.name,
        "type": project.type,
        "developer": project.developer,
        "registry_name": project.registry_name,
        "registry_id": project.registry_id,
        "registry_url": project.registry_url,
        "summary": project.summary,
        "description": project.description,
        "location_name": project.location_name,
        "location_latitude": _json(project.location_latitude),
        "location_longitude": _json(project.location_longitude),
        "primary_image_url": project.primary_image_url,
        "un_sdg_goals": project.un_sdg_goals,
    }


def project_details(source: Project) -> dict[str, object]:
    """A project with what is told of it alone. No project of the catalogue has buyers, a figure or news."""
    return {
        **project(source),
        "credit_issuances": source.credit_issuances,
        "activity_types": source.activity_types,
        "methodology": source.methodology,
        "verifier": source.verifier,
        "permanence": source.permanence,
        "lifetime": source.lifetime,
        "impact_type": source.impact_type,
        "due_diligence": source.due_diligence,
        "beyond_carbon": source.beyond_carbon,
        "risk_of_reversal": source.risk_of_reversal,
        "third_party_labels": source.third_party_labels,
        "notable_buyers": [],
        "due_diligence_figure": None,
        "news_articles": [],
    }


def category(category: Category, catalogue: Catalogue) -> dict[str, object]:
    """A category with its projects."""
    return {**_category(category), "projects": [project(catalogue.projects[name]) for name in category.projects]}


def portfolio(portfolio: Portfolio) -> dict[str, object]:
    return {
        "id": portfolio.id,
        "name": portfolio.name,
        "summary": portfolio.summary,
        "description": portfolio.description,
        "primary_image_url": portfolio.primary_image_url,
    }


def portfolio_details(source: Portfolio, catalogue: Catalogue) -> dict[str, object]:
    """A portfolio with its prices and what it is made of."""
    return {
        **portfolio(source),
        "api_price_per_kg_usd_cents": _json(source.api_price_per_kg_usd_cents),
        "checkout_price_per_kg_usd_cents": _json(source.checkout_price_per_kg_usd_cents),
        "category_allocations": [
            {"allocated_fraction": _json(fraction), "category": category(catalogue.categories[name], catalogue)}
            for name, fraction in source.allocations.items()
        ],
    }


def impact(buyer: Buyer, period: Period, impact: Impact, catalogue: Catalogue) -> dict[str, object]:
    """Totals; without a period they begin on the day on which the account or subaccount did."""
    who: Account | Subaccount = buyer.subaccount or buyer.account
    began = who.created_on if isinstance(who, Subaccount) else who.since
    return {
        "name": who.name,
        "logo_url": who.logo_url,
        "total_offset_kgs": _json(impact.total_kg),
        "equivalents": {
            name: int((impact.total_kg / kg).to_integral_value(ROUND_HALF_UP)) for name, kg in KG_PER_EQUIVALENT.items()
        },
        "since_date": micros(period.since or began),
        "to_date": micros(period.until) if period.until else None,
        "categories": [
            {
                "category": _category(catalogue.categories[name]),
                "offset_kgs": _json(sum(retired.values(), Decimal(0))),
                "projects": [
                    {
                        "project": project(catalogue.projects[name]),
                        "offset_kgs": _json(amount_kg),
                        "vintages": catalogue.projects[name].vintages,
                    }
                    for name, amount_kg in retired.items()
                ],
            }
            for name, retired in impact.by_category.items()
        ],
    }


def _category(category: Category) -> dict[str, object]:
    return {
        "id": category.id,
        "name": category.name,
        "description": category.description,
        "primary_image_url": category.primary_image_url,
    }


def impact_page(page: ImpactPage) -> dict[str, object]:
    return {"enabled": page.enabled, "url": page.url, "enabled_equivalents": page.enabled_equivalents}


def subaccount(subaccount: Subaccount) -> dict[str, object]:
    return {
        "id": subaccount.id,
        "name": subaccount.name,
        "email": subaccount.email,
        "created_on": micros(subaccount.created_on),
        "default_portfolio_id": subaccount.default_portfolio_id,
        "logo_url": subaccount.logo_url,
    }


def session(session: Session, state: SessionState) -> dict[str, object]:
    """A checkout session; SDK 2.8.0 reads ``status`` where the documents say ``state``."""
    return {
        "id": session.id,
        "amount_kg": _json(session.amount_kg),
        "price_usd_cents": session.price_usd_cents,
        "checkout_url": f"https://checkout.cnaught.com/pay/{session.id}",
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


def _json(number: Decimal | None) -> int | float | None:
    """A decimal as JSON prints it: 100, not 100.0."""
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
