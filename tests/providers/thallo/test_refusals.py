"""The sixteen refusals of a retirement: their conditions, their order, and that they change nothing."""

import pytest

from tests.providers.thallo.conftest import (
    CLOSED_ORDER,
    CUSTOMER,
    ORDER,
    OWNED_VINTAGE,
    SELLERS_ORDER,
    SELLERS_VINTAGE,
    SMALL_ORDER,
    SMALL_VINTAGE,
    as_seller,
    memory,
    retire,
)
from tests.support.caller import Caller

NO_PURCHASE = {"vintage_id": OWNED_VINTAGE, "sell_order_id": None}
NO_VINTAGE, NO_ORDER = {"vintage_id": "004nosuchvintage00"}, {"sell_order_id": "006nosuchorder0000"}
SELLERS = {"vintage_id": SELLERS_VINTAGE, "sell_order_id": SELLERS_ORDER, "expected_price_cents": "600"}
SMALL = {"vintage_id": SMALL_VINTAGE, "sell_order_id": SMALL_ORDER, "expected_price_cents": "1500"}

CASES = [
    *[
        ("frac-invalid", "FRAC_QUANT_INVALID_NUMBER", {"quantity_grams": text})
        for text in ("1.5", "1e6", "abc", " 1", "", "+1", "-", "--1", "1\n", "٣", "1_000", "0x10", "-1.5")
    ],
    *[
        ("frac-not-positive", "FRAC_QUANT_LESS_THAN_EQ_ZERO", {"quantity_grams": text})
        for text in ("0", "-0", "-1", "000", "-" + "9" * 99)
    ],
    ("vintage", "VINTAGE_ID_NOT_EXISTS", NO_VINTAGE),
    ("vintage", "VINTAGE_ID_NOT_EXISTS", {"vintage_id": ""}),
    ("tonnes-too-low", "QUANT_TONNES_TOO_LOW", {**CUSTOMER, "quantity_grams": "999999"}),
    ("tonnes-too-low", "QUANT_TONNES_TOO_LOW", {**CUSTOMER, "quantity_grams": "20"}),
    ("tonnes-invalid", "QUANT_TONNES_INVALID_NUMBER", {**CUSTOMER, "quantity_grams": "1500000"}),
    ("tonnes-invalid", "QUANT_TONNES_INVALID_NUMBER", {**CUSTOMER, "quantity_grams": "1000001"}),
    ("order-missing", "MISSING_SELL_ORDER_ID", {"sell_order_id": None}),
    ("order-missing", "MISSING_SELL_ORDER_ID", {**NO_PURCHASE, "quantity_grams": "999971"}),
    ("price-missing", "SELL_ORDER_MISSING_EXP_PRICE", {"expected_price_cents": None}),
    *[
        ("price-invalid", "SELL_ORDER_EXP_PRICE_INVALID_NUMBER", {"expected_price_cents": text})
        for text in ("3000.0", "abc", "", "3e3", "+3000", "3000 ")
    ],
    *[
        ("price-not-positive", "SELL_ORDER_EXP_PRICE_LESS_THAN_EQ_ZERO", {"expected_price_cents": text})
        for text in ("0", "-3000")
    ],
    ("order-unknown", "SELL_ORDER_NOT_EXISTS", NO_ORDER),
    ("order-unknown", "SELL_ORDER_NOT_EXISTS", {"sell_order_id": ""}),
    ("order-not-live", "SELL_ORDER_NOT_LIVE", {"sell_order_id": CLOSED_ORDER}),
    ("order-other-vintage", "VINTAGE_SUPPLIED_DIFF_SELL_ORDER_VINTAGE", {"vintage_id": SMALL_VINTAGE}),
    ("price-differs", "PRICE_SUPPLIED_DIFF_CURRENT_PRICE", {"expected_price_cents": "3001"}),
    ("price-differs", "PRICE_SUPPLIED_DIFF_CURRENT_PRICE", {"expected_price_cents": "2999"}),
    ("supply", "SELL_ORDER_SUPPLY_TOO_LOW", {**SMALL, "quantity_grams": "1000001"}),
    ("supply", "SELL_ORDER_SUPPLY_TOO_LOW", {"quantity_grams": "9" * 100}),
]  # fmt: skip

