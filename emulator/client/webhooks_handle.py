"""The webhooks of a space."""

from collections.abc import Iterator
from typing import Any

from emulator.client.applications import Application, post
from emulator.client.control_client import ControlClient

__tracebackhide__ = True  # pytest shows the line of the test that an error is about


class WebhooksHandle:
    """The webhooks of a space, or those of one provider; oldest first."""

    def __init__(self, control: ControlClient, provider: str | None = None) -> None:
        self._control = control
        self._filter = {} if provider is None else {"provider": provider}

    def __repr__(self) -> str:
        of = f"provider {self._filter['provider']!r} in " if self._filter else ""
        return f"<webhooks of {of}space {self._control.space!r}>"

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.matching())

    def __len__(self) -> int:
        total: int = self._control.call("GET", "/webhooks", params={**self._filter, "limit": 0})["total"]
        return total

    def of(self, provider: str) -> "WebhooksHandle":
        """Return the webhooks of one provider."""
        return WebhooksHandle(self._control, provider)

    def matching(self, **filters: Any) -> list[dict[str, Any]]:
        """Return the matching webhooks: ``matching(kind="order.cancelled", state="delivered")``."""
        found = self._control.call("GET", "/webhooks", params={**self._filter, **filters})
        webhooks: list[dict[str, Any]] = found["webhooks"]
        return webhooks

    def pause(self) -> None:
        """Stop the delivery in the background of the whole space: only ``step`` and ``deliver`` deliver then."""
        self._control.call("PATCH", "/webhooks", json={"paused": True})

    def resume(self) -> None:
        """Deliver in the background again."""
        self._control.call("PATCH", "/webhooks", json={"paused": False})

    def step(self) -> dict[str, Any] | None:
        """Make the next attempt that is due in the space, and return its webhook; None if none is due."""
        attempted = self._attempts("POST", "/webhooks/step")
        return attempted[0] if attempted else None

    def deliver(self, app: Application | None = None) -> list[dict[str, Any]]:
        """Make all attempts that are due in the space, and return the webhook of each.

        With an ASGI or WSGI application, the attempts are calls of it in this process, whatever the URLs of the
        webhooks. Pause first: what falls due before is sent to those URLs. Raises TypeError for anything else.
        """
        if app is not None and not callable(app):
            raise TypeError(f"app is an ASGI or WSGI application, not {app!r}")
        return self._attempts("POST", "/webhooks/deliver") if app is None else self._attempt_within(app)

    def _attempt_within(self, app: Application) -> list[dict[str, Any]]:
        attempted = []
        self.pause()
        while attempt := self._control.call("GET", "/webhooks/next")["attempt"]:
            webhook = attempt["webhook"]
            outcome = {"error": "not sent"} if attempt["headers"] is None else post(app, attempt)
            attempted.append(self._control.call("POST", f"/webhooks/{webhook['id']}/attempts", json=outcome))
        return attempted

    def redeliver(self, webhook_id: str) -> dict[str, Any]:
        """Make another attempt of a webhook due at once, in any state."""
        return self._control.call("POST", f"/webhooks/{webhook_id}/redeliver")

    def duplicate(self, webhook_id: str) -> dict[str, Any]:
        """Add a second delivery of the same webhook, due at once."""
        return self._control.call("POST", f"/webhooks/{webhook_id}/duplicate")

    def reorder(self, *webhook_ids: str) -> None:
        """Deliver pending webhooks in this order."""
        self._control.call("POST", "/webhooks/reorder", json={"ids": webhook_ids})

    def _attempts(self, method: str, path: str) -> list[dict[str, Any]]:
        attempted: list[dict[str, Any]] = self._control.call(method, path, timeout=None)["attempted"]
        return attempted
