"""The faults of a space."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from emulator.client.control_client import ControlClient

__tracebackhide__ = True  # pytest shows the line of the test that an error is about


class FaultsHandle:
    """The faults of a space, or those of one provider."""

    def __init__(self, control: ControlClient, provider: str | None = None) -> None:
        self._control = control
        self._provider = provider

    def __repr__(self) -> str:
        of = f"provider {self._provider!r} in " if self._provider else ""
        return f"<faults of {of}space {self._control.space!r}>"

    def __iter__(self) -> Iterator[dict[str, Any]]:
        faults = self._control.call("GET", "/faults")["faults"]
        return (fault for fault in faults if self._provider in (None, fault["provider"]))

    def of(self, provider: str) -> "FaultsHandle":
        """Return the faults of one provider."""
        return FaultsHandle(self._control, provider)

    def add(self, provider: str | None = None, *, effect: Mapping[str, Any], **conditions: Any) -> str:
        """Add a fault and return its id: ``add("cnaught", operation="place_order", effect={"status": 503})``.

        The conditions are ``operation``, ``method``, ``path``, ``headers``, ``when``, ``nth`` and ``times``. Raises
        Refused.
        """
        fault = {"provider": provider or self._provider, "effect": effect, **conditions}
        fault_id: str = self._control.call("POST", "/faults", json=fault)["id"]
        return fault_id

    def delete(self, fault_id: str) -> None:
        """Delete one fault by its id. Raises Refused if there is none."""
        self._control.call("DELETE", f"/faults/{quote(fault_id, safe='')}")

    def clear(self) -> None:
        """Delete them."""
        if self._provider is None:
            self._control.call("DELETE", "/faults")
            return
        for fault in self:
            self.delete(fault["id"])
