"""Retirement requests over time: their state follows from their items and the clock."""

from typing import Any

import pytest

from tests.providers.thallo.conftest import CUSTOMER, OWNED_VINTAGE, as_seller, memory, retire, retire_owned
from tests.support.caller import Caller, use_vendor_links

PATH = "/api/retirement"
JANUARY_ENDS, SETTLED, RETIRED = "2026-02-01T00:00:00Z", "2026-02-08T00:00:00Z", "2026-02-11T00:00:00Z"
PROOF = ("retired_at", "retired_serial_numbers", "thallo_proof_of_retirement_certificate_url")


def request_id(thallo: Caller, quantity_grams: str, external_id: str = "first", **more: object) -> str:
    reply = retire(thallo, quantity_grams, external_id, **more)
    assert reply.status_code == 200
    return str(reply.json()["retirement_request_id"])


def retirement(thallo: Caller, found_id: str) -> dict[str, Any]:
    reply = thallo.get(PATH, params={"id": found_id})
    assert reply.status_code == 200
    return dict(reply.json())


def total(thallo: Caller, found_id: str) -> tuple[str, int]:
    found = retirement(thallo, found_id)
    return found["status"], int(found["total_quantity"])


def own_tonnes(thallo: Caller, tonnes: int) -> None:
    """Fill the wallet that the fixture gives the default tenant."""
    snapshot = thallo.space.snapshot()
    snapshot["memory"]["thallo"]["wallets"]["thallo-ltd"][OWNED_VINTAGE]["quantity_grams"] = str(tonnes * 1_000_000)
    thallo.space.restore(snapshot)


# --- fields -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.retirement.fields", "thallo.retirement.type", "thallo.retirement.purchase")
def test_a_request_shows_its_calls(thallo: Caller) -> None:
    """A request shows the sum of its calls, each with its trade and the month's invoice."""
    first = request_id(thallo, "1500000", "a", external_retiree_id="r1")
    thallo.space.clock.advance(seconds=76.25)
    assert request_id(thallo, "250000", "b") == first
    [bought, taken] = memory(thallo)["retirement_requests"][first]["items"]
    company = {"retiree_name": "Thallo Ltd", "retiree_tax_id": "123456789", "retiree_country": "GB"}
    assert retirement(thallo, first) == {
        "id": first,
        "status": "OPEN",
        "total_quantity": "1750000",
        "type": "FRACTIONALISED",
        "project_id": "003c1hatqib9jbpwwl",
        "vintage_id": "00410wiwk6v7q7aa10",
        "created_at": "2026-01-01T00:00:00.000Z",
        **dict.fromkeys(PROOF),
        "should_retire_external_customer": False,
        "all_invoices_settled": False,
        "retirement_request_items": [
            {
                "id": bought["id"],
                "quantity": "1500000",
                "created_at": "2026-01-01T00:00:00.000Z",
                **company,
                "invoice_id": next(reversed(memory(thallo)["invoices"])),
                "trade_id": bought["trade_id"],
            },
            {
                "id": taken["id"],
                "quantity": "250000",
                "created_at": "2026-01-01T00:01:16.250Z",
                **company,
                "invoice_id": None,
                "trade_id": None,
            },
        ],
    }
    assert bought["trade_id"] is not None


@pytest.mark.rule("thallo.retirement.type", "thallo.retirement.retiree")
@pytest.mark.parametrize(
    ("more", "flag", "name"),
    [({}, False, "Thallo Ltd"), (CUSTOMER, True, "Alice Bob"), ({"external_retiree_name": "X"}, False, "Thallo Ltd")],
)
def test_the_retiree_is_the_customer_or_the_tenant(
    thallo: Caller, more: dict[str, object], flag: bool, name: str
) -> None:
    """The retiree is the customer if the flag is true, and else the tenant's company."""
    found = retirement(thallo, request_id(thallo, "2000000", **more))
    [item] = found["retirement_request_items"]
    assert (found["type"], found["should_retire_external_customer"], item["retiree_name"]) == ("WHOLE", flag, name)


