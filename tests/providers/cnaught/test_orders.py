"""Orders: placing, members, states and cancelling."""

import json
from decimal import Decimal

import pytest

from tests.conftest import START
from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller, use_vendor_links
from tests.support.hostile import CONTROL_URLS

ORDER_MEMBERS = {
    "id", "order_number", "created_on", "amount_kg", "price_usd_cents", "state", "type", "metadata", "description",
    "callback_url", "certificate_public_url", "certificate_download_public_url", "subaccount_id", "project_allocations",
    "checkout_session_id",
}  # fmt: skip
PRINTED_ORDER = [
    "id", "order_number", "created_on", "metadata", "description", "amount_kg", "state", "price_usd_cents",
    "certificate_public_url", "certificate_download_public_url",
]  # fmt: skip
PRINTED_PROJECT = [
    "id", "name", "summary", "description", "developer", "type", "registry_name", "registry_id", "location_name",
    "location_latitude", "location_longitude", "un_sdg_goals",
]  # fmt: skip
PRINTED_SUBACCOUNT = ["id", "name", "email", "default_portfolio_id", "created_on", "logo_url"]
URLS = {"success_url": "https://example.com/yes", "cancel_url": "https://example.com/no"}


@pytest.mark.rule(
    "cnaught.orders.created",
    "cnaught.orders.readable-at-once",
    "cnaught.orders.listed-first",
    "cnaught.orders.placed-first",
)
def test_a_new_order_is_placed_readable_and_first_in_the_list(cnaught: Caller) -> None:
    """Placing answers 201 with a placed order, which can be read at once and is first in the list."""
    reply = cnaught.post("/v1/orders", {"amount_kg": 10})
    order = reply.json()
    assert (reply.status_code, order["state"]) == (201, "placed")
    assert cnaught.get(f"/v1/orders/{order['id']}").json() == order
    assert cnaught.get("/v1/orders").json()["data"][0] == order


