"""CNaught's hosted impact page of an account or a subaccount."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.pages import portfolio
from emulator.pages.charts import columns, shares_bar
from emulator.pages.formats import MONTHS, day, mass, mass_text, number
from emulator.pages.html import Element, h
from emulator.pages.page import Visit, document
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.backend.amounts import exact_sum, nearest_counts
from emulator.providers.cnaught.backend.drafts import Buyer, Period
from emulator.providers.cnaught.backend.impact import Retired, owner, owners
from emulator.providers.cnaught.memory.catalogue import Equivalent
from emulator.providers.cnaught.wire.outgoing import KG_PER_EQUIVALENT

EQUIVALENTS: Mapping[Equivalent, tuple[str, str]] = {
    "cars": ("cars_off_the_road", "cars off the road for a year"),
    "homes": ("homes_annual_energy_usage", "homes’ energy for a year"),
    "flights": ("flights_lax_to_nyc", "flights from Los Angeles to New York"),
    "trees": ("trees_planted", "tree seedlings grown for ten years"),
}
MONTHS_SHOWN = 12


def show_impact(visit: Visit) -> Response:
    cnaught: CNaught = visit.backend("cnaught")
    buyer = _buyer(cnaught, visit.params)
    if not buyer.account.impact_page.enabled:
        raise HTTPException(404, "This account has no impact page.")
    since, retired = cnaught.orders.impact(buyer, Period())
    name = (buyer.subaccount or buyer.account).name
    amount, unit = mass(retired.total_kg)
    hero = h(
        "section",
        h("p", "Climate impact", class_="eyebrow"),
        h("h1", name),
        h("p", h("span", amount, class_="figure"), h("span", f"{unit} of CO₂e offset", class_="unit"), class_="amount"),
        h("p", f"since {day(since)}", class_="hint"),
        class_="hero",
    )
    parts = (_equivalents(buyer, retired), _by_month(cnaught, buyer), _categories(cnaught, retired))
    return document(visit, f"Impact of {name}", "CNaught", hero, *parts)


def _buyer(cnaught: CNaught, params: Mapping[str, str]) -> Buyer:
    """Return the account or subaccount that the path names. Raises HTTPException."""
    account = next((each for each in cnaught.catalogue.accounts if each.id == params["account"]), None)
    if account is None:
        raise HTTPException(404, "There is no such account.")
    if "subaccount" not in params:
        return Buyer(account)
    subaccount = cnaught.memory.subaccounts.get(params["subaccount"])
    if subaccount is None or subaccount.account_id != account.id:
        raise HTTPException(404, "There is no such subaccount.")
    return Buyer(account, subaccount)


def _equivalents(buyer: Buyer, retired: Retired) -> Element | None:
    shown = [EQUIVALENTS[name] for name in buyer.account.impact_page.enabled_equivalents]
    counts = nearest_counts(retired.total_kg, KG_PER_EQUIVALENT)
    cards = [h("li", h("span", number(counts[key]), class_="figure"), h("span", text)) for key, text in shown]
    return h("section", h("h2", "That is as much as"), h("ul", *cards, class_="tiles")) if cards else None


def _by_month(cnaught: CNaught, buyer: Buyer) -> Element | None:
    months = _months(cnaught.clock.now)
    sums = dict.fromkeys(months, Decimal(0))
    for order in cnaught.memory.orders.values():
        month = (order.created_on.year, order.created_on.month)
        if month in sums and owner(buyer) in owners(order) and order.state(cnaught.clock.now) == "fulfilled":
            sums[month] += order.amount_kg
    if not any(sums.values()):
        return None
    values = [
        (MONTHS[month - 1][:3], f"{MONTHS[month - 1]} {year}: {mass_text(sums[year, month])}", sums[year, month])
        for year, month in months
    ]
    return h("section", h("h2", "Ordered by month"), columns(values), class_="card")


def _months(now: datetime) -> list[tuple[int, int]]:
    """Return the last twelve months, oldest first."""
    last = now.year * 12 + now.month - 1
    return [(n // 12, n % 12 + 1) for n in range(last - MONTHS_SHOWN + 1, last + 1)]


def _categories(cnaught: CNaught, retired: Retired) -> Element | None:
    if not retired.by_category:
        return None
    catalogue = cnaught.catalogue
    sums = {name: exact_sum(by_project.values()) for name, by_project in retired.by_category.items()}
    shares = [(catalogue.categories[name].name, kg / retired.total_kg) for name, kg in sums.items()]
    projects = [
        _project(catalogue.projects[name].name, catalogue.projects[name].location_name, kg)
        for by_project in retired.by_category.values()
        for name, kg in by_project.items()
    ]
    listed = h("ul", *projects, class_="projects")
    return h(
        "section", h("h2", "Where it comes from"), shares_bar(shares), portfolio.legend(shares), listed, class_="card"
    )


def _project(name: str, place: str | None, kilograms: Decimal) -> Element:
    return h("li", h("span", h("strong", name), h("small", place) if place else None), h("span", mass_text(kilograms)))
