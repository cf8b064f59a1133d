"""The objects that go out."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from emulator.core.clock import millis
from emulator.providers.thallo.backend import Holding, Receipt, Retirement
from emulator.providers.thallo.market import Offer, OnSale
from emulator.providers.thallo.memory import ApiKey, Retiree, RetirementItem, Trade, TradeType, Wallet
from emulator.providers.thallo.projects import Details
from emulator.providers.thallo.wire.incoming import InventoryQuery, PageQuery


def inventory(holdings: Sequence[Holding], asked: InventoryQuery) -> dict[str, object]:
    """One page of projects, and where it stands."""
    return {
        "projects": [
            {
                "project_id": holding.project_id,
                "vintages": [
                    {"vintage_id": vintage_id, "wallets": [_wallet(wallet, asked)]}
                    for vintage_id, wallet in holding.wallets
                ],
            }
            for holding in asked.cut(holdings)
        ],
        "pagination": _pagination(len(holdings), asked),
    }


def _wallet(wallet: Wallet, asked: InventoryQuery) -> dict[str, object]:
    """``CAAS`` is the only type of wallet there is so far."""
    return {
        "type": "CAAS",
        "quantity_grams": str(wallet.quantity_grams),
        "trades": [_trade(trade) for trade in islice(_newest_first(wallet, asked.trade_type), asked.trades_per_wallet)],
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


def market(sales: Sequence[OnSale], asked: PageQuery) -> dict[str, object]:
    """One page of projects, and where it stands."""
    return {
        "projects": [
            {"project_id": sale.project_id, "vintages": [_offer(offer) for offer in sale.offers]}
            for sale in asked.cut(sales)
        ],
        "pagination": _pagination(len(sales), asked),
    }


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


def _pagination(items: int, asked: PageQuery) -> dict[str, object]:
    """Neighbours are real pages: the one before a page past the end is the last."""
    pages = -(-items // asked.per_page)
    return {
        "per_page": asked.per_page,
        "total_pages": pages,
        "total_items": items,
        "current_page": asked.page,
        "previous_page": min(asked.page - 1, pages) or None,
        "next_page": asked.page + 1 if asked.page < pages else None,
    }


def projects(found: Sequence[Details]) -> dict[str, object]:
    """All of them: projects have no pages."""
    return {"projects": [_project(details) for details in found]}


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
    return {
        "retirement_request_id": receipt.retirement_request_id,
        "external_id_already_processed": receipt.already_processed,
    }


def retirement(found: Retirement) -> dict[str, object]:
    """What is not there yet is null, as the first README of the SDK had it."""
    request, proof = found.request, found.proof
    return {
        "id": request.id,
        "status": found.status,
        "total_quantity": str(found.quantity_grams),
        "type": "WHOLE" if request.whole else "FRACTIONALISED",
        "project_id": found.project_id,
        "vintage_id": request.vintage_id,
        "created_at": millis(request.created_at),
        "retired_at": millis(found.retired_at) if found.retired_at else None,
        "retired_serial_numbers": proof.serial_numbers if proof else None,
        "thallo_proof_of_retirement_certificate_url": proof.certificate_url if proof else None,
        "should_retire_external_customer": any(item.customer for item in request.items),
        "all_invoices_settled": found.invoices_settled,
        "retirement_request_items": [_item(item, item.customer or found.company) for item in request.items],
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
    """All but the keys themselves."""
    return {
        "api_keys": [
            {"id": key.id, "name": key.name, "created_at": millis(key.created_at), "is_active": is_active(key.id)}
            for key in keys
        ]
    }