@pytest.mark.rule("cnaught.orders.placed-first", "cnaught.idempotency.replay-exact")
@pytest.mark.parametrize(
    ("path", "body"), [("/v1/orders", {"amount_kg": 10}), ("/v1/orders/ride", {"distance_km": 30})]
)
def test_an_order_that_is_fulfilled_at_once_is_placed_first(cnaught: Caller, path: str, body: dict[str, int]) -> None:
    """The reply to placing says placed even when orders are fulfilled after 0 seconds, and so does its replay."""
    cnaught.space.clock.freeze("2026-01-01")
    cnaught.space.control("PATCH", "/settings/cnaught", json={"fulfilment_seconds": 0})
    placed, again = (cnaught.post(path, body, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (placed.status_code, placed.json()["state"], placed.json()["project_allocations"]) == (201, "placed", [])
    assert again.content == placed.content
    assert cnaught.get(f"/v1/orders/{placed.json()['id']}").json()["state"] == "fulfilled"


@pytest.mark.rule("cnaught.orders.full-object", "cnaught.orders.type")
@pytest.mark.parametrize(
    ("path", "body", "kind", "more"),
    [
        ("/v1/orders", {"amount_kg": 10}, "generic", set()),
        ("/v1/orders", {"total_price_usd_cents": 20}, "generic", set()),
        ("/v1/orders/ride", {"distance_km": 30.5}, "ride", {"distance_km"}),
    ],
)
def test_an_order_has_every_member(
    cnaught: Caller, path: str, body: dict[str, float], kind: str, more: set[str]
) -> None:
    """Every order has all members; only a ride has a distance, as sent."""
    order = cnaught.post(path, body).json()
    assert order.keys() == ORDER_MEMBERS | more
    assert order["type"] == kind
    assert order.get("distance_km") == body.get("distance_km")
    assert order["project_allocations"] == []


@pytest.mark.rule("cnaught.orders.created-on")
def test_an_order_is_created_at_the_clocks_instant(cnaught: Caller) -> None:
    """The creation time is the space's, with microseconds."""
    cnaught.space.clock.advance(seconds=1.000005)
    assert cnaught.post("/v1/orders", {"amount_kg": 1}).json()["created_on"] == "2026-01-01T00:00:01.000005Z"


@pytest.mark.rule("cnaught.orders.number")
def test_an_order_number_is_the_id_in_hexadecimal(cnaught: Caller) -> None:
    """The number is the id's bytes in hexadecimal, in groups of five."""
    order = cnaught.post("/v1/orders", {"amount_kg": 1}).json()
    assert len(order["id"]) == 12
    assert order["id"].isalnum()
    assert bytes.fromhex(order["order_number"].replace("-", "")).decode() == order["id"]
    assert cnaught.get("/v1/orders/Gre28Fc35bt3").json()["order_number"] == "47726-53238-46633-33562-7433"


@pytest.mark.rule("cnaught.orders.certificates")
def test_an_order_has_certificates_from_the_start(cnaught: Caller) -> None:
    """Both certificate URLs contain the id."""
    use_vendor_links(cnaught.space)
    order = cnaught.post("/v1/orders", {"amount_kg": 1}).json()
    assert order["certificate_public_url"] == f"https://registry.cnaught.com/orders/{order['id']}"
    pdf = f"https://registry.cnaught.com/api/certificates/{order['id']}/pdf"
    assert order["certificate_download_public_url"] == pdf


@pytest.mark.rule("cnaught.orders.echo", "cnaught.orders.callback-echo")
def test_an_order_keeps_its_details(cnaught: Caller) -> None:
    """Metadata, description and callback URL are returned as sent, null when absent."""
    notes = {
        "metadata": "m" * 512,
        "description": "für Jane",
        "notification_config": {"url": "http://localhost:9/x?y=1"},
    }
    order = cnaught.post("/v1/orders", {"amount_kg": 1, **notes}).json()
    assert (order["metadata"], order["description"]) == ("m" * 512, "für Jane")
    assert order["callback_url"] == "http://localhost:9/x?y=1"
    bare = cnaught.post("/v1/orders", {"amount_kg": 1}).json()
    assert (bare["metadata"], bare["description"], bare["callback_url"]) == (None, None, None)


@pytest.mark.parametrize(
    ("body", "kg", "cents"),
    [
        pytest.param({"amount_kg": 10}, 10, 20, marks=pytest.mark.rule("cnaught.orders.unit-price")),
        pytest.param({"amount_kg": 100.5}, 100.5, 201, marks=pytest.mark.rule("cnaught.orders.amount-fractions")),
        pytest.param({"amount_kg": 1}, 1, 2, marks=pytest.mark.rule("cnaught.orders.amount-bounds")),
        pytest.param({"amount_kg": 1e9}, 10**9, 2 * 10**9, marks=pytest.mark.rule("cnaught.orders.amount-bounds")),
        pytest.param({"total_price_usd_cents": 3190}, 1595, 3190, marks=pytest.mark.rule("cnaught.orders.price-order")),
        pytest.param(
            {"total_price_usd_cents": 3191},
            1595,
            3190,
            marks=pytest.mark.rule("cnaught.orders.price-order", "cnaught.orders.price-order-rounding"),
        ),
        pytest.param({"amount_kg": 7, "portfolio_id": "ixmZSK"}, 7, 11, marks=pytest.mark.rule("cnaught.orders.price")),
        pytest.param({"total_price_usd_cents": 2, "portfolio_id": "ixmZSK"}, 1, 2),
    ],
)
def test_an_order_costs_its_mass(cnaught: Caller, body: dict[str, object], kg: float, cents: int) -> None:
    """Mass and price follow from each other by the portfolio's unit price."""
    order = cnaught.post("/v1/orders", body).json()
    assert (order["amount_kg"], order["price_usd_cents"]) == (kg, cents)


@pytest.mark.rule("cnaught.orders.amount-bounds")
@pytest.mark.parametrize(
    ("number", "accepted"),
    [
        ("0.99", False),
        ("0.99999999999999999999", False),
        ("1.00000000000000000000", True),
        ("1.00000000000000000001", True),
        ("1000000000", True),
        ("1000000000.0000000000000000001", False),
        ("1e400", False),
        ("1e-400", False),
    ],
)
def test_an_amount_is_compared_with_all_its_digits(cnaught: Caller, number: str, accepted: bool) -> None:
    """The bounds are exact, and an accepted number is returned with all its digits."""
    reply = cnaught.post("/v1/orders", content=f'{{"amount_kg": {number}}}'.encode())
    assert reply.status_code == (201 if accepted else 400)
    if accepted:
        assert Decimal(json.loads(reply.content, parse_float=Decimal)["amount_kg"]) == Decimal(number)


@pytest.mark.rule("cnaught.orders.amount-fractions", "cnaught.checkout.fractions")
@pytest.mark.parametrize(
    ("fractions", "amount_kg", "status", "kg", "cents"),
    [
        ("keep", 100.5, 201, 100.5, 201),
        ("floor", 100.5, 201, 100, 200),
        ("refuse", 100.5, 400, None, None),
        ("refuse", 100, 201, 100, 200),
        ("floor", 0.99, 400, None, None),
    ],
)
def test_fractions_follow_a_setting(
    cnaught: Caller, fractions: str, amount_kg: float, status: int, kg: float | None, cents: int | None
) -> None:
    """A fraction of a kilogram is kept by default, and can be dropped or refused, for checkouts too."""
    cnaught.space.control("PATCH", "/settings/cnaught", json={"fractions": fractions})
    for path, more in (("/v1/orders", {}), ("/v1/checkout/sessions", URLS)):
        reply = cnaught.post(path, {"amount_kg": amount_kg, **more})
        assert (reply.status_code, reply.json().get("amount_kg")) == (status, kg)
        assert reply.json().get("price_usd_cents") == cents


def test_members_are_in_the_order_of_the_samples(cnaught: Caller) -> None:
    """The members of a documented sample are in its order, before the others."""
    order = cnaught.get("/v1/orders/Gre28Fc35bt3").json()
    assert list(order)[: len(PRINTED_ORDER)] == PRINTED_ORDER
    project = order["project_allocations"][0]["project"]
    assert [name for name in project if name in PRINTED_PROJECT] == PRINTED_PROJECT
    assert list(cnaught.get("/v1/subaccounts/5nubL0NS").json()) == PRINTED_SUBACCOUNT


@pytest.mark.parametrize(
    ("fractions", "amount_kg", "rule"),
    [("refuse", 100.5, "fractions"), ("refuse", 0.5, "bounds"), ("floor", 0.99, "bounds"), ("keep", 0.99, "bounds")],
)
def test_an_amount_is_refused_by_its_own_rule(cnaught: Caller, fractions: str, amount_kg: float, rule: str) -> None:
    """The journal names the rule about fractions or bounds, of orders or checkouts; all of them are inferred."""
    cnaught.space.cnaught.configure(fractions=fractions)
    for path, more, decided in (
        ("/v1/orders", {}, f"cnaught.orders.amount-{rule}"),
        ("/v1/checkout/sessions", URLS, f"cnaught.checkout.{'amount-' * (rule == 'bounds')}{rule}"),
    ):
        reply = cnaught.post(path, {"amount_kg": amount_kg, **more}, headers={"X-Emulator-Explain": "1"})
        assert (reply.headers["X-Emulator-Rule"], reply.headers["X-Emulator-Evidence"]) == (decided, "inferred")


@pytest.mark.rule("cnaught.orders.ride-mass", "cnaught.orders.ride-created")
@pytest.mark.parametrize(("km", "kg", "cents"), [(30, 8, 16), (10.5, 3, 6), (0.001, 1, 2), (1e9, 241140900, 482281800)])
def test_a_ride_has_a_mass(cnaught: Caller, km: float, kg: int, cents: int) -> None:
    """The mass of a ride is rounded up to whole kilograms."""
    reply = cnaught.post("/v1/orders/ride", {"distance_km": km})
    assert (reply.status_code, reply.json()["amount_kg"], reply.json()["price_usd_cents"]) == (201, kg, cents)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        pytest.param("/v1/orders", {"amount_kg": amount}, "amount_kg", marks=pytest.mark.rule(rule))
        for amount, rule in [
            (-10, "cnaught.orders.amount-positive"),
            (0, "cnaught.orders.amount-positive"),
            (0.5, "cnaught.orders.amount-bounds"),
            (1_000_000_001, "cnaught.orders.amount-bounds"),
            (10**400, "cnaught.orders.amount-bounds"),
            (True, "cnaught.errors.numbers-are-numbers"),
            ("10", "cnaught.errors.numbers-are-numbers"),
        ]
    ]
    + [
        pytest.param(
            "/v1/orders", {"total_price_usd_cents": total}, "total_price_usd_cents", marks=pytest.mark.rule(rule)
        )
        for total, rule in [
            (1, "cnaught.orders.total-price-bounds"),
            (0, "cnaught.orders.total-price-bounds"),
            (2.5, "cnaught.orders.total-price-bounds"),
            (1_000_000_001, "cnaught.orders.total-price-bounds"),
        ]
    ]
    + [
        pytest.param(
            "/v1/orders/ride",
            {},
            "distance_km",
            marks=pytest.mark.rule("cnaught.orders.ride-distance-required", "cnaught.orders.ride-distance-missing"),
        ),
    ]
    + [
        pytest.param(
            "/v1/orders/ride",
            {"distance_km": km},
            "distance_km",
            marks=pytest.mark.rule("cnaught.orders.ride-distance-bounds"),
        )
        for km in (0, -10, 1_000_000_001)
    ]
    + [
        pytest.param(
            "/v1/orders",
            {"amount_kg": 1, note: "x" * 513},
            note,
            marks=pytest.mark.rule("cnaught.orders.text-max-length", "cnaught.orders.text-too-long"),
        )
        for note in ("metadata", "description")
    ]
    + [
        pytest.param(
            "/v1/orders",
            {"amount_kg": 1, "notification_config": {"url": url}},
            "notification_config.url",
            marks=pytest.mark.rule("cnaught.orders.callback-url"),
        )
        for url in (
            "",
            "example.com",
            "ftp://example.com",
            "https://",
            "http://exämple.com/",
            "https://a/" + "x" * 2048,
            "http://[::1",
            "http://[::1::2]/",
            "http://[localhost]/",
            "http://a:65536/",
            "http://a b/",
        )
    ],
)
def test_an_invalid_order_is_refused(cnaught: Caller, path: str, body: dict[str, object], field: str) -> None:
    """An invalid member answers 400 with an entry for it."""
    reply = cnaught.post(path, body)
    assert reply.status_code == 400
    assert reply.json()["errors"].keys() == {field}


