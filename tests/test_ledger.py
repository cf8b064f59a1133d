"""The books in the control API: filtered and paged entries that balance, and reasons for having no books."""

from collections import Counter
from typing import Any

import httpx
import pytest

from emulator.client.handles import Refused, SpaceHandle
from emulator.core.ledger import CHECKS, Books
from emulator.providers import ALL
from tests.conftest import START
from tests.support.caller import Caller, credentials_of

EVERYTHING = {"limit": 1000}


@pytest.fixture
def traded(space: SpaceHandle) -> SpaceHandle:
    """Return a space with records that were made, bought, fulfilled and cancelled."""
    oneclickimpact, cnaught, thallo = (
        Caller(space, name, credentials_of(space, name)) for name in ("oneclickimpact", "cnaught", "thallo")
    )
    oneclickimpact.post("/v1/capture_carbon", {"amount": 5})
    space.clock.advance(seconds=1)
    order = cnaught.post("/v1/orders", {"amount_kg": 10}).json()
    space.clock.advance(seconds=2)
    cnaught.post(f"/v1/orders/{order['id']}/cancel")
    order = {"sell_order_id": "006o2wqvztvuzmadov", "expected_price_cents": "3000"}
    grams = {"vintage_id": "00410wiwk6v7q7aa10", "quantity_grams": "750000", "external_id": "first"}
    thallo.post("/api/caas/request-retirement", {**grams, **order})
    return space


def postings(ledger: dict[str, Any]) -> list[dict[str, str]]:
    return [posting for entry in ledger["entries"] for posting in entry["postings"]]


def test_entries_are_listed_oldest_first(traded: SpaceHandle) -> None:
    """Entries of all vendors are in order of time, with their postings, and balance."""
    ledger_page = traded.ledger(since=START)
    assert [(entry["at"], entry["provider"], entry["description"]) for entry in ledger_page["entries"]] == [
        ("2026-01-01T00:00:00.000000Z", "oneclickimpact", "carbon_captured made"),
        ("2026-01-01T00:00:01.000000Z", "cnaught", "order placed"),
        ("2026-01-01T00:00:03.000000Z", "cnaught", "order fulfilled"),
        ("2026-01-01T00:00:03.000000Z", "cnaught", "order canceled"),
        ("2026-01-01T00:00:03.000000Z", "thallo", "credits bought"),
        ("2026-01-01T00:00:03.000000Z", "thallo", "retirement requested"),
    ]
    assert ledger_page["entries"][0]["postings"] == [
        {"account": "outside/carbon_captured", "unit": "g", "amount": "-2267.96185"},
        {"account": "made/carbon_captured/sandbox", "unit": "g", "amount": "2267.96185"},
    ]
    assert ledger_page["sums"] == {"cent": "0", "g": "0"}
    assert traded.verify_ledger()["holds"] is True


def test_a_vendor_without_books_has_a_reason(traded: SpaceHandle) -> None:
    """Each vendor has books, or a reason for having none."""
    ledger_page = traded.ledger(**EVERYTHING)
    without = {provider.name for provider in ALL.values() if not isinstance(provider.books, Books)}
    assert ledger_page["without_books"].keys() == without == {"carboninsights", "dcycle"}
    assert {entry["provider"] for entry in ledger_page["entries"]} == set(ALL) - without


@pytest.mark.parametrize(
    ("filters", "descriptions"),
    [
        ({"provider": "thallo"}, ["credits bought", "retirement requested"]),
        ({"provider": "dcycle"}, []),
        ({"account": "owned/*"}, ["order placed", "order fulfilled"]),
        ({"account": "*/acme"}, ["order placed", "order fulfilled", "order canceled"]),
        ({"account": "wallet/*/thallo-ltd"}, ["credits bought", "retirement requested"]),
        ({"unit": "cent"}, ["order placed", "order canceled", "credits bought"]),
        ({"account": "*/nobody"}, []),
        ({"account": "[w]allet/*"}, ["credits bought", "retirement requested"]),
        ({"unit": "cent", "account": "charged/*", "provider": "cnaught"}, ["order placed", "order canceled"]),
        ({"since": "2026-01-01T01:00:04+01:00"}, []),
    ],
)
def test_entries_are_filtered(traded: SpaceHandle, filters: dict[str, Any], descriptions: list[str]) -> None:
    """Balances, sums and totals are those of the filtered entries, which still balance."""
    ledger_page = traded.ledger(**{"since": START, **filters})
    assert [entry["description"] for entry in ledger_page["entries"]] == descriptions
    assert ledger_page["totals"]["entries"] == len(descriptions)
    assert set(ledger_page["sums"].values()) <= {"0"}
    assert {posting["unit"] for posting in postings(ledger_page)} == ledger_page["sums"].keys()


