"""Retirement requests: what is taken from the wallet, bought and queued."""

import pytest

from tests.providers.thallo.conftest import (
    CUSTOMER,
    ORDER,
    OWNED_VINTAGE,
    SELLERS_ORDER,
    SELLERS_VINTAGE,
    SMALL_ORDER,
    SMALL_VINTAGE,
    TONNE,
    as_seller,
    memory,
    remember,
    retire,
    retire_owned,
    wallet,
)
from tests.support.caller import Caller

PATH = "/api/caas/request-retirement"


def request_id(thallo: Caller, quantity_grams: str, external_id: str, **more: object) -> str:
    reply = retire(thallo, quantity_grams, external_id, **more)
    assert reply.status_code == 200
    return str(reply.json()["retirement_request_id"])


# --- wallets and purchases --------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.retirements.reply")
def test_a_request_is_answered_with_its_id(thallo: Caller) -> None:
    """An accepted call answers 200 with two fields."""
    reply = retire(thallo, "50")
    assert (reply.status_code, set(reply.json())) == (200, {"retirement_request_id", "external_id_already_processed"})
    assert reply.json()["external_id_already_processed"] is False


@pytest.mark.rule("thallo.retirements.wallet-first")
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"sell_order_id": "006doesnotexist000", "expected_price_cents": "abc"},
        {"sell_order_id": ORDER, "expected_price_cents": "-1"},
    ],
)
def test_the_wallet_is_used_first(thallo: Caller, more: dict[str, str]) -> None:
    """The wallet is used first, to its last gram; order and price are then ignored."""
    before = memory(thallo)["sell_orders"]
    assert retire_owned(thallo, "30", "a", **more).status_code == 200
    assert wallet(thallo, OWNED_VINTAGE)["quantity_grams"] == "999940"
    assert retire_owned(thallo, "999940", "b", **more).status_code == 200
    assert wallet(thallo, OWNED_VINTAGE)["quantity_grams"] == "0"
    assert len(wallet(thallo, OWNED_VINTAGE)["trades"]) == 2
    assert memory(thallo)["sell_orders"] == before


@pytest.mark.rule("thallo.retirements.whole-tonnes", "thallo.retirements.left-over", "thallo.retirements.order-shrinks")
@pytest.mark.parametrize(
    ("requested", "tonnes", "left"),
    [
        ([750_000], 1, 250_000),
        ([1], 1, 999_999),
        ([1_000_000], 1, 0),
        ([1_000_001], 2, 999_999),
        ([750_000, 250_000], 1, 0),
        ([750_000, 250_001], 2, 999_999),
        ([750_000, 1_250_000], 2, 0),
        ([750_000, 1_250_001], 3, 999_999),
        ([700_000_000], 700, 0),
    ],
)
def test_whole_tonnes_are_bought(thallo: Caller, requested: list[int], tonnes: int, left: int) -> None:
    """The fewest whole tonnes are bought; the grams that were not requested stay in the wallet."""
    for n, grams in enumerate(requested):
        assert retire(thallo, str(grams), external_id=str(n)).status_code == 200
    assert wallet(thallo)["quantity_grams"] == str(left)
    assert memory(thallo)["sell_orders"][ORDER]["quantity_grams"] == str((700 - tonnes) * TONNE)


@pytest.mark.rule("thallo.retirements.zero-wallet", "thallo.retirements.whole-leaves-nothing")
def test_an_empty_wallet_keeps_its_trades(thallo: Caller) -> None:
    """After a retirement of whole tonnes the wallet shows 0 and the trade."""
    retire(thallo, "2000000")
    assert wallet(thallo)["quantity_grams"] == "0"
    assert [trade["quantity_grams"] for trade in wallet(thallo)["trades"]] == ["2000000"]


