"""Changes of subaccounts: details, logos and deletion."""

from typing import Any

import httpx
import pytest

from tests.providers.cnaught.conftest import as_account
from tests.support.caller import Caller

MARKETING = "/v1/subaccounts/5nubL0NS"
LOGO = f"{MARKETING}/logo"
IMAGE = {"logo_url": "https://example.com/logo.png"}


def put(cnaught: Caller, body: object, path: str = MARKETING) -> Any:
    return cnaught.request("PUT", path, json=body)


@pytest.mark.rule("cnaught.subaccounts.update", "cnaught.subaccounts.explicit-nulls")
@pytest.mark.parametrize(
    ("body", "email", "portfolio_id"),
    [
        ({"name": "Sales"}, None, None),
        ({"name": "Sales", "email": "sales@example.com"}, "sales@example.com", None),
        ({"name": "Sales", "default_portfolio_id": "ixmZSK"}, None, "ixmZSK"),
        ({"name": "Sales", "email": "", "default_portfolio_id": None}, None, None),
    ],
)
def test_an_update_replaces_the_details(
    cnaught: Caller, body: dict[str, object], email: str | None, portfolio_id: str | None
) -> None:
    """An optional member that an update omits becomes null; the logo and the creation time stay."""
    before = cnaught.post(LOGO, IMAGE).json()
    reply = put(cnaught, {**body, "logo_url": "https://example.com/other.png"})
    changed = {"name": "Sales", "email": email, "default_portfolio_id": portfolio_id}
    assert (reply.status_code, reply.json()) == (200, {**before, **changed})
    assert cnaught.get(MARKETING).json() == reply.json()
    assert cnaught.get("/v1/subaccounts").json()["data"] == [reply.json()]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(body, field, marks=pytest.mark.rule(rule))
        for body, field, rule in [
            ({}, "name", "cnaught.subaccounts.name-refused"),
            ({"name": "x" * 513}, "name", "cnaught.subaccounts.name-refused"),
            ({"name": ""}, "name", "cnaught.subaccounts.name-empty"),
            ({"name": "a\0b"}, "name", "cnaught.errors.null-character"),
            ({"name": "A", "email": "jane"}, "email", "cnaught.subaccounts.email"),
            (
                {"name": "A", "default_portfolio_id": "unknown"},
                "default_portfolio_id",
                "cnaught.subaccounts.update-portfolio-invalid",
            ),
            ([], "body", "cnaught.errors.malformed-json"),
        ]
    ],
)
def test_an_invalid_update_is_refused(cnaught: Caller, body: object, field: str) -> None:
    """An invalid member answers 400 with an entry for it, and changes nothing."""
    before = cnaught.get(MARKETING).json()
    reply = put(cnaught, body)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {field})
    assert cnaught.get(MARKETING).json() == before


@pytest.mark.rule(
    "cnaught.subaccounts.logo-hosted", "cnaught.subaccounts.logo-replaced", "cnaught.subaccounts.logo-address"
)
def test_a_logo_can_be_replaced_and_cleared(cnaught: Caller) -> None:
    """Each new logo has a new address; clearing may be repeated."""
    first, second = cnaught.post(LOGO, IMAGE), cnaught.post(LOGO, IMAGE)
    for reply in (first, second):
        assert reply.status_code == 200
        assert reply.json()["logo_url"].startswith("https://customer-assets.cnaught.com/")
    assert first.json()["logo_url"] != second.json()["logo_url"]
    assert cnaught.get(MARKETING).json() == second.json()
    for _ in range(2):
        reply = cnaught.request("DELETE", LOGO)
        assert (reply.status_code, reply.json()) == (200, {**first.json(), "logo_url": None})


@pytest.mark.rule("cnaught.subaccounts.logo-not-fetched")
@pytest.mark.parametrize("body", [{}, {"logo_url": None}, {"logo_url": ""}, {"logo_url": "example.com/logo.png"}])
def test_a_logo_url_must_be_absolute(cnaught: Caller, body: dict[str, object]) -> None:
    """Any other logo URL is refused."""
    reply = cnaught.post(LOGO, body)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {"logo_url"})
    assert cnaught.get(MARKETING).json()["logo_url"] is None


