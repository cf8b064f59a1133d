"""A space as a test sees it, in this process or on another server: its providers, clock, faults, journal, webhooks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import quote

import httpx

from emulator.client.clock_handle import ClockHandle
from emulator.client.control_client import ControlClient, Refused
from emulator.client.faults_handle import FaultsHandle
from emulator.client.quiet_client import QuietClient
from emulator.client.requests_handle import RequestsHandle
from emulator.client.server_url import server_url
from emulator.client.webhooks_handle import WebhooksHandle

__tracebackhide__ = True  # pytest shows the line of the test that an error is about


class SpaceHandle:
    """A space: its providers, clock, faults, journal, webhooks, snapshots and ledger.

    ``http`` is a client whose base URL is the server's. The providers are attributes: ``space.cnaught.url``.
    """

    def __init__(self, http: httpx.Client, name: str) -> None:
        self.http = http
        self.name = name
        self._control = ControlClient(http, name)
        self.url = self._control.url
        self.clock = ClockHandle(self._control)
        self.faults = FaultsHandle(self._control)
        self.requests = RequestsHandle(self._control)
        self.webhooks = WebhooksHandle(self._control)
        self._providers: dict[str, ProviderHandle] = {}

    def __repr__(self) -> str:
        return f"<space {self.name!r} at {self.url}>"

    def __getattr__(self, name: str) -> "ProviderHandle":
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._providers:
            self._providers[name] = self.provider(name)
        return self._providers[name]

    def provider(self, name: str) -> "ProviderHandle":
        """Return a provider by its name. Raises AttributeError if it is unknown."""
        try:
            return ProviderHandle(self, self.control("GET", f"/providers/{quote(name, safe='')}"))
        except Refused as refused:
            _raise_unknown(refused)

    def control(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """Call the control API in this space, and return its reply. Raises Refused."""
        return self._control.call(method, path, **content)

    def space(self, name: str) -> "SpaceHandle":
        """Return another space of the same server."""
        return SpaceHandle(self.http, name)

    def reset(self, seed: int | None = None) -> None:
        """Reset the space to its fixtures. With a seed, its ids follow from that instead of the server's."""
        self.control("POST", "/reset", json={} if seed is None else {"seed": seed})

    def play(self, scenario: str, seed: int | None = None) -> dict[str, Any]:
        """Reset the space, fill it with a scenario, and return its story. Raises Refused if there is none."""
        content = {} if seed is None else {"seed": seed}
        return self.control("POST", f"/scenarios/{quote(scenario, safe='')}", json=content)

    def delete(self) -> None:
        """Delete the space."""
        self.control("DELETE", f"/spaces/{self.name}")

    def snapshot(self) -> dict[str, Any]:
        """Return the whole space as one document."""
        return self.control("GET", "/snapshot")

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Restore the space from a snapshot. Raises Refused; then the space has not changed."""
        self.control("PUT", "/snapshot", json=snapshot)

    def bundle(self) -> dict[str, Any]:
        """Return the recorded run of the space, which ``carbon-emulator replay`` runs again. Raises Refused."""
        return self.control("GET", "/bundle")

    def ledger(self, **filters: Any) -> dict[str, Any]:
        """Return the ledger of all providers, or a part of it: ``ledger(provider="cnaught", account="retired/*")``."""
        return self.control("GET", "/ledger", params=filters)

    def events(self, *, replay: bool = False, timeout: float | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what happens in the space, as the name and the data of each event, for ``timeout`` real seconds.

        With ``replay`` it begins with what the space still remembers, instead of now.
        """
        ending = {} if timeout is None else {"timeout": timeout}
        return self._control.events({"replay": "true" if replay else "false", **ending})

    def emissions(self) -> list[dict[str, Any]]:
        """Return the emissions that vendors have measured, by organization, scope, category and month."""
        emissions: list[dict[str, Any]] = self.control("GET", "/emissions")["emissions"]
        return emissions

    def verify_ledger(self) -> dict[str, Any]:
        """Return the result of each check of the ledger, with the figures of those that fail."""
        return self.control("GET", "/ledger/verify")


class ProviderHandle:
    """A provider in a space: its URL, credentials, clock, faults, requests, webhooks and state."""

    def __init__(self, space: SpaceHandle, described: Mapping[str, Any]) -> None:
        self.space = space
        self.name: str = described["name"]
        self.url: str = described["url"]
        self.credentials: Mapping[str, str] = described["credentials"]
        self.accounts: Sequence[Mapping[str, str]] = described["accounts"]
        """The credentials of every account or organization."""
        self.faults = space.faults.of(self.name)
        self.requests = space.requests.of(self.name)
        self.webhooks = space.webhooks.of(self.name)

    def __repr__(self) -> str:
        return f"<provider {self.name!r} in space {self.space.name!r} at {self.url}>"

    @property
    def clock(self) -> ClockHandle:
        """The clock of the whole space."""
        return self.space.clock

    @property
    def state(self) -> dict[str, Any]:
        """The state of the backend, in readable form."""
        state: dict[str, Any] = self.space.control("GET", f"/state/{self.name}")["state"]
        return state

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the provider in this space."""
        return self.space.control("GET", f"/settings/{self.name}")

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Change some settings, and return all of them. Raises Refused."""
        return self.space.control("PATCH", f"/settings/{self.name}", json=settings)

    def happens(self, act: str, subject: str) -> Any:
        """Perform an act that the vendor's API has no call for, and return what became of its subject.

        ``cnaught.happens("complete_checkout", session["id"])``. Raises Refused if it cannot happen.
        """
        return self.space.control("POST", f"/acts/{self.name}/{act}", json={"subject": subject})["result"]


def connect(url: str, token: str | None = None) -> SpaceHandle:
    """Return the space ``default`` of a running server; its ``space(name)`` returns the others. Raises ValueError."""
    return SpaceHandle(QuietClient(server_url(url), token), "default")


def _raise_unknown(refused: Refused) -> NoReturn:
    if refused.status != 404:
        raise refused
    raise AttributeError(refused.answer["error"]) from None


__all__ = ["ProviderHandle", "Refused", "SpaceHandle", "connect"]