@pytest.mark.rule("cnaught.orders.amount-or-price", "cnaught.orders.amount-or-price-problem")
@pytest.mark.parametrize(
    "measures",
    [
        {},
        {"amount_kg": 1, "total_price_usd_cents": 2},
        {"amount_kg": 1, "total_price_usd_cents": None},
        {"total_price_usd_cents": None},
    ],
)
def test_an_order_has_one_measure(cnaught: Caller, measures: dict[str, object]) -> None:
    """Mass and price together, or neither, answers 400 with an entry for each."""
    reply = cnaught.post("/v1/orders", measures)
    assert reply.status_code == 400
    assert reply.json()["errors"].keys() == {"amount_kg", "total_price_usd_cents"}


@pytest.mark.rule("cnaught.orders.callback-control-api")
@pytest.mark.parametrize("url", CONTROL_URLS)
@pytest.mark.parametrize("path", ["/v1/orders", "/v1/orders/ride", "/v1/orders/checkout-session"])
def test_a_callback_cannot_call_the_control_api(cnaught: Caller, path: str, url: str) -> None:
    """A callback to a control API, in any spelling and on any host, answers 400 when the order is placed."""
    order = {"amount_kg": 1, "distance_km": 1, "notification_config": {"url": url}}
    session = {"success_url": "https://a/", "cancel_url": "https://a/"} if path.endswith("session") else {}
    reply = cnaught.post(path, {**order, **session})
    assert reply.status_code == 400
    assert reply.json()["errors"]["notification_config.url"] == ["must not call the control API of the emulator"]


