"""What CNaught sells, as an account sees it: projects, categories and portfolios, and their prices."""

from dataclasses import dataclass
from decimal import Decimal

from emulator.providers.cnaught import errors
from emulator.providers.cnaught.amounts import price
from emulator.providers.cnaught.drafts import Buyer
from emulator.providers.cnaught.memory import Account, Catalogue, Category, Portfolio, Project, Source


@dataclass(frozen=True, slots=True)
class Quote:
    amount_kg: Decimal
    price_usd_cents: int


class Offer:
    """The catalogue, which is the same in every space."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def project(self, project_id: str) -> Project:
        """A project, whoever asks. Raises NotFound."""
        if project_id not in self.catalogue.projects:
            raise errors.NotFound("project", "cnaught.catalogue.unknown-id")
        return self.catalogue.projects[project_id]

    def category(self, category_id: str) -> Category:
        """A category, whoever asks. Raises NotFound."""
        if category_id not in self.catalogue.categories:
            raise errors.NotFound("project category", "cnaught.catalogue.unknown-id")
        return self.catalogue.categories[category_id]

    def portfolios(self, account: Account) -> list[Portfolio]:
        """The portfolios that this account may use."""
        return [self.catalogue.portfolios[name] for name in account.portfolios]

    def portfolio(self, account: Account, portfolio_id: str) -> Portfolio:
        """A portfolio that this account may use. Raises NotFound."""
        if portfolio_id not in account.portfolios:
            raise errors.NotFound("portfolio", "cnaught.catalogue.portfolios-apart")
        return self.catalogue.portfolios[portfolio_id]

    def chosen(self, buyer: Buyer, portfolio_id: str | None) -> Portfolio | None:
        """The portfolio of this id, or else the buyer's default; None when the account may not use it."""
        inherited = buyer.subaccount.default_portfolio_id if buyer.subaccount else None
        chosen = portfolio_id if portfolio_id is not None else inherited or buyer.account.default_portfolio_id
        return self.catalogue.portfolios[chosen] if chosen in buyer.account.portfolios else None

    def quote(self, buyer: Buyer, amount_kg: Decimal, portfolio_id: str | None, source: Source) -> Quote:
        """The price of a mass. Raises InvalidParameters for a portfolio that is not this account's."""
        portfolio = self.chosen(buyer, portfolio_id)
        if portfolio is None:
            raise errors.InvalidParameters({"portfolio_id": ["is not available"]}, "cnaught.quotes.refusals")
        return Quote(amount_kg, price(amount_kg, portfolio, source))