@pytest.mark.parametrize(
    ("filters", "error"),
    [
        ({"provider": "cnaugth"}, "unknown provider 'cnaugth'; nearest: cnaught,"),
        ({"unit": "kg"}, "unknown unit 'kg'; nearest: g,"),
        ({"unit": "tree", "provider": "cnaught"}, "unknown unit 'tree'; nearest: "),
        ({"account": "owned"}, r"no account matches 'owned'; nearest: owned/\*,"),
        ({"account": ""}, "no account matches ''; nearest: "),
        ({"account": "Owned/*"}, r"no account matches 'Owned/\*'; nearest: owned/\*,"),
        ({"account": "wallet/*", "provider": "cnaught"}, r"no account matches 'wallet/\*'; nearest: "),
        ({"account": "owned/*", "unit": "cent"}, r"no account that holds cent matches 'owned/\*'; nearest: "),
    ],
)
def test_impossible_filters_are_refused(space: SpaceHandle, filters: dict[str, Any], error: str) -> None:
    """A provider, unit or account that cannot exist is refused with the nearest that can."""
    with pytest.raises(Refused, match=error) as refused:
        space.ledger(**filters)
    assert refused.value.status == 400


def test_every_account_is_of_a_known_kind(traded: SpaceHandle) -> None:
    """The books of a vendor list the kinds of its accounts with their units: filters are checked against them."""
    for entry in traded.ledger(**EVERYTHING)["entries"]:
        books = ALL[entry["provider"]].books
        assert isinstance(books, Books)
        for posting in entry["postings"]:
            kind, _, rest = posting["account"].partition("/")
            assert posting["unit"] in books.accounts[kind]
            assert rest


def test_entries_are_paged(traded: SpaceHandle) -> None:
    """Entries and balances are listed by offset and limit; sums and totals are those of all."""
    whole = traded.ledger(**EVERYTHING)
    assert whole["totals"] == {"entries": len(whole["entries"]), "balances": len(whole["balances"])}
    pages = [traded.ledger(offset=offset, limit=20) for offset in range(0, max(whole["totals"].values()), 20)]
    for part in ("entries", "balances"):
        assert [item for page in pages for item in page[part]] == whole[part]
    assert all({**page, "entries": 0, "balances": 0} == {**whole, "entries": 0, "balances": 0} for page in pages)


def test_balances_are_sums_of_postings(traded: SpaceHandle) -> None:
    """A balance is the sum of the postings to its account, in the order of names."""
    ledger_page, sums = traded.ledger(unit="cent", **EVERYTHING), Counter[tuple[str, str]]()
    for entry in ledger_page["entries"]:
        for posting in entry["postings"]:
            sums[entry["provider"], posting["account"]] += int(posting["amount"])
    shown = [((line["provider"], line["account"]), int(line["amount"])) for line in ledger_page["balances"]]
    assert shown == sorted(sums.items())


def test_books_belong_to_a_space(traded: SpaceHandle) -> None:
    """Another space, or a reset one, has none of the entries."""
    assert traded.space("another").ledger(since=START)["entries"] == []
    traded.reset()
    traded.clock.freeze(START)
    assert traded.ledger(since=START)["entries"] == []


def test_books_are_restored(traded: SpaceHandle) -> None:
    """A restored space has the same books, which are computed from its memory."""
    ledger_page, snapshot = traded.ledger(**EVERYTHING), traded.snapshot()
    traded.reset()
    traded.restore(snapshot)
    assert traded.ledger(**EVERYTHING) == ledger_page


def test_every_check_has_a_name_and_a_statement(space: SpaceHandle) -> None:
    """Each check has a distinct name that begins with its vendor's, and a statement."""
    checks = space.verify_ledger()["checks"]
    all_books = [(provider.name, provider.books) for provider in ALL.values() if isinstance(provider.books, Books)]
    names = [(provider, check.name) for provider, books in all_books for check in books.checks]
    assert [check["name"] for check in checks] == [*(check.name for check in CHECKS), *(name for _, name in names)]
    assert all(name.startswith(f"{provider}.") for provider, name in names)
    assert len({check["name"] for check in checks}) == len(checks)
    assert all(check["statement"].endswith(".") for check in checks)


def test_books_are_read_only(space: SpaceHandle) -> None:
    """Books can be read, not written."""
    for path in ("/ledger", "/ledger/verify"):
        reply: httpx.Response = space.http.post(f"{space.url}/_emulator{path}", json={})
        assert (reply.status_code, reply.headers["allow"]) == (405, "GET, HEAD")