@pytest.mark.rule("cnaught.orders.callback-url")
@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://localhost:8000/_emulators",
            "http://localhost:8000/x/_emulator/",
            "http://localhost/?/_emulator/reset",
        ),
        *("http://localhost:8000", "https://a.b?c", "https://a/" + "x" * 2038, "HTTP://LOCALHOST:1/", "http://a:65535"),
        *("http://[::1]:9/h", "http://[::1]/", "http://[0:0:0:0:0:0:0:1]:9", "http://[::ffff:127.0.0.1]:9/h"),
        *("http://127.0.0.1:9", "http://127.1.2.3", "http://localhost./", "http://user:pass@localhost:9/h"),
    ],
)
def test_a_callback_url_may_be_any_web_address(cnaught: Caller, url: str) -> None:
    """Plain http, IPv6 addresses, user names and 2048 characters are accepted, and so is no callback."""
    order = cnaught.post("/v1/orders", {"amount_kg": 1, "notification_config": {"url": url}})
    assert (order.status_code, order.json()["callback_url"]) == (201, url)
    assert cnaught.post("/v1/orders", {"amount_kg": 1, "notification_config": None}).status_code == 201


@pytest.mark.parametrize(
    ("account", "body", "title"),
    [
        pytest.param(
            "sandbox",
            {"amount_kg": 1, "portfolio_id": "mHvNvWbq"},
            "Requested portfolio is not available",
            marks=pytest.mark.rule("cnaught.orders.portfolio-forbidden"),
        ),
        pytest.param(
            "sandbox",
            {"amount_kg": 1, "portfolio_id": "unknown"},
            "Requested portfolio is not available",
            marks=pytest.mark.rule("cnaught.orders.portfolio-unknown"),
        ),
        pytest.param(
            "sandbox",
            {"amount_kg": 1, "portfolio_id": ""},
            "Requested portfolio is not available",
            marks=pytest.mark.rule("cnaught.orders.portfolio-unknown"),
        ),
        pytest.param(
            "no-billing",
            {"amount_kg": 1},
            "Billing has not been set up for this account",
            marks=pytest.mark.rule("cnaught.orders.billing-forbidden"),
        ),
    ],
)
def test_an_account_may_be_forbidden_to_order(
    cnaught: Caller, account: str, body: dict[str, object], title: str
) -> None:
    """Without billing, or without the portfolio, an order answers 403."""
    reply = as_account(cnaught, account).post("/v1/orders", body)
    assert reply.status_code == 403
    assert reply.json()["title"] == title


