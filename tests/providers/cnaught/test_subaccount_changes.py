"""Subaccounts that change: their details, their logos, and their end."""

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
    """What an update leaves out is null afterwards; the logo and the day of opening stay."""
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
                {"name": "A", "default_portfolio_id": "nobody"},
                "default_portfolio_id",
                "cnaught.subaccounts.update-portfolio-invalid",
            ),
            ([], "body", "cnaught.errors.malformed-json"),
        ]
    ],
)
def test_a_malformed_update_is_refused(cnaught: Caller, body: object, field: str) -> None:
    """What does not validate answers 400 with its entry, and changes nothing."""
    before = cnaught.get(MARKETING).json()
    reply = put(cnaught, body)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {field})
    assert cnaught.get(MARKETING).json() == before


@pytest.mark.rule(
    "cnaught.subaccounts.logo-hosted", "cnaught.subaccounts.logo-replaced", "cnaught.subaccounts.logo-address"
)
def test_a_logo_comes_and_goes(cnaught: Caller) -> None:
    """A logo has an address at the vendor's, a new one each time, until it is cleared, which may be done twice."""
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
def test_a_logo_without_an_address(cnaught: Caller, body: dict[str, object]) -> None:
    """A logo is taken from an absolute address alone."""
    reply = cnaught.post(LOGO, body)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {"logo_url"})
    assert cnaught.get(MARKETING).json()["logo_url"] is None


@pytest.mark.rule("cnaught.subaccounts.logo-image", "cnaught.subaccounts.logo-hosted")
@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp", "image/svg+xml", "Image/PNG; q=1"])
def test_a_logo_may_be_sent_as_bytes(cnaught: Caller, media_type: str) -> None:
    """Any bytes of an image's type make a logo, and there is a limit to them."""
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
def test_what_is_no_image(cnaught: Caller, image: bytes, media_type: str) -> None:
    """Nothing, and what is of another type, such as the JSON that an SDK makes of untyped bytes, is refused."""
    reply = put_logo(cnaught, image, media_type)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {"logo"})
    assert cnaught.get(MARKETING).json()["logo_url"] is None


def put_logo(cnaught: Caller, image: bytes, media_type: str) -> httpx.Response:
    return cnaught.request("PUT", LOGO, content=image, headers={"Content-Type": media_type})


@pytest.mark.rule("cnaught.subaccounts.deleted", "cnaught.subaccounts.deleted-unknown")
def test_a_deleted_subaccount_is_gone(cnaught: Caller) -> None:
    """What is deleted is neither listed nor read nor acted for, and cannot be deleted again; others stay."""
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
def test_a_subaccount_with_orders_stays(cnaught: Caller, cancelled: bool) -> None:
    """An order keeps its subaccount, even once it is cancelled."""
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
def test_a_subaccount_that_is_not_there(cnaught: Caller, method: str, path: str, content: dict[str, object]) -> None:
    """An unknown subaccount, and one of another account, is not found, whatever is to be done to it."""
    for caller, name in ((cnaught, "nobody"), (as_account(cnaught, "sandbox"), "5nubL0NS")):
        reply = caller.request(method, f"/v1/subaccounts/{name}{path}", **content)
        assert (reply.status_code, reply.json()["title"]) == (404, "Could not find subaccount")