@pytest.mark.rule("thallo.retirements.buy-trade")
def test_a_purchase_is_one_trade(thallo: Caller) -> None:
    """A purchase adds one trade, with the order's price and the present time; a call without one adds none."""
    retire(thallo, "1500000", external_id="a")
    retire(thallo, "500000", external_id="b")
    assert len(wallet(thallo)["trades"]) == 1
    thallo.space.clock.advance(seconds=0.25)
    retire(thallo, "2500000", external_id="c")
    assert wallet(thallo)["trades"][0] == {
        "execution_date": "2026-01-01T00:00:00.250Z",
        "quantity_grams": "3000000",
        "price_cents": "3000",
        "type": "BUY",
    }
    assert len(wallet(thallo)["trades"]) == 2


@pytest.mark.rule("thallo.retirements.order-shrinks")
def test_an_order_bought_empty_is_not_live(thallo: Caller) -> None:
    """Nothing can be bought from an empty order."""
    small = {"vintage_id": SMALL_VINTAGE, "sell_order_id": SMALL_ORDER, "expected_price_cents": "1500"}
    assert retire(thallo, "1000000", external_id="a", **small).status_code == 200
    assert retire(thallo, "1", external_id="b", **small).json()["error"] == "SELL_ORDER_NOT_LIVE"


# --- requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.retirements.fractions-join")
def test_fractions_of_a_vintage_join_one_request(thallo: Caller) -> None:
    """Fractions join the open request of tenant and vintage, and share the month's invoice."""
    first = request_id(thallo, "1000050", "a")
    thallo.space.clock.advance(seconds=76)
    assert request_id(thallo, "3000050", "b") == first
    assert retire_owned(thallo, "30", "c").json()["retirement_request_id"] != first
    sellers = {"vintage_id": SELLERS_VINTAGE, "sell_order_id": SELLERS_ORDER, "expected_price_cents": "600"}
    assert request_id(thallo, "50", "d", **sellers) != first
    assert request_id(as_seller(thallo), "50", "e") != first
    items = memory(thallo)["retirement_requests"][first]["items"]
    assert [item["quantity_grams"] for item in items] == ["1000050", "3000050"]
    assert len({item["trade_id"] for item in items}) == 2
    assert len({item["invoice_id"] for item in items}) == 1


@pytest.mark.rule("thallo.retirements.whole-alone")
def test_whole_tonnes_get_a_request_of_their_own(thallo: Caller) -> None:
    """A request for whole tonnes is joined by no other call and joins no other request."""
    ids = [request_id(thallo, grams, f"{grams} {n}") for n in (1, 2) for grams in ("50", "2000000")]
    assert ids[0] == ids[2]
    assert len(set(ids)) == 3
    assert request_id(thallo, "2000000", "customer", **CUSTOMER) not in ids


@pytest.mark.rule("thallo.retirements.month-end")
def test_a_month_closes_its_request(thallo: Caller) -> None:
    """Fractions join until the last instant of the month; then a new request and invoice begin."""
    first = request_id(thallo, "50", "a")
    thallo.space.clock.freeze("2026-01-31T23:59:59.999999Z")
    assert request_id(thallo, "1500000", "b") == first
    closed = {"at": "2026-02-01T00:00:00.000000Z", "provider": "thallo", "kind": "month.ended"} | {
        "evidence": "inferred",
        "rule": "thallo.retirement.open-month",
    }
    assert thallo.space.clock.advance(microseconds=1) == [{**closed, "subject": first}]
    second = request_id(thallo, "1500000", "c")
    assert second != first
    assert request_id(thallo, "50", "a") == first
    requests = memory(thallo)["retirement_requests"]
    assert requests[first]["items"][-1]["invoice_id"] != requests[second]["items"][-1]["invoice_id"]


def test_an_item_keeps_its_retiree(thallo: Caller) -> None:
    """An item keeps its customer, if it has one, and the retiree's id."""
    customers = request_id(thallo, "1000000", "a", external_retiree_id="r1", **CUSTOMER)
    own = request_id(
        thallo, "1000000", "b", external_retiree_id="r2", **{**CUSTOMER, "should_retire_external_customer": False}
    )
    requests = memory(thallo)["retirement_requests"]
    assert requests[customers]["items"][0]["customer"] == {"name": "Alice Bob", "tax_id": "AB123456D", "country": "GB"}
    assert requests[own]["items"][0]["customer"] is None
    assert [requests[name]["items"][0]["external_retiree_id"] for name in (customers, own)] == ["r1", "r2"]


