"""Calling a vendor in a space as its client would."""

from collections.abc import Mapping
from typing import Any

import httpx

from emulator.client.embedded import SpaceHandle
from emulator.core.documents import write
from emulator.space.space import Space
from tests.support.contract_check import hold

LINKING = ("cnaught", "thallo")
"""The providers whose replies have links to pages."""

NO_CREDENTIALS: Mapping[str, str] = {}


class Caller:
    """A client of one vendor in one space. Each call carries the credentials unless it brings headers of that name.

    Every reply is held to the vendor's contract, unless the call says ``promised=False`` since a fault acts on it.
    """

    def __init__(self, space: SpaceHandle, provider: str, credentials: Mapping[str, str]) -> None:
        self.space = space
        self.provider = provider
        self.credentials = credentials

    def identified(self, credentials: Mapping[str, str]) -> "Caller":
        """The same client with other credentials."""
        return Caller(self.space, self.provider, credentials)

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, promised: bool = True, **content: Any
    ) -> httpx.Response:
        """One request to a vendor's path; ``content`` as httpx takes it: json, content, params."""
        url = f"{self.space.url}/{self.provider}{path}"
        reply = self.space.http.request(method, url, headers={**self.credentials, **(headers or {})}, **content)
        if promised:
            hold(self.provider, reply, path.partition("?")[0])
        return reply

    def get(self, path: str, **content: Any) -> httpx.Response:
        return self.request("GET", path, **content)

    def post(self, path: str, body: Any = None, **content: Any) -> httpx.Response:
        """``body`` is sent as JSON; without one, nothing is."""
        return self.request("POST", path, **({} if body is None else {"json": body}), **content)


def credentials_of(space: SpaceHandle, provider: str) -> Mapping[str, str]:
    """The headers that carry a provider's first credentials."""
    if provider not in _given:
        _given[provider] = getattr(space, provider).credentials
    given = _given[provider]
    match provider:
        case "oneclickimpact":
            return {"x-api-key": given["api_key"]}
        case "cnaught" | "thallo":
            return {"Authorization": f"Bearer {given['api_key']}"}
        case "dcycle":
            return {"x-api-key": given["api_key"], "x-organization-id": given["organization_id"]}
        case "carboninsights":
            login = {"username": given["username"], "password": given["password"]}
            tokens = space.http.post(f"{space.url}/carboninsights/token", json=login).json()
            return {"Authorization": f"Token {tokens['access']}"}
        case _:
            raise ValueError(provider)


_given: dict[str, Mapping[str, str]] = {}
"""What our own fixtures give, asked for once."""


def remembered(space: Space, provider: str) -> object:
    """What a vendor remembers, and the identifiers that were given out: all that a request to it could change."""
    return write(space.backend(provider).memory), dict(space.ids.drawn)


def use_vendor_links(space: SpaceHandle) -> None:
    """Let the links of a space lead to the vendors, as in their documents, instead of to the emulator's pages."""
    for provider in LINKING:
        space.control("PATCH", f"/settings/{provider}", json={"links": "vendor"})