@pytest.mark.rule("thallo.retirement.unknown", "thallo.retirement.unknown-code")
@pytest.mark.parametrize("unknown", ["00mnosuchrequest00", "", "\x00", "00MAXWB1X2LTJGH4OB"])
def test_an_unknown_request_is_not_found(thallo: Caller, unknown: str) -> None:
    """It answers 422, not 404."""
    reply = thallo.get(PATH, params={"id": unknown})
    assert (reply.status_code, reply.json()["error"]) == (422, "NOT_FOUND")
    assert isinstance(reply.json()["message"], str)


@pytest.mark.rule("thallo.retirement.unknown")
def test_a_request_of_another_tenant_is_not_found(thallo: Caller) -> None:
    """Tenants cannot see each other's requests."""
    first = request_id(thallo, "50")
    assert as_seller(thallo).get(PATH, params={"id": first}).json()["error"] == "NOT_FOUND"


@pytest.mark.rule("thallo.retirement.id", "thallo.errors.message-list", "thallo.input.unknown-names")
def test_an_id_is_required(thallo: Caller) -> None:
    """The id is required; unknown parameters are ignored."""
    reply = thallo.get(PATH, params={"ID": "00maxwb1x2ltjgh4ob"})
    assert (reply.status_code, reply.json()["message"]) == (400, ["id should not be empty"])
    assert thallo.get(PATH, params={"id": "00maxwb1x2ltjgh4ob", "expand": "x"}).status_code == 200


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "status"),
    [
        pytest.param(
            "2026-01-01T00:00:00Z",
            "OPEN",
            marks=pytest.mark.rule("thallo.retirement.open", "thallo.retirement.open-month"),
        ),
        ("2026-01-31T23:59:59.999999Z", "OPEN"),
        pytest.param(JANUARY_ENDS, "CLOSED", marks=pytest.mark.rule("thallo.retirement.closed")),
        pytest.param("2026-02-07T23:59:59.999999Z", "CLOSED", marks=pytest.mark.rule("thallo.retirement.settled")),
        pytest.param(SETTLED, "IN_PROGRESS", marks=pytest.mark.rule("thallo.retirement.in-progress")),
        ("2026-02-10T23:59:59.999999Z", "IN_PROGRESS"),
        pytest.param(RETIRED, "COMPLETE", marks=pytest.mark.rule("thallo.retirement.complete")),
        ("2999-12-31T00:00:00Z", "COMPLETE"),
    ],
)
@pytest.mark.rule("thallo.retirement.proof", "thallo.retirement.nulls")
def test_fractions_have_states_over_time(thallo: Caller, at: str, status: str) -> None:
    """Fractions are open until the month ends, closed until payment, and then three days at the registry."""
    use_vendor_links(thallo.space)
    first = request_id(thallo, "1500000")
    thallo.space.clock.freeze(at)
    found = retirement(thallo, first)
    assert found["status"] == status
    assert found["all_invoices_settled"] is (status in ("IN_PROGRESS", "COMPLETE"))
    proof = [found[name] for name in PROOF]
    if status == "COMPLETE":
        certificate = f"https://example.com/certificates/{first}"
        assert proof == ["2026-02-11T00:00:00.000Z", [f"00410wiwk6v7q7aa10-{first}-1-1"], certificate]
    else:
        assert proof == [None, None, None]


@pytest.mark.rule("thallo.retirement.open-month", "thallo.retirement.closed", "thallo.retirement.in-progress")
@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("2026-01-01T00:00:00Z", "IN_PROGRESS"),
        (JANUARY_ENDS, "IN_PROGRESS"),
        (SETTLED, "IN_PROGRESS"),
        (RETIRED, "COMPLETE"),
    ],
)
def test_bought_tonnes_have_states_over_time(thallo: Caller, at: str, status: str) -> None:
    """Whole tonnes are never open or closed, but in progress until three days after the invoice is paid."""
    first = request_id(thallo, "2000000")
    thallo.space.clock.freeze(at)
    assert total(thallo, first) == (status, 2_000_000)


