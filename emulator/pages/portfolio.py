"""What several pages of CNaught show: who holds an order, and of what a portfolio consists."""

from decimal import Decimal

from emulator.pages.charts import shares_bar
from emulator.pages.formats import number
from emulator.pages.html import Element, h
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.memory.records import Order, Session


def holder(cnaught: CNaught, purchase: Order | Session) -> str:
    """Return the name of the account or subaccount that a purchase is for."""
    if purchase.subaccount_id is not None:
        memory = cnaught.memory
        found = memory.subaccounts.get(purchase.subaccount_id) or memory.deleted_subaccounts[purchase.subaccount_id]
        return found.name
    return next(account.name for account in cnaught.catalogue.accounts if account.id == purchase.account_id)


def mix(cnaught: CNaught, portfolio_id: str) -> Element:
    """Return a portfolio's name, and its categories as a bar with a legend."""
    portfolio = cnaught.catalogue.portfolios[portfolio_id]
    shares = [(cnaught.catalogue.categories[name].name, share) for name, share in portfolio.allocations.items()]
    return h("div", h("h2", f"Portfolio {portfolio.name}"), shares_bar(shares), legend(shares), class_="mix")


def legend(shares: list[tuple[str, Decimal]]) -> Element:
    """Return names with their percentages, each with the color of its part of a bar."""
    rows = [
        h("li", h("span", class_=f"swatch c{index % 6}"), h("span", name), h("span", f"{number(share * 100, 1)}%"))
        for index, (name, share) in enumerate(shares)
    ]
    return h("ul", *rows, class_="legend")
