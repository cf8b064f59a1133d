"""The journal of a space."""

from collections.abc import Iterator
from typing import Any

from emulator.client.control_client import ControlClient

__tracebackhide__ = True  # pytest shows the line of the test that an error is about


class RequestsHandle:
    """The journal of a space, or its entries of one provider; oldest first."""

    def __init__(self, control: ControlClient, provider: str | None = None) -> None:
        self._control = control
        self._filter = {} if provider is None else {"provider": provider}

    def __repr__(self) -> str:
        of = f"provider {self._filter['provider']!r} in " if self._filter else ""
        return f"<requests to {of}space {self._control.space!r}>"

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.matching())

    def __len__(self) -> int:
        return len(self.matching())

    def of(self, provider: str) -> "RequestsHandle":
        """Return the requests to one provider."""
        return RequestsHandle(self._control, provider)

    def matching(self, **filters: Any) -> list[dict[str, Any]]:
        """Return the matching entries: ``matching(provider="cnaught", operation="place_order", status=201)``."""
        found = self._control.call("GET", "/requests", params={**self._filter, **filters})
        entries: list[dict[str, Any]] = found["requests"]
        return entries

    def matching_since(self, id: int, generation: str | None, **filters: Any) -> tuple[list[dict[str, Any]], str]:
        """Return the matching entries after an id, and the generation of the space: if that has changed, all entries.

        After a reset the space has another generation, and ids start again.
        """
        params = {**self._filter, **filters}
        found, headers = self._control.call_with_headers("GET", "/requests", params=params)
        same = headers["x-emulator-generation"] == generation
        entries = [entry for entry in found["requests"] if not same or entry["id"] > id]
        return entries, headers["x-emulator-generation"]

    def wait(self, count: int = 1, timeout: float = 5.0, **filters: Any) -> list[dict[str, Any]]:
        """Wait for this many matching requests. Raises Refused (408) with the nearest misses if they do not arrive."""
        params = {**self._filter, "count": count, "timeout": timeout, **filters}
        found = self._control.call("GET", "/requests/wait", params=params, timeout=timeout + 60)
        entries: list[dict[str, Any]] = found["requests"]
        return entries

    def replay(self, id: int) -> dict[str, Any]:
        """Send a recorded request again, as a new one, and return its entry. Raises Refused if the id is unknown."""
        return self._control.call("POST", f"/requests/{id}/replay")

    def clear(self) -> None:
        """Delete the journal of the whole space, and begin a new bundle."""
        self._control.call("DELETE", "/requests")
