"""What CNaught offers to an account: projects, categories, portfolios and quotes."""

from decimal import Decimal

from emulator.core.struct import Struct
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.backend.amounts import price
from emulator.providers.cnaught.backend.drafts import Buyer, QuoteDraft
from emulator.providers.cnaught.memory.catalogue import Account, Catalogue, Category, Portfolio, Project


class Quote(Struct, frozen=True):
    amount_kg: Decimal
    price_usd_cents: int


class Offer:
    """The catalogue, as an account sees it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def project(self, project_id: str) -> Project:
        """Return a project; all accounts see all of them. Raises ProjectNotFound."""
        if project_id not in self.catalogue.projects:
            raise errors.ProjectNotFound
        return self.catalogue.projects[project_id]

    def category(self, category_id: str) -> Category:
        """Return a category; all accounts see all of them. Raises CategoryNotFound."""
        if category_id not in self.catalogue.categories:
            raise errors.CategoryNotFound
        return self.catalogue.categories[category_id]

    def portfolios(self, account: Account) -> list[Portfolio]:
        """Return the portfolios that an account may use."""
        return [self.catalogue.portfolios[name] for name in account.portfolios]

    def portfolio(self, account: Account, portfolio_id: str) -> Portfolio:
        """Return a portfolio that an account may use. Raises PortfolioNotFound."""
        if portfolio_id not in account.portfolios:
            raise errors.PortfolioNotFound
        return self.catalogue.portfolios[portfolio_id]

    def chosen(self, buyer: Buyer, portfolio_id: str | None) -> Portfolio | None:
        """Return the portfolio with this id, or else the buyer's default; None if the account may not use it."""
        inherited = buyer.subaccount.default_portfolio_id if buyer.subaccount else None
        chosen = portfolio_id if portfolio_id is not None else inherited or buyer.account.default_portfolio_id
        return self.catalogue.portfolios[chosen] if chosen in buyer.account.portfolios else None

    def quote(self, buyer: Buyer, draft: QuoteDraft) -> Quote:
        """Price a mass. Raises PortfolioInvalid."""
        portfolio = self.chosen(buyer, draft.portfolio_id)
        if portfolio is None:
            raise errors.PortfolioInvalid("portfolio_id", "cnaught.quotes.refusals")
        return Quote(draft.amount_kg, price(draft.amount_kg, portfolio, draft.source))
