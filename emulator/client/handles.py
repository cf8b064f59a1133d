"""A space from the outside: what a test holds in its hands, in this process or on another server."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx


class Refused(Exception):
    """The control API said no; ``status`` and the whole ``answer`` say why."""

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{status}: {answer.get('error')} {answer.get('problems', '')}".rstrip())
        self.status = status
        self.answer = answer


class SpaceHandle:
    """A space: its vendors, its clock, its faults, its journal, its webhooks, its snapshots, its books.

    ``http`` is a client whose base URL is the server's. The five vendors are attributes: ``space.cnaught.url``.
    """

    def __init__(self, http: httpx.Client, name: str) -> None:
        self.http = http
        self.name = name
        self.url = str(http.base_url).rstrip("/") + ("" if name == "default" else f"/~{name}")
        self.clock = ClockHandle(self)
        self.faults = FaultsHandle(self)
        self.requests = RequestsHandle(self)
        self.webhooks = WebhooksHandle(self)
        self._providers: dict[str, ProviderHandle] = {}

    def __getattr__(self, name: str) -> "ProviderHandle":
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._providers:
            try:
                self._providers[name] = ProviderHandle(self, self.control("GET", f"/providers/{quote(name, safe='')}"))
            except Refused as refused:
                if refused.status != 404:
                    raise
                raise AttributeError(refused.answer["error"]) from None
        return self._providers[name]

    def control(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """A call of the control API, in this space. Raises Refused."""
        answer = self.http.request(method, f"{self.url}/_emulator{path}", **content)
        body: dict[str, Any] = answer.json()
        if answer.is_error:
            raise Refused(answer.status_code, body)
        return body

    def space(self, name: str) -> "SpaceHandle":
        """Another space of the same server."""
        return SpaceHandle(self.http, name)

    def reset(self, seed: int | None = None) -> None:
        """Make the space as new; with a seed, its identifiers follow from that one instead of the server's."""
        self.control("POST", "/reset", json={} if seed is None else {"seed": seed})

    def delete(self) -> None:
        """Forget the space."""
        self.control("DELETE", f"/spaces/{self.name}")

    def snapshot(self) -> dict[str, Any]:
        """Take the whole space as one document."""
        return self.control("GET", "/snapshot")

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Make the space what a snapshot says. Raises Refused, and then the space is as it was."""
        self.control("PUT", "/snapshot", json=snapshot)

    def ledger(self, **filters: Any) -> dict[str, Any]:
        """The books of all vendors, or a part of them: ``ledger(provider="cnaught", account="retired/*")``."""
        return self.control("GET", "/ledger", params=filters)

    def verify_ledger(self) -> dict[str, Any]:
        """Whether everything holds that must hold of the books, and what does not, with its figures."""
        return self.control("GET", "/ledger/verify")


class ProviderHandle:
    """One vendor in a space: where to reach it, what to log in with, what it remembers."""

    def __init__(self, space: SpaceHandle, described: Mapping[str, Any]) -> None:
        self.space = space
        self.name: str = described["name"]
        self.url: str = described["url"]
        self.credentials: Mapping[str, str] = described["credentials"]
        self.faults = FaultsHandle(space, self.name)
        self.requests = RequestsHandle(space, self.name)

    def happens(self, act: str, subject: str) -> Any:
        """Let happen what the vendor's API has no call for: ``cnaught.happens("complete_checkout", session["id"])``.

        Answers what has become of it. Raises Refused when it cannot happen.
        """
        return self.space.control("POST", f"/acts/{self.name}/{act}", json={"subject": subject})["result"]

    @property
    def clock(self) -> "ClockHandle":
        """The clock of the whole space."""
        return self.space.clock

    @property
    def state(self) -> dict[str, Any]:
        """What the vendor remembers now, readable."""
        state: dict[str, Any] = self.space.control("GET", f"/state/{self.name}")["state"]
        return state


class ClockHandle:
    """A space's clock."""

    def __init__(self, space: SpaceHandle) -> None:
        self._space = space

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self._space.control("GET", "/clock")["now"])

    @property
    def frozen(self) -> bool:
        frozen: bool = self._space.control("GET", "/clock")["frozen"]
        return frozen

    def freeze(self, at: datetime | str | None = None) -> list[dict[str, Any]]:
        """Let the clock stand still, now or at a given time. Answers what fell due on the way."""
        return self._set(at, frozen=True)

    def run(self, at: datetime | str | None = None) -> list[dict[str, Any]]:
        """Let the clock run, from now or from a given time on. Answers what fell due on the way."""
        return self._set(at, frozen=False)

    def advance(self, **span: float) -> list[dict[str, Any]]:
        """Let time pass: ``advance(hours=2)``, by the names of ``timedelta``. Answers what fell due, in order."""
        seconds = timedelta(**span).total_seconds()
        events: list[dict[str, Any]] = self._space.control("POST", "/clock/advance", json={"seconds": seconds})[
            "events"
        ]
        return events

    def _set(self, at: datetime | str | None, frozen: bool) -> list[dict[str, Any]]:
        now = {} if at is None else {"now": at.isoformat() if isinstance(at, datetime) else _instant(at)}
        events: list[dict[str, Any]] = self._space.control("PUT", "/clock", json={**now, "frozen": frozen})["events"]
        return events