def test_a_purchase_from_an_order_that_will_close(thallo: Caller) -> None:
    """An order sells until the instant at which it closes."""
    order = memory(thallo)["sell_orders"][ORDER]
    remember(thallo, "sell_orders", {ORDER: {**order, "closes_at": "2026-01-01T00:00:10Z"}})
    assert retire(thallo, "1000000", "a").status_code == 200
    assert [event["kind"] for event in thallo.space.clock.advance(seconds=10)] == ["sell_order.closed"]
    assert retire(thallo, "1000000", "b").json()["error"] == "SELL_ORDER_NOT_LIVE"


# --- replays ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.retirements.replay", "thallo.retirements.replay-flag", "thallo.retirements.replay-no-effect")
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"quantity_grams": "60"},
        pytest.param({"quantity_grams": "abc"}, marks=pytest.mark.rule("thallo.retirements.replay-before-rules")),
        {"vintage_id": "none", "sell_order_id": None, "expected_price_cents": "-1"},
    ],
)
def test_an_accepted_external_id_is_never_processed_again(thallo: Caller, changes: dict[str, str | None]) -> None:
    """A replay with any body returns the first call's request, and changes nothing."""
    first = request_id(thallo, "50", "same")
    before = memory(thallo)
    thallo.space.clock.advance(days=400)
    reply = retire(thallo, **{"quantity_grams": "50", "external_id": "same", **changes})
    assert reply.json() == {"retirement_request_id": first, "external_id_already_processed": True}
    assert memory(thallo) == before


@pytest.mark.rule("thallo.retirements.refused-id-free")
def test_a_refused_external_id_is_free(thallo: Caller) -> None:
    """The id of a refused call can be used again."""
    assert retire(thallo, "50", "same", expected_price_cents="2999").status_code == 422
    assert retire(thallo, "50", "same").json()["external_id_already_processed"] is False


@pytest.mark.rule("thallo.retirements.replay-tenant")
def test_external_ids_belong_to_tenants(thallo: Caller) -> None:
    """An id that one tenant has used is free for another."""
    first = request_id(thallo, "50", "same")
    other = retire(as_seller(thallo), "50", "same").json()
    assert other["external_id_already_processed"] is False
    assert other["retirement_request_id"] != first


# --- bodies -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.retirements.content-type")
@pytest.mark.parametrize(
    "media_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]
)
def test_a_body_must_be_declared_as_json(thallo: Caller, media_type: str | None) -> None:
    """``Content-Type`` must be ``application/json``, with or without a charset."""
    body = b'{"vintage_id":"00410wiwk6v7q7aa10","quantity_grams":"1","external_id":"a"}'
    refused = thallo.post(PATH, content=body, headers={} if media_type is None else {"Content-Type": media_type})
    assert refused.json()["message"] == ["Content-Type must be application/json"]
    accepted = thallo.post(PATH, content=body, headers={"Content-Type": "Application/JSON; charset=utf-8"})
    assert accepted.json()["error"] == "MISSING_SELL_ORDER_ID"


@pytest.mark.rule("thallo.retirements.malformed-json")
@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b'"text"', b"1", b"null", b'{"quantity_grams":NaN}', b'{"quantity_grams":Infinity}',
        b"[" * 100_000, b'{"external_id":"\xff"}', b'{"external_id":"\\ud800"}', b"\xef\xbb\xbf", b"{} {}", b"{'a':1}",
    ],
)  # fmt: skip
def test_a_body_must_be_a_json_object(thallo: Caller, body: bytes) -> None:
    """Anything but one JSON object answers 400."""
    reply = thallo.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.json()["error"]) == (400, "Bad Request")