PRIOR = [
    ("FRAC_QUANT_INVALID_NUMBER", {"quantity_grams": "abc", **NO_VINTAGE}),
    ("FRAC_QUANT_LESS_THAN_EQ_ZERO", {"quantity_grams": "0", **NO_VINTAGE}),
    ("VINTAGE_ID_NOT_EXISTS", {"quantity_grams": "20", **CUSTOMER, **NO_VINTAGE}),
    ("VINTAGE_ID_NOT_EXISTS", {"quantity_grams": "1500000", **CUSTOMER, **NO_VINTAGE}),
    ("QUANT_TONNES_TOO_LOW", {"quantity_grams": "20", **CUSTOMER, "sell_order_id": None}),
    ("QUANT_TONNES_TOO_LOW", {"quantity_grams": "20", **CUSTOMER, "vintage_id": OWNED_VINTAGE}),
    ("QUANT_TONNES_INVALID_NUMBER", {"quantity_grams": "1500000", **CUSTOMER, "sell_order_id": None}),
    ("MISSING_SELL_ORDER_ID", {"sell_order_id": None, "expected_price_cents": None}),
    ("SELL_ORDER_MISSING_EXP_PRICE", {"expected_price_cents": None, **NO_ORDER}),
    ("SELL_ORDER_EXP_PRICE_INVALID_NUMBER", {"expected_price_cents": "x", **NO_ORDER}),
    ("SELL_ORDER_EXP_PRICE_LESS_THAN_EQ_ZERO", {"expected_price_cents": "0", **NO_ORDER}),
    ("SELL_ORDER_NOT_EXISTS", {"expected_price_cents": "1", "quantity_grams": "9" * 50, **NO_ORDER}),
    ("SELL_ORDER_NOT_LIVE", {"sell_order_id": CLOSED_ORDER, "vintage_id": SMALL_VINTAGE, "expected_price_cents": "1"}),
    ("VINTAGE_SUPPLIED_DIFF_SELL_ORDER_VINTAGE", {"vintage_id": SMALL_VINTAGE, "expected_price_cents": "1"}),
    ("PRICE_SUPPLIED_DIFF_CURRENT_PRICE", {"expected_price_cents": "1", "quantity_grams": "9" * 50}),
    ("SELL_ORDER_SUPPLY_TOO_LOW", {"quantity_grams": "9" * 50}),
]
"""The invoice is closed as well; all other problems of a row come later in the order than its code."""


def close_invoice(thallo: Caller) -> None:
    thallo.space.control("PATCH", "/settings/thallo", json={"invoices_live": False})


@pytest.mark.rule("thallo.refusals.status", "thallo.refusals.no-trace")
@pytest.mark.parametrize(
    ("code", "changes"),
    [pytest.param(code, changes, marks=pytest.mark.rule(f"thallo.refusals.{rule}")) for rule, code, changes in CASES],
)
def test_a_refusal_has_a_code_and_changes_nothing(thallo: Caller, code: str, changes: dict[str, object]) -> None:
    """A refused call answers 422 with a code and changes nothing."""
    before = thallo.space.snapshot()
    reply = retire(thallo, **{"quantity_grams": "750000", **changes})
    assert (reply.status_code, reply.json()["error"]) == (422, code)
    assert thallo.space.snapshot() == before


@pytest.mark.rule("thallo.refusals.own-credits")
def test_own_credits_are_not_bought(thallo: Caller) -> None:
    """The seller of an order cannot buy from it; other tenants can."""
    before = memory(thallo)
    assert retire(as_seller(thallo), "750000", **SELLERS).json()["error"] == "PURCHASE_OWN_CREDITS"
    assert memory(thallo) == before
    assert retire(thallo, "750000", **SELLERS).status_code == 200


@pytest.mark.rule("thallo.refusals.invoice")
def test_a_closed_invoice_takes_no_purchase(thallo: Caller) -> None:
    """While the month's invoice is closed, only owned credits can be retired."""
    close_invoice(thallo)
    before = memory(thallo)
    assert retire(thallo, "750000").json()["error"] == "INVOICE_NOT_LIVE"
    assert memory(thallo) == before
    assert retire(thallo, "1", vintage_id=OWNED_VINTAGE).status_code == 200


@pytest.mark.rule("thallo.refusals.text")
def test_the_message_of_a_refusal_is_a_text(thallo: Caller) -> None:
    """The message is a text, not a list."""
    assert retire(thallo, "750000", sell_order_id=CLOSED_ORDER).json()["message"] == "Sell order is not live"


# --- order ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.refusals.order")
@pytest.mark.parametrize(("code", "changes"), PRIOR)
def test_the_first_refusal_in_order_wins(thallo: Caller, code: str, changes: dict[str, object]) -> None:
    """If several refusals apply, the first in Thallo's order is returned."""
    close_invoice(thallo)
    assert retire(thallo, **{"quantity_grams": "750000", **changes}).json()["error"] == code


@pytest.mark.rule("thallo.refusals.order")
@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("VINTAGE_SUPPLIED_DIFF_SELL_ORDER_VINTAGE", {"vintage_id": SMALL_VINTAGE}),
        ("PURCHASE_OWN_CREDITS", {"expected_price_cents": "1", "quantity_grams": "9" * 50}),
    ],
)
def test_own_credits_come_between_vintage_and_price(thallo: Caller, code: str, changes: dict[str, object]) -> None:
    """Own credits are refused after another vintage and before a wrong price."""
    close_invoice(thallo)
    assert retire(as_seller(thallo), **{"quantity_grams": "750000", **SELLERS, **changes}).json()["error"] == code


@pytest.mark.rule("thallo.refusals.order")
def test_a_replay_comes_between_schema_and_rules(thallo: Caller) -> None:
    """A replay is recognized after the schema and before all rules."""
    retire(thallo, "50", "same")
    assert retire(thallo, "abc", "same", **NO_VINTAGE).status_code == 200
    assert retire(thallo, 50, "same").status_code == 400


@pytest.mark.rule("thallo.refusals.order")
def test_a_sufficient_wallet_comes_before_the_order(thallo: Caller) -> None:
    """If nothing is bought, the details of the purchase are not checked."""
    close_invoice(thallo)
    reply = retire(thallo, "1", vintage_id=OWNED_VINTAGE, sell_order_id=ORDER, expected_price_cents="x")
    assert reply.status_code == 200
