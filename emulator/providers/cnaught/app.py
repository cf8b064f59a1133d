"""CNaught's route table, its credentials, and its provider."""

from collections.abc import Iterable, Mapping

from emulator.providers.cnaught import HOSTS, VERSION, wording
from emulator.providers.cnaught.backend import CNaught
from emulator.providers.cnaught.books import BOOKS
from emulator.providers.cnaught.endpoints import catalogue, checkout, impact, orders, quotes, subaccounts
from emulator.providers.cnaught.memory.catalogue import Catalogue
from emulator.providers.cnaught.memory.fixture import Fixture
from emulator.providers.cnaught.memory.migrations import MIGRATIONS
from emulator.providers.cnaught.wire import acts, webhooks
from emulator.web.provider import Provider
from emulator.web.provider_app import ProviderApp
from emulator.web.route import Route

ROUTES = [
    Route("/v1/orders", orders.list_orders, methods=["GET"]),
    Route("/v1/orders", orders.place_order, methods=["POST"]),
    Route("/v1/orders/ride", orders.place_ride_order, methods=["POST"]),
    Route("/v1/orders/checkout-session", checkout.create_order_checkout_session, methods=["POST"]),
    Route("/v1/orders/checkout-session/{id}", checkout.get_order_checkout_session, methods=["GET"]),
    Route("/v1/orders/{id}", orders.get_order, methods=["GET"]),
    Route("/v1/orders/{id}/cancel", orders.cancel_order, methods=["POST"]),
    Route("/v1/quotes", quotes.get_quote, methods=["POST"]),
    Route("/v1/quotes/ride", quotes.get_ride_quote, methods=["POST"]),
    Route("/v1/quotes/ground-transport", quotes.get_ground_transport_quote, methods=["POST"]),
    Route("/v1/quotes/flight", quotes.get_flight_quote, methods=["POST"]),
    Route("/v1/quotes/train", quotes.get_train_quote, methods=["POST"]),
    Route("/v1/quotes/air-freight", quotes.get_air_freight_quote, methods=["POST"]),
    Route("/v1/quotes/ground-freight", quotes.get_ground_freight_quote, methods=["POST"]),
    Route("/v1/quotes/office-space", quotes.get_office_space_quote, methods=["POST"]),
    Route("/v1/impact/data", impact.get_impact_data, methods=["GET"]),
    Route("/v1/impact/hosted-page-config", impact.get_hosted_page_config, methods=["GET"]),
    Route("/v1/subaccounts", subaccounts.list_subaccounts, methods=["GET"]),
    Route("/v1/subaccounts", subaccounts.create_subaccount, methods=["POST"]),
    Route("/v1/subaccounts/{id}", subaccounts.get_subaccount, methods=["GET"]),
    Route("/v1/subaccounts/{id}", subaccounts.update_subaccount, methods=["PUT"]),
    Route("/v1/subaccounts/{id}", subaccounts.delete_subaccount, methods=["DELETE"]),
    Route("/v1/subaccounts/{id}/logo", subaccounts.set_subaccount_logo_from_url, methods=["POST"]),
    Route("/v1/subaccounts/{id}/logo", subaccounts.set_subaccount_logo, methods=["PUT"]),
    Route("/v1/subaccounts/{id}/logo", subaccounts.delete_subaccount_logo, methods=["DELETE"]),
    Route("/v1/checkout/sessions", checkout.create_checkout_session, methods=["POST"]),
    Route("/v1/checkout/sessions/{id}", checkout.get_checkout_session, methods=["GET"]),
    Route("/v1/projects/{id}", catalogue.get_project, methods=["GET"]),
    Route("/v1/project-categories/{id}", catalogue.get_project_category, methods=["GET"]),
    Route("/v1/portfolios", catalogue.list_portfolios, methods=["GET"]),
    Route("/v1/portfolios/{id}", catalogue.get_portfolio, methods=["GET"]),
]


def credentials(known: Catalogue) -> dict[str, str]:
    """Return the credentials of the first account."""
    return {"api_key": known.accounts[0].api_key}


def accounts(known: Catalogue) -> Iterable[Mapping[str, str]]:
    """Return the API key of each account."""
    return ({"api_key": account.api_key} for account in known.accounts)


PROVIDER = Provider(
    name="cnaught",
    title="CNaught",
    hosts=HOSTS,
    version=VERSION,
    migrations=MIGRATIONS,
    app=ProviderApp(ROUTES, wording.render, wording.schema_refusal, wording.http_refusal),
    fixture=Fixture,
    backend=CNaught,
    books=BOOKS,
    credentials=credentials,
    accounts=accounts,
    render=wording.render,
    http_refusal=wording.http_refusal,
    webhooks=webhooks.WEBHOOKS,
    acts=acts.ACTS,
)