@pytest.mark.rule("thallo.retirement.closed", "thallo.retirement.in-progress")
@pytest.mark.parametrize(
    ("at", "status"), [(JANUARY_ENDS, "IN_PROGRESS"), (SETTLED, "IN_PROGRESS"), (RETIRED, "COMPLETE")]
)
def test_fractions_that_add_up_leave_nothing_behind(thallo: Caller, at: str, status: str) -> None:
    """Fractions of a whole tonne are not closed, since nothing has gone over to the next month."""
    first = request_id(thallo, "500000")
    assert request_id(thallo, "1500000", "second") == first
    assert total(thallo, first) == ("OPEN", 2_000_000)
    thallo.space.clock.freeze(at)
    assert total(thallo, first) == (status, 2_000_000)


@pytest.mark.rule("thallo.retirement.in-progress", "thallo.retirement.purchase")
def test_tonnes_from_the_wallet_wait_for_no_invoice(thallo: Caller) -> None:
    """If nothing was bought there is nothing to settle, and the registry begins at once."""
    own_tonnes(thallo, 2)
    first = str(retire_owned(thallo, "2000000", "a").json()["retirement_request_id"])
    assert retirement(thallo, first)["all_invoices_settled"] is True
    assert retirement(thallo, first)["status"] == "IN_PROGRESS"
    thallo.space.clock.advance(days=3)
    assert retirement(thallo, first)["retired_at"] == "2026-01-04T00:00:00.000Z"


@pytest.mark.rule("thallo.retirement.nothing-to-process")
@pytest.mark.parametrize("quantity_grams", ["1", "999999"])
def test_less_than_a_tonne_is_not_carried_out(thallo: Caller, quantity_grams: str) -> None:
    """Less than a tonne at the end of the month leaves nothing to process, for good."""
    first = request_id(thallo, quantity_grams)
    assert total(thallo, first) == ("OPEN", int(quantity_grams))
    for at in (JANUARY_ENDS, SETTLED, RETIRED, "2027-01-01T00:00:00Z"):
        thallo.space.clock.freeze(at)
        assert total(thallo, first) == ("NOTHING_TO_PROCESS", 0)
        assert [retirement(thallo, first)[name] for name in PROOF] == [None, None, None]


# --- fractions that go over -------------------------------------------------------------------------------------------


@pytest.mark.rule("thallo.retirement.carried", "thallo.retirement.carried-on")
def test_a_remainder_joins_the_next_request(thallo: Caller) -> None:
    """Whole tonnes are carried out; the remainder joins the next request, and no gram is lost."""
    first = request_id(thallo, "1750000", "a")
    thallo.space.clock.freeze(JANUARY_ENDS)
    assert total(thallo, first) == ("CLOSED", 1_000_000)
    second = request_id(thallo, "500000", "b")
    assert total(thallo, second) == ("OPEN", 1_250_000)
    [item] = retirement(thallo, second)["retirement_request_items"]
    assert item["quantity"] == "500000"
    thallo.space.clock.freeze("2026-03-01T00:00:00Z")
    assert total(thallo, second) == ("CLOSED", 1_000_000)
    third = request_id(thallo, "1", "c")
    assert total(thallo, third) == ("OPEN", 250_001)
    assert total(thallo, first) == ("COMPLETE", 1_000_000)


@pytest.mark.rule("thallo.retirement.carried-on")
def test_a_remainder_waits_for_months(thallo: Caller) -> None:
    """A remainder waits as long as it takes; whole tonnes and other vintages do not take it."""
    request_id(thallo, "400000", "a")
    thallo.space.clock.freeze("2027-01-15T00:00:00Z")
    assert total(thallo, request_id(thallo, "3000000", "b"))[1] == 3_000_000
    assert total(thallo, str(retire_owned(thallo, "30", "c").json()["retirement_request_id"]))[1] == 30
    seller = as_seller(thallo)
    assert total(seller, request_id(seller, "30", "a"))[1] == 30
    later = request_id(thallo, "600000", "d")
    assert total(thallo, later) == ("OPEN", 1_000_000)
    thallo.space.clock.freeze("2027-02-01T00:00:00Z")
    assert total(thallo, later) == ("IN_PROGRESS", 1_000_000)


# --- events -----------------------------------------------------------------------------------------------------------


def events(thallo: Caller, **span: float) -> list[tuple[str, str, str]]:
    """Let time pass and return what changed: when, what kind of change, and of what."""
    return [(event["at"][:10], event["kind"], event["subject"]) for event in thallo.space.clock.advance(**span)]