@pytest.mark.rule("cnaught.orders.portfolio-unknown")
@pytest.mark.parametrize("amount_kg", [0, 0.5])
def test_a_portfolio_is_checked_after_the_body(cnaught: Caller, amount_kg: float) -> None:
    """An invalid body is reported before an unknown portfolio."""
    assert cnaught.post("/v1/orders", {"amount_kg": amount_kg, "portfolio_id": "unknown"}).status_code == 400


@pytest.mark.rule("cnaught.orders.unknown-id", "cnaught.orders.unknown-id-title", "cnaught.errors.not-found-type")
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/orders/123"), ("POST", "/v1/orders/123/cancel")])
def test_an_unknown_order_is_not_found(cnaught: Caller, method: str, path: str) -> None:
    """An unknown id answers 404 with the title that the vendor's sandbox gave."""
    reply = cnaught.request(method, path)
    assert (reply.status_code, reply.json()["title"]) == (404, "Could not find order")


@pytest.mark.rule("cnaught.states.fulfilled-later", "cnaught.states.fulfilment-delay")
def test_an_order_is_fulfilled_by_time_alone(cnaught: Caller) -> None:
    """An order is placed for two seconds and then fulfilled, with an event."""
    order = cnaught.post("/v1/orders", {"amount_kg": 1}).json()
    assert cnaught.space.clock.advance(seconds=1.999999) == []
    assert cnaught.get(f"/v1/orders/{order['id']}").json()["state"] == "placed"
    events = cnaught.space.clock.advance(seconds=0.000001)
    assert cnaught.get(f"/v1/orders/{order['id']}").json()["state"] == "fulfilled"
    assert [(event["kind"], event["subject"]) for event in events] == [("order.fulfilled", order["id"])]
    assert events[0]["at"] == f"{START[:-2]}2.000000Z"


