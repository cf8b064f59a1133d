"""API keys: which are accepted, what is checked first, and what accounts see of each other."""

import pytest

from emulator.evidence import contracts
from tests.providers.cnaught.conftest import as_account
from tests.support.caller import NO_CREDENTIALS, Caller

OPERATIONS = [operation for operation in contracts.operations("cnaught") if not operation.missing]


@pytest.mark.rule("cnaught.auth.bearer-key-required", "cnaught.auth.unauthorized-title")
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_operation_requires_a_key(cnaught: Caller, operation: contracts.Operation) -> None:
    """Without a key every operation answers 401."""
    anonymous = cnaught.identified(NO_CREDENTIALS)
    reply = anonymous.request(operation.method, operation.path.replace("{id}", "Gre28Fc35bt3"))
    assert (reply.status_code, reply.json()["title"]) == (401, "Unauthorized")


@pytest.mark.rule("cnaught.auth.unusable-header")
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer unknown",
        "Bearer test_acme_0001x",
        "test_acme_0001",
        "Token test_acme_0001",
    ],
)
def test_a_header_without_a_known_key_is_refused(cnaught: Caller, header: str | None) -> None:
    """However a request lacks a known key, the reply is the same, with a challenge."""
    anonymous = cnaught.identified(NO_CREDENTIALS if header is None else {"Authorization": header})
    reply = anonymous.get("/v1/orders")
    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert reply.json() == {"type": "about:blank", "title": "Unauthorized", "status": 401}


@pytest.mark.rule("cnaught.auth.checked-first")
@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("GET", "/v1/orders/123", {}),
        ("POST", "/v1/orders/123/cancel", {}),
        ("GET", "/v1/orders?limit=0", {}),
        ("GET", "/v1/orders", {"headers": {"X-Subaccount-Id": "unknown"}}),
        ("POST", "/v1/orders", {"json": {"amount_kg": 1}, "headers": {"Idempotency-Key": "k" * 513}}),
        ("POST", "/v1/orders", {"json": {"amount_kg": -1}}),
        ("POST", "/v1/quotes", {"content": b"{", "headers": {"Content-Type": "text/plain"}}),
        ("POST", "/v1/subaccounts", {"json": {}}),
    ],
)
def test_the_key_is_checked_first(cnaught: Caller, method: str, path: str, content: dict[str, object]) -> None:
    """A request without a known key answers 401, even if it has other problems."""
    anonymous = cnaught.identified({"Authorization": "Bearer unknown"})
    assert anonymous.request(method, path, **content).status_code == 401
    assert cnaught.request(method, path, **content).status_code in (400, 404, 415)


@pytest.mark.rule("cnaught.auth.accounts-apart")
def test_accounts_are_isolated(cnaught: Caller) -> None:
    """One account neither lists, reads nor cancels another's records."""
    empty = as_account(cnaught, "empty")
    order = empty.post("/v1/orders", {"amount_kg": 1}).json()
    subaccount = empty.post("/v1/subaccounts", {"name": "Ours"}).json()
    assert empty.get("/v1/orders").json()["data"] == [order]
    assert empty.get("/v1/subaccounts").json()["data"] == [subaccount]

    assert [listed["id"] for listed in cnaught.get("/v1/orders").json()["data"]] == ["Gre28Fc35bt3"]
    assert [listed["id"] for listed in cnaught.get("/v1/subaccounts").json()["data"]] == ["5nubL0NS"]
    assert cnaught.get(f"/v1/orders/{order['id']}").status_code == 404
    assert cnaught.post(f"/v1/orders/{order['id']}/cancel").status_code == 404
    assert cnaught.get(f"/v1/subaccounts/{subaccount['id']}").status_code == 404
    assert empty.get(f"/v1/orders/{order['id']}").json() == order