@pytest.mark.rule("thallo.retirements.month-end", "thallo.retirement.settled", "thallo.retirement.complete")
def test_every_change_over_time_is_an_event(thallo: Caller) -> None:
    """The end of a month, the payment of an invoice, and the start and end of a retirement are events, in order."""
    fractions, tonnes = request_id(thallo, "1500000", "a"), request_id(thallo, "2000000", "b")
    [invoice] = [id for id, found in memory(thallo)["invoices"].items() if found["month"] == "2026-01"]
    assert events(thallo, days=30, hours=23, minutes=59, seconds=59) == []
    assert events(thallo, days=365) == [
        ("2026-02-01", "month.ended", fractions),
        ("2026-02-08", "invoice.settled", invoice),
        ("2026-02-08", "retirement.started", fractions),
        ("2026-02-11", "retirement.completed", fractions),
        ("2026-02-11", "retirement.completed", tonnes),
    ]


def test_a_retirement_without_a_purchase_is_an_event(thallo: Caller) -> None:
    """Without an invoice, whole tonnes start at once, and fractions at the end of the month."""
    own_tonnes(thallo, 4)
    fractions = str(retire_owned(thallo, "1500000", "a").json()["retirement_request_id"])
    tonnes = str(retire_owned(thallo, "2000000", "b").json()["retirement_request_id"])
    assert events(thallo, days=365) == [
        ("2026-01-04", "retirement.completed", tonnes),
        ("2026-02-01", "month.ended", fractions),
        ("2026-02-01", "retirement.started", fractions),
        ("2026-02-04", "retirement.completed", fractions),
    ]


def test_a_month_without_a_tonne_is_one_event(thallo: Caller) -> None:
    """Less than a tonne is never carried out, so nothing happens to its request after the end of the month."""
    first = str(retire_owned(thallo, "30", "a").json()["retirement_request_id"])
    assert events(thallo, days=365) == [("2026-02-01", "month.ended", first)]


def test_the_fixture_has_events(thallo: Caller) -> None:
    """The samples of the documents change over time, too."""
    earlier = thallo.space.space("events-of-2024")
    earlier.clock.freeze("2024-02-06")
    found = [(event["at"][:10], event["kind"], event["subject"]) for event in earlier.clock.advance(days=60)]
    earlier.delete()
    assert ("2024-02-08", "retirement.completed", "00mj6hrvi6yaapj6nb") in found
    assert [(day, kind) for day, kind, subject in found if subject == "00maxwb1x2ltjgh4ob"] == [
        ("2024-03-01", "month.ended"),
        ("2024-03-08", "retirement.started"),
        ("2024-03-11", "retirement.completed"),
    ]


def test_a_restored_space_has_the_same_events(thallo: Caller) -> None:
    """Events at one time are in the same order after a restore."""
    first = request_id(thallo, "250000", "a")
    second = request_id(as_seller(thallo), "1500000", "a")
    request_id(thallo, "1500000", "b")
    snapshot, expected = thallo.space.snapshot(), events(thallo, days=365)
    assert [subject for *_, subject in expected][:2] == [first, second]
    thallo.space.restore(snapshot)
    assert events(thallo, days=365) == expected


@pytest.mark.rule("thallo.retirement.reading")
def test_reading_changes_nothing(thallo: Caller) -> None:
    """Reading a request at any time changes nothing in Thallo's memory."""
    first = request_id(thallo, "1750000")
    before = memory(thallo)
    for at in (JANUARY_ENDS, SETTLED, RETIRED, "2027-01-01T00:00:00Z"):
        thallo.space.clock.freeze(at)
        assert retirement(thallo, first) == retirement(thallo, first)
    assert memory(thallo) == before


def test_a_restore_changes_nothing(thallo: Caller) -> None:
    """A restored request continues as before."""
    first = request_id(thallo, "1750000", "a")
    thallo.space.clock.freeze(JANUARY_ENDS)
    second = request_id(thallo, "500000", "b")
    seen = [retirement(thallo, found) for found in (first, second)]
    thallo.space.restore(thallo.space.snapshot())
    assert [retirement(thallo, found) for found in (first, second)] == seen
    assert request_id(thallo, "1", "c") == second