@pytest.mark.rule("cnaught.states.allocations", "cnaught.states.retirements", "cnaught.states.no-allocations-otherwise")
def test_a_fulfilled_order_has_allocations(cnaught: Caller) -> None:
    """A fulfilled order is split by the portfolio's fractions; a placed or cancelled one is not."""
    sandbox = as_account(cnaught, "sandbox")
    order = sandbox.post("/v1/orders", {"amount_kg": 3000}).json()
    assert order["project_allocations"] == []
    cnaught.space.clock.advance(seconds=2)
    allocations = sandbox.get(f"/v1/orders/{order['id']}").json()["project_allocations"]
    assert [part["amount_kg"] for part in allocations] == [1050, 1050, 600, 300]
    assert [part["project"]["name"][-1] for part in allocations] == ["A", "B", "C", "D"]
    serials = [part["retirements"] for part in allocations]
    assert serials == [[{"serial_number_range": f"SANDBOX-{order['id']}-{n}", "url": None}] for n in (1, 2, 3, 4)]
    assert sandbox.post(f"/v1/orders/{order['id']}/cancel").json()["project_allocations"] == []


@pytest.mark.rule(
    "cnaught.cancel.cancelled", "cnaught.cancel.keeps-amounts", "cnaught.cancel.status", "cnaught.cancel.fulfilled-too"
)
@pytest.mark.parametrize("seconds", [0, 10])
def test_a_placed_or_fulfilled_order_can_be_cancelled(cnaught: Caller, seconds: int) -> None:
    """Cancelling answers 200 with the order, cancelled for good and without certificates."""
    order = cnaught.post("/v1/orders", {"amount_kg": 5}).json()
    cnaught.space.clock.advance(seconds=seconds)
    reply = cnaught.post(f"/v1/orders/{order['id']}/cancel")
    gone = {"state": "cancelled", "certificate_public_url": None, "certificate_download_public_url": None}
    assert (reply.status_code, reply.json()) == (200, {**order, **gone})
    assert cnaught.space.clock.advance(days=1) == []
    assert cnaught.get(f"/v1/orders/{order['id']}").json() == reply.json()


@pytest.mark.rule("cnaught.cancel.twice", "cnaught.errors.forbidden-type")
def test_an_order_is_cancelled_once(cnaught: Caller) -> None:
    """A cancelled order cannot be cancelled again."""
    cnaught.post("/v1/orders/Gre28Fc35bt3/cancel")
    reply = cnaught.post("/v1/orders/Gre28Fc35bt3/cancel")
    assert reply.status_code == 403
    assert reply.json()["type"] == "https://api.cnaught.com/v1/errors/forbidden"


@pytest.mark.rule("cnaught.cancel.no-body", "cnaught.cancel.body-ignored")
@pytest.mark.parametrize(
    ("content", "media_type"), [(b"", None), (b'{"a": 1}', "application/json"), (b"\xff{", "image/png")]
)
def test_a_cancel_call_needs_no_body(cnaught: Caller, content: bytes, media_type: str | None) -> None:
    """The body of a cancel call is ignored."""
    headers = {"Content-Type": media_type} if media_type else {}
    assert cnaught.post("/v1/orders/Gre28Fc35bt3/cancel", content=content, headers=headers).status_code == 200


@pytest.mark.rule("cnaught.cancel.keeps-place")
def test_a_cancelled_order_stays_listed_and_does_not_count(cnaught: Caller) -> None:
    """A cancelled order keeps its place in the list, and its mass leaves the impact."""
    ids = [cnaught.post("/v1/orders", {"amount_kg": 5}).json()["id"] for _ in range(3)]
    cnaught.space.clock.advance(seconds=2)
    before = cnaught.get("/v1/impact/data").json()["total_offset_kgs"]
    cnaught.post(f"/v1/orders/{ids[1]}/cancel")
    assert [order["id"] for order in cnaught.get("/v1/orders").json()["data"]] == [*reversed(ids), "Gre28Fc35bt3"]
    assert cnaught.get("/v1/impact/data").json()["total_offset_kgs"] == before - 5