@pytest.mark.rule("cnaught.subaccounts.logo-image", "cnaught.subaccounts.logo-hosted")
@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp", "image/svg+xml", "Image/PNG; q=1"])
def test_a_logo_can_be_sent_as_bytes(cnaught: Caller, media_type: str) -> None:
    """Any bytes of an image type are accepted, up to a limit."""
    for size, status in ((1, 200), (5 * 1024 * 1024, 200), (5 * 1024 * 1024 + 1, 413)):
        reply = put_logo(cnaught, b"x" * size, media_type)
        assert reply.status_code == status
    assert cnaught.get(MARKETING).json()["logo_url"].startswith("https://customer-assets.cnaught.com/")


@pytest.mark.rule("cnaught.subaccounts.logo-image", "cnaught.subaccounts.logo-image-refused")
@pytest.mark.parametrize(
    ("image", "media_type"),
    [
        (b"", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"GIF89a", ""),
        (b'{"type":"Buffer","data":[1]}', "application/json"),
    ],
)
def test_other_bytes_are_refused(cnaught: Caller, image: bytes, media_type: str) -> None:
    """An empty body and another media type are refused, such as the JSON that the SDK makes of untyped bytes."""
    reply = put_logo(cnaught, image, media_type)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {"logo"})
    assert cnaught.get(MARKETING).json()["logo_url"] is None


def put_logo(cnaught: Caller, image: bytes, media_type: str) -> httpx.Response:
    return cnaught.request("PUT", LOGO, content=image, headers={"Content-Type": media_type})


@pytest.mark.rule("cnaught.subaccounts.deleted", "cnaught.subaccounts.deleted-unknown")
def test_a_deleted_subaccount_is_gone(cnaught: Caller) -> None:
    """A deleted subaccount is neither listed nor read, and cannot be named or deleted again."""
    kept = [cnaught.post("/v1/subaccounts", {"name": name}).json()["id"] for name in ("A", "B")]
    reply = cnaught.request("DELETE", MARKETING)
    assert (reply.status_code, reply.content) == (204, b"")
    assert [listed["id"] for listed in cnaught.get("/v1/subaccounts").json()["data"]] == kept[::-1]
    assert cnaught.get(MARKETING).status_code == 404
    assert cnaught.request("DELETE", MARKETING).status_code == 404
    assert cnaught.get("/v1/orders", headers={"X-Subaccount-Id": "5nubL0NS"}).status_code == 400
    older = cnaught.get("/v1/subaccounts", params={"starting_after": kept[1]}).json()["data"]
    assert [listed["id"] for listed in older] == [kept[0]]


@pytest.mark.rule("cnaught.subaccounts.delete-with-orders")
@pytest.mark.parametrize("cancelled", [False, True])
def test_a_subaccount_with_orders_cannot_be_deleted(cnaught: Caller, cancelled: bool) -> None:
    """An order keeps its subaccount, even a cancelled one."""
    order = cnaught.post("/v1/orders", {"amount_kg": 1}, headers={"X-Subaccount-Id": "5nubL0NS"}).json()["id"]
    if cancelled:
        cnaught.post(f"/v1/orders/{order}/cancel")
    reply = cnaught.request("DELETE", MARKETING)
    assert (reply.status_code, reply.json()["type"]) == (403, "https://api.cnaught.com/v1/errors/forbidden")
    assert cnaught.get(MARKETING).status_code == 200


@pytest.mark.rule(
    "cnaught.subaccounts.unknown-id", "cnaught.subaccounts.unknown-id-changed", "cnaught.auth.accounts-apart"
)
@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("PUT", "", {"json": {"name": "A"}}),
        ("DELETE", "", {}),
        ("POST", "/logo", {"json": IMAGE}),
        ("PUT", "/logo", {"content": b"x", "headers": {"Content-Type": "image/png"}}),
        ("DELETE", "/logo", {}),
    ],
)
def test_an_unknown_subaccount_is_not_found(
    cnaught: Caller, method: str, path: str, content: dict[str, object]
) -> None:
    """An unknown subaccount, and another account's, answers 404 to every change."""
    for caller, name in ((cnaught, "unknown"), (as_account(cnaught, "sandbox"), "5nubL0NS")):
        reply = caller.request(method, f"/v1/subaccounts/{name}{path}", **content)
        assert (reply.status_code, reply.json()["title"]) == (404, "Could not find subaccount")
