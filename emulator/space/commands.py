"""The commands that change a space: what the control API and webhook attempts do to it.

Each is a frozen struct of facts. ``Space.run`` applies it and adds it to the space's history, so that the same
commands between the same requests lead to the same state.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from emulator.core import exact_json
from emulator.core.clock import Event
from emulator.core.errors import UnknownAct
from emulator.core.nearest import nearest
from emulator.core.struct import Struct
from emulator.space import settings
from emulator.space.faults import Fault, FaultDraft
from emulator.space.outbox import Attempt, Delivery, UnknownDelivery
from emulator.space.space import Space
from emulator.web.webhooks import End


class SmallCommand(Struct, frozen=True):
    """A command that holds next to nothing."""

    @property
    def size(self) -> int:
        return 0


# --- clock ------------------------------------------------------------------------------------------------------------


class MoveClock(SmallCommand, frozen=True):
    """Move the clock to an instant (None: leave it), and freeze it or let it run. Raises Backwards."""

    to: datetime | None
    frozen: bool

    def apply(self, space: Space) -> list[Event]:
        return space.move_clock(self.to, self.frozen)


class AdvanceClock(SmallCommand, frozen=True):
    """Let time pass. Raises Backwards for a negative span."""

    by: timedelta

    def apply(self, space: Space) -> list[Event]:
        return space.advance_clock(self.by)


# --- vendors ----------------------------------------------------------------------------------------------------------


class ChangeSettings(Struct, frozen=True):
    """Change some settings of a provider; the others stay. Raises BadSetting."""

    provider: str
    changes: Mapping[str, Any]

    @property
    def size(self) -> int:
        return len(exact_json.dump(self.changes))

    def apply(self, space: Space) -> None:
        settings.change(space.backend(self.provider).memory, self.provider, self.changes)


class PerformAct(SmallCommand, frozen=True):
    """Perform an act at a vendor on a subject, and return what became of it. Raises UnknownAct, CannotHappen."""

    provider: str
    act: str
    subject: str

    def apply(self, space: Space) -> object:
        acts = space.world.providers[self.provider].acts
        if self.act not in acts:
            raise UnknownAct(f"unknown act {self.act!r} of {self.provider}; {nearest(self.act, acts)}")
        space.post_all()
        result = acts[self.act](space.backend(self.provider), self.subject)
        space.post_all()
        return result


# --- faults -----------------------------------------------------------------------------------------------------------


class AddFault(Struct, frozen=True):
    """Add a fault, and return it with its id."""

    draft: FaultDraft

    @property
    def size(self) -> int:
        return len(self.draft.model_dump_json())

    def apply(self, space: Space) -> Fault:
        return space.faults.add(self.draft)


class RemoveFault(SmallCommand, frozen=True):
    """Remove a fault. Raises KeyError for an unknown id."""

    id: str

    def apply(self, space: Space) -> None:
        space.faults.remove(self.id)


class ClearFaults(SmallCommand, frozen=True):
    """Remove all faults."""

    def apply(self, space: Space) -> None:
        space.faults.clear()


# --- webhooks ---------------------------------------------------------------------------------------------------------


class PauseWebhooks(SmallCommand, frozen=True):
    """Stop delivering in the background, or deliver again."""

    paused: bool

    def apply(self, space: Space) -> None:
        space.outbox.paused = self.paused


class RedeliverWebhook(SmallCommand, frozen=True):
    """Make a delivery due now, in any state. Raises UnknownDelivery, TooMuch."""

    id: str

    def apply(self, space: Space) -> Delivery:
        delivery = space.posted().get(self.id)
        space.outbox.redeliver(delivery, space.clock.now)
        return delivery


class DuplicateWebhook(SmallCommand, frozen=True):
    """Add a second delivery of the same call, due now, and return it. Raises UnknownDelivery, TooMuch."""

    id: str

    def apply(self, space: Space) -> Delivery:
        return space.posted().duplicate(space.outbox.get(self.id), space.clock.now)


class ReorderWebhooks(Struct, frozen=True):
    """Deliver pending webhooks in this order. Raises UnknownDelivery for one that is unknown or over."""

    ids: tuple[str, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.ids))

    def apply(self, space: Space) -> None:
        space.posted().reorder(self.ids)


class RecordAttempt(Struct, frozen=True):
    """Record the outcome of a webhook's attempt: a status, or why none came back.

    Raises UnknownDelivery if it is not pending: a snapshot was restored meanwhile.
    """

    id: str
    attempt: Attempt
    refused: bool = False

    @property
    def size(self) -> int:
        return len(self.attempt.error or "") + sum(
            len(name) + len(value) for name, value in self.attempt.headers.items()
        )

    def apply(self, space: Space) -> None:
        delivery = space.outbox.get(self.id)
        if delivery.state != "pending":
            raise UnknownDelivery(self.id)
        webhooks = space.world.providers[delivery.provider].webhooks
        if self.refused or webhooks is None:
            space.outbox.refused(delivery, self.attempt)
        else:
            space.outbox.answered(delivery, self.attempt, webhooks)
            if delivery.state != "pending" and not delivery.repeated:
                end = End(delivery.endpoint, delivery.state == "delivered", self.attempt.status)
                webhooks.ended(space.backend(delivery.provider), end)
