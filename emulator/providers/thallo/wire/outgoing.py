"""The objects in replies (docs.market.thallo.io; official Node SDK 1.3.0 for projects)."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

import orjson

from emulator.core.clock import millis
from emulator.core.exact_json import fragment
from emulator.providers.thallo.backend import Thallo
from emulator.providers.thallo.backend.drafts import InventoryQuery, Page
from emulator.providers.thallo.backend.inventory import Holding
from emulator.providers.thallo.backend.market import Offer, OnSale
from emulator.providers.thallo.backend.projects import Details
from emulator.providers.thallo.backend.retirements import Receipt, Retirement
from emulator.providers.thallo.memory.catalogue import Retiree
from emulator.providers.thallo.memory.fields import TradeType
from emulator.providers.thallo.memory.records import ApiKey, RetirementItem, Trade, Wallet
from emulator.providers.thallo.wire import links


def inventory(holdings: Sequence[Holding], query: InventoryQuery) -> dict[str, object]:
    """Return a page of the inventory."""
    return {
        "projects": [
            {
                "project_id": holding.project_id,
                "vintages": [
                    {"vintage_id": vintage_id, "wallets": [_wallet(wallet, query)]}
                    for vintage_id, wallet in holding.wallets
                ],
            }
            for holding in query.page.of(holdings)
        ],
        "pagination": _pagination(len(holdings), query.page),
    }


def _wallet(wallet: Wallet, query: InventoryQuery) -> dict[str, object]:
    """Return a wallet. So far ``CAAS`` is the only type."""
    return {
        "type": "CAAS",
        "quantity_grams": str(wallet.quantity_grams),
        "trades": [_trade(trade) for trade in islice(_newest_first(wallet, query.trade_type), query.trades_max)],
    }


def _newest_first(wallet: Wallet, trade_type: TradeType | None) -> Iterator[Trade]:
    return (trade for trade in reversed(wallet.trades) if trade_type in (None, trade.type))


def _trade(trade: Trade) -> dict[str, object]:
    return {
        "execution_date": millis(trade.executed_at),
        "quantity_grams": str(trade.quantity_grams),
        "price_cents": str(trade.price_cents),
        "type": trade.type,
    }


def market(sales: Sequence[OnSale], page: Page) -> dict[str, object]:
    """Return a page of the market."""
    return {
        "projects": [_sale(sale) for sale in page.of(sales)],
        "pagination": _pagination(len(sales), page),
    }


@lru_cache(maxsize=1024)
def _sale(sale: OnSale) -> orjson.Fragment:
    """Return what is on sale of a project, as JSON: it is read much more often than it changes."""
    return fragment({"project_id": sale.project_id, "vintages": [_offer(offer) for offer in sale.offers]})


def _offer(offer: Offer) -> dict[str, object]:
    return {
        "vintage_id": offer.vintage_id,
        "vintage_year": offer.year,
        "sell_orders": [
            {
                "sell_order_id": order.id,
                "quantity_grams": str(order.quantity_grams),
                "price_cents": str(order.price_cents),
            }
            for order in offer.orders
        ],
    }


def _pagination(items: int, page: Page) -> dict[str, object]:
    """Return the position of a page. Its neighbors exist: the page before one past the end is the last page."""
    pages = -(-items // page.size)
    return {
        "per_page": page.size,
        "total_pages": pages,
        "total_items": items,
        "current_page": page.number,
        "previous_page": min(page.number - 1, pages) or None,
        "next_page": page.number + 1 if page.number < pages else None,
    }


def projects(projects: Sequence[Details]) -> dict[str, object]:
    """Return projects; their list has no pages."""
    return {"projects": [_project(details) for details in projects]}


def _project(details: Details) -> dict[str, object]:
    project, registry = details.project, details.project.registry
    return {
        "project_id": details.project_id,
        "project_name": project.name,
        "type": project.type,
        "location": project.location,
        **({"registry_project_url": registry.project_url} if registry else {}),
        "sdgs": project.sdgs,
        **({"registry_id": registry.id, "registry_name": registry.name} if registry else {}),
        **({} if project.description is None else {"description": project.description}),
        "vintages": [
            {
                "vintage_id": vintage_id,
                "vintage_year": vintage.year,
                **({} if vintage.registry_url is None else {"registry_vintage_url": vintage.registry_url}),
            }
            for vintage_id, vintage in details.vintages.items()
        ],
    }


def receipt(receipt: Receipt) -> dict[str, object]:
    """Return the reply to an accepted retirement."""
    return {
        "retirement_request_id": receipt.retirement_request_id,
        "external_id_already_processed": receipt.already_processed,
    }


def retirement(thallo: Thallo, retirement: Retirement) -> dict[str, object]:
    """Return a retirement request. Missing values are null, as in the README of the SDK before 1.3.0."""
    request, proof = retirement.request, retirement.proof
    return {
        "id": request.id,
        "status": retirement.status,
        "total_quantity": str(retirement.quantity_grams),
        "type": "WHOLE" if request.whole else "FRACTIONALISED",
        "project_id": retirement.project_id,
        "vintage_id": request.vintage_id,
        "created_at": millis(request.created_at),
        "retired_at": millis(retirement.retired_at) if retirement.retired_at else None,
        "retired_serial_numbers": proof.serial_numbers if proof else None,
        "thallo_proof_of_retirement_certificate_url": links.certificate(thallo, retirement),
        "should_retire_external_customer": any(item.customer for item in request.items),
        "all_invoices_settled": retirement.invoices_settled,
        "retirement_request_items": [_item(item, item.customer or retirement.company) for item in request.items],
    }


def _item(item: RetirementItem, retiree: Retiree) -> dict[str, object]:
    return {
        "id": item.id,
        "quantity": str(item.quantity_grams),
        "created_at": millis(item.created_at),
        "retiree_name": retiree.name,
        "retiree_tax_id": retiree.tax_id,
        "retiree_country": retiree.country,
        "invoice_id": item.invoice_id,
        "trade_id": item.trade_id,
    }


def api_keys(keys: Sequence[ApiKey], is_active: Callable[[str], bool]) -> dict[str, object]:
    """Return a user's keys without their texts."""
    return {
        "api_keys": [
            {"id": key.id, "name": key.name, "created_at": millis(key.created_at), "is_active": is_active(key.id)}
            for key in keys
        ]
    }


def new_api_key(api_key: str) -> dict[str, object]:
    """Return the text of a key: this reply is the only one that contains it."""
    return {"api_key": api_key}