@pytest.mark.rule("thallo.retirements.too-large")
def test_a_body_above_the_limit_is_refused(thallo: Caller) -> None:
    """A body above the emulator's limit answers 413."""
    reply = thallo.post(PATH, content=b" " * (8 * 1024 * 1024 + 1), headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.json()["error"]) == (413, "Payload Too Large")


BAD_FIELDS: list[tuple[str, str, list[object]]] = [
    ("mandatory", "vintage_id", [None, 5, ["00410wiwk6v7q7aa10"]]),
    ("mandatory", "quantity_grams", [None, 5, 1.5, True, 10**400]),
    ("mandatory", "external_id", [None, 5, ""]),
    ("optional", "sell_order_id", [6]),
    ("optional", "expected_price_cents", [3000]),
    ("optional", "external_retiree_id", [{}]),
    ("optional", "should_retire_external_customer", ["true", 1]),
    ("length", "quantity_grams", ["1" * 101]),
    ("length", "expected_price_cents", ["1" * 101]),
    ("customer-fields", "external_retiree_name", [None, "", 1]),
    ("customer-fields", "external_retiree_tax_id", [None, "", 123456789]),
    ("customer-fields", "external_retiree_location", [None, "", [], "gb", "XK", "UK", "GBR", "AD AE", "\n"]),
]


@pytest.mark.parametrize(
    ("field", "value", "more"),
    [
        pytest.param(field, value, more, marks=pytest.mark.rule(f"thallo.retirements.{rule}"))
        for rule, field, values in BAD_FIELDS
        for value in values
        for more in [CUSTOMER if rule == "customer-fields" else {}]
    ],
)
def test_a_bad_field_is_refused(thallo: Caller, field: str, value: object, more: dict[str, object]) -> None:
    """A field that is missing, too long, or of a wrong type or value answers 400 and is named."""
    reply = retire(thallo, **{"quantity_grams": "1000000", **more, field: value})
    assert (reply.status_code, reply.json()["error"]) == (400, "Bad Request")
    assert [message.partition(" ")[0] for message in reply.json()["message"]] == [field]


@pytest.mark.rule("thallo.retirements.length")
def test_the_length_of_a_price_is_always_checked(thallo: Caller) -> None:
    """The length of a price is checked even if nothing is bought; its form is not."""
    assert retire_owned(thallo, "1", "a", expected_price_cents="x" * 101).status_code == 400
    assert retire_owned(thallo, "1", "a", expected_price_cents="x" * 100).status_code == 200


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"external_retiree_id": None}, marks=pytest.mark.rule("thallo.retirements.retiree-id-optional")),
        pytest.param(
            {"external_retiree_name": "", "external_retiree_location": "nowhere"},
            marks=pytest.mark.rule("thallo.retirements.customer-fields-ignored"),
        ),
        {"external_retiree_name": 5, "external_retiree_tax_id": [], "external_retiree_location": True},
        pytest.param(CUSTOMER, marks=pytest.mark.rule("thallo.retirements.customer-fields")),
        {**CUSTOMER, "external_retiree_location": "TZ"},
        pytest.param({"nonsense": [1], "Vintage_id": 5}, marks=pytest.mark.rule("thallo.input.unknown-names")),
        {"quantity_grams": "0" * 93 + "1000000", "expected_price_cents": "0003000"},
        {"external_id": "\x00 ж 💧"},
    ],
)  # fmt: skip
def test_a_valid_body_is_accepted(thallo: Caller, more: dict[str, object]) -> None:
    """Optional, ignored and unusual values are accepted."""
    assert retire(thallo, **{"quantity_grams": "1000000", **more}).status_code == 200


@pytest.mark.rule("thallo.retirements.optional")
def test_null_counts_as_absent(thallo: Caller) -> None:
    """Null in an optional field counts as absent."""
    names = [*CUSTOMER, "external_retiree_id", "sell_order_id", "expected_price_cents"]
    body = {"vintage_id": OWNED_VINTAGE, "quantity_grams": "1", "external_id": "a", **dict.fromkeys(names)}
    assert thallo.post(PATH, body).status_code == 200