def _instant(text: str) -> str:
    """A date alone is its midnight in UTC."""
    return f"{text}T00:00:00Z" if len(text) == 10 else text


class FaultsHandle:
    """The faults of a space, or those of one of its vendors."""

    def __init__(self, space: SpaceHandle, provider: str | None = None) -> None:
        self._space = space
        self._provider = provider

    def __iter__(self) -> Iterator[dict[str, Any]]:
        faults = self._space.control("GET", "/faults")["faults"]
        return (fault for fault in faults if self._provider in (None, fault["provider"]))

    def add(self, provider: str | None = None, *, effect: Mapping[str, Any], **which: Any) -> str:
        """Set a fault and answer its id: ``add("cnaught", operation="place_order", effect={"status": 503})``."""
        fault = {"provider": provider or self._provider, "effect": effect, **which}
        fault_id: str = self._space.control("POST", "/faults", json=fault)["id"]
        return fault_id

    def clear(self) -> None:
        """Take them away."""
        for fault in self:
            self._space.control("DELETE", f"/faults/{fault['id']}")


class RequestsHandle:
    """The journal of a space, or what it holds of one of its vendors; oldest first."""

    def __init__(self, space: SpaceHandle, provider: str | None = None) -> None:
        self._space = space
        self._of = {} if provider is None else {"provider": provider}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.matching())

    def __len__(self) -> int:
        return len(self.matching())

    def matching(self, **filters: Any) -> list[dict[str, Any]]:
        """Those of a kind: ``matching(provider="cnaught", operation="place_order", status=201)``."""
        entries: list[dict[str, Any]] = self._space.control("GET", "/requests", params={**self._of, **filters})[
            "requests"
        ]
        return entries

    def wait(self, count: int = 1, timeout: float = 5.0, **filters: Any) -> list[dict[str, Any]]:
        """Wait until so many have come. Raises Refused (408) with the nearest misses when they do not in time."""
        asked = {**self._of, "count": count, "timeout": timeout, **filters}
        answer = self._space.control("GET", "/requests/wait", params=asked, timeout=timeout + 5)
        entries: list[dict[str, Any]] = answer["requests"]
        return entries

    def clear(self) -> None:
        """Forget the whole space's journal, and begin a new recording."""
        self._space.control("DELETE", "/requests")


class WebhooksHandle:
    """What the vendors of a space tell other people's servers; oldest first."""

    def __init__(self, space: SpaceHandle) -> None:
        self._space = space

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.matching())

    def __len__(self) -> int:
        return len(self.matching())

    def matching(self, **filters: Any) -> list[dict[str, Any]]:
        """Those of a kind: ``matching(kind="order.cancelled", state="delivered")``."""
        found: list[dict[str, Any]] = self._space.control("GET", "/webhooks", params=filters)["webhooks"]
        return found

    def pause(self) -> None:
        """Deliver nothing by itself: only ``step`` and ``deliver`` do."""
        self._space.control("PATCH", "/webhooks", json={"paused": True})

    def resume(self) -> None:
        """Deliver in the background again."""
        self._space.control("PATCH", "/webhooks", json={"paused": False})

    def step(self) -> dict[str, Any] | None:
        """Make the next attempt that is due, and answer its webhook; None when none is."""
        attempted = self._attempted("step")
        return attempted[0] if attempted else None

    def deliver(self) -> list[dict[str, Any]]:
        """Make all attempts that are due, and answer the webhook of each."""
        return self._attempted("deliver")

    def redeliver(self, webhook_id: str) -> dict[str, Any]:
        """Let a webhook be attempted at once, be it pending or over."""
        return self._space.control("POST", f"/webhooks/{webhook_id}/redeliver")

    def duplicate(self, webhook_id: str) -> dict[str, Any]:
        """A second delivery of the same webhook, due at once."""
        return self._space.control("POST", f"/webhooks/{webhook_id}/duplicate")

    def reorder(self, *webhook_ids: str) -> None:
        """Let pending webhooks come in this order."""
        self._space.control("POST", "/webhooks/reorder", json={"ids": webhook_ids})

    def _attempted(self, how: str) -> list[dict[str, Any]]:
        attempted: list[dict[str, Any]] = self._space.control("POST", f"/webhooks/{how}", timeout=None)["attempted"]
        return attempted


def connect(url: str, token: str | None = None) -> SpaceHandle:
    """The space ``default`` of a server that runs elsewhere; ``space(name)`` gives its others."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return SpaceHandle(httpx.Client(base_url=url, headers=headers, timeout=60), "default")
