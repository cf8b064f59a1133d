"""Call a vendor in a space, as its client would."""

from collections.abc import Mapping
from typing import Any

import httpx

from emulator.client.embedded import SpaceHandle
from tests.support.contract_check import check_reply
from tests.support.drafts import Draft

LINKING = ("cnaught", "dcycle", "thallo")
"""The providers whose replies have links to pages."""

NO_CREDENTIALS: Mapping[str, str] = {}


class Caller:
    """A client of one vendor in one space. Each call carries the credentials unless it sets headers of that name.

    Every reply is checked against the vendor's contract, unless ``promised=False``, for a fault that replaces it.
    """

    def __init__(self, space: SpaceHandle, provider: str, credentials: Mapping[str, str]) -> None:
        self.space = space
        self.provider = provider
        self.credentials = credentials

    def identified(self, credentials: Mapping[str, str]) -> "Caller":
        """Return the same client with other credentials."""
        return Caller(self.space, self.provider, credentials)

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, promised: bool = True, **content: Any
    ) -> httpx.Response:
        """Send a request to a vendor's path; ``content`` as in httpx: json, content, params."""
        url = f"{self.space.url}/{self.provider}{path}"
        reply = self.space.http.request(method, url, headers={**self.credentials, **(headers or {})}, **content)
        if promised:
            check_reply(self.provider, reply, path.partition("?")[0])
        return reply

    def send(self, draft: Draft, *, promised: bool = True) -> httpx.Response:
        """Send a request that is described by a draft; its body is JSON unless its headers say otherwise."""
        declared = {"Content-Type": "application/json"} if draft.body else {}
        return self.request(
            draft.method,
            draft.path,
            promised=promised,
            params=draft.query,
            headers={**declared, **draft.headers},
            content=draft.body,
        )

    def get(self, path: str, **content: Any) -> httpx.Response:
        return self.request("GET", path, **content)

    def post(self, path: str, body: Any = None, **content: Any) -> httpx.Response:
        """Send ``body`` as JSON, or no body."""
        return self.request("POST", path, **({} if body is None else {"json": body}), **content)


def credentials_of(space: SpaceHandle, provider: str) -> Mapping[str, str]:
    """Return the headers that carry a provider's first credentials."""
    if provider not in _credentials:
        _credentials[provider] = getattr(space, provider).credentials
    credentials = _credentials[provider]
    match provider:
        case "oneclickimpact":
            return {"x-api-key": credentials["api_key"]}
        case "cnaught" | "thallo":
            return {"Authorization": f"Bearer {credentials['api_key']}"}
        case "dcycle":
            return {"x-api-key": credentials["api_key"], "x-organization-id": credentials["organization_id"]}
        case "carboninsights":
            login = {"username": credentials["username"], "password": credentials["password"]}
            tokens = space.http.post(f"{space.url}/carboninsights/token", json=login).json()
            return {"Authorization": f"Token {tokens['access']}"}
        case _:
            raise ValueError(provider)


_credentials: dict[str, Mapping[str, str]] = {}
"""The credentials of the built-in fixtures, requested once."""


def use_vendor_links(space: SpaceHandle) -> None:
    """Let links in replies lead to the vendors, as documented, instead of the emulator's pages."""
    for provider in LINKING:
        space.control("PATCH", f"/settings/{provider}", json={"links": "vendor"})
