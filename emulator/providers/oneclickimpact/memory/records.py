"""The records: customers, impacts, and the notices that webhooks must still send. A state follows from the clock."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, get_args

from msgspec import field

from emulator.core.clock import millis
from emulator.core.documents import EMPTY
from emulator.core.struct import Struct
from emulator.providers.oneclickimpact.memory.fields import Email, Metadata, NonEmpty, Reason, Time, UserId

Kind: TypeAlias = Literal["carbon_captured", "tree_planted", "waste_removed", "money_donated", "coral_restored"]
Stage: TypeAlias = Literal["donation_available", "donation_sent", "impact_completed"]
EventType: TypeAlias = Literal["impact.initiated", "impact.completed", "impact.cancelled"]

KINDS: tuple[Kind, ...] = get_args(Kind)
STAGES: tuple[Stage, ...] = get_args(Stage)
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
AMOUNT_MAX: Mapping[Kind, int] = {
    "carbon_captured": 10_000_000,  # pounds
    "tree_planted": 10_000_000,
    "waste_removed": 10_000_000,  # pounds
    "money_donated": 1_000_000_000,  # US cents
    "coral_restored": 10_000_000,  # fragments
}
"""The largest amount of one impact, by kind; the smallest is 1."""

MICROSECOND = timedelta(microseconds=1)


def millisecond(at: datetime) -> datetime:
    """Return an instant rounded down to whole milliseconds."""
    return at - at.microsecond % 1000 * MICROSECOND


class Customer(Struct):
    """A customer of an account. The email is as first given; it identifies the customer in any letter case.

    ``onboarded_on`` is the time of the first impact for the customer, and unique within the account.
    """

    id: UserId
    account_id: str
    email: Email
    onboarded_on: Time
    name: NonEmpty | None = None


class Progress(Struct, frozen=True):
    """How far an impact has come, and who carries it out. The times of its stages may lie in the future."""

    donation_available: Time | None = None
    donation_sent: Time | None = None
    assigned_agent: str | None = None
    project_location: str | None = None
    location_map: str | None = None
    impact_completed: Time | None = None
    project_id: str | None = None
    donation_category: str | None = None
    certificate: str | None = None
    impact_video: str | None = None
    live_session_date: Time | None = None

    def stages(self) -> Iterator[tuple[Stage, datetime]]:
        """Yield the stages that have a time, in order."""
        for stage in STAGES:
            at: datetime | None = getattr(self, stage)
            if at is not None:
                yield stage, at


NO_PROGRESS = Progress()
NO_METADATA: Metadata = EMPTY
"""What most impacts have: one frozen object, as an empty dict of their own would take a quarter of their memory."""


class Impact(Struct, eq=False):
    """An impact made for a customer, or for the account itself.

    ``amount`` is in the unit of its kind. ``made_on`` is unique within the account. A canceled impact is kept.
    ``customer_notified`` is whether the vendor would have sent the customer an email; the emulator sends none.
    """

    account_id: str
    kind: Kind
    amount: int
    made_on: Time
    customer_id: UserId | None = None
    category: NonEmpty | None = None
    metadata: Metadata = field(default_factory=dict)
    progress: Progress = NO_PROGRESS
    is_bonus: bool = False
    customer_notified: bool = False
    cancelled_on: Time | None = None
    cancellation_reason: Reason | None = None

    @property
    def subject(self) -> str:
        """The impact's name in events and acts: its account and time."""
        return f"{self.account_id} {millis(self.made_on)}"

    def reached(self, at: datetime) -> Iterator[tuple[Stage, datetime]]:
        """Yield the stages that the impact has reached at an instant, or when it was made if that is later.

        A canceled one reaches none later. Of several impacts at one reading of the clock, all but the first are made
        after it: a millisecond takes one impact only.
        """
        latest = max(at, self.made_on)
        end = latest if self.cancelled_on is None else min(latest, self.cancelled_on)
        return ((stage, time) for stage, time in self.progress.stages() if time <= end)

    def processed(self, at: datetime) -> bool:
        """Return whether a nonprofit has the money at an instant: from then on, the impact cannot be canceled."""
        return any(stage != "donation_available" for stage, _ in self.reached(at))

    def check(self) -> None:
        """Raise ValueError for an impact that no request could have made."""
        if not 1 <= self.amount <= AMOUNT_MAX[self.kind]:
            raise ValueError(f"{self.kind} must be between 1 and {AMOUNT_MAX[self.kind]}, not {self.amount}")
        times = [self.made_on, *(at for _, at in self.progress.stages())]
        if times != sorted(times):
            raise ValueError(f"the stages of impact {self.subject!r} must follow one another")
        if self.cancelled_on is None:
            if self.cancellation_reason is not None:
                raise ValueError(f"impact {self.subject!r} must not have a cancellation_reason without cancelled_on")
        elif self.cancelled_on < self.made_on:
            raise ValueError(f"impact {self.subject!r} must not be canceled before it was made")


class Notice(Struct, frozen=True):
    """An event that webhooks must still report: from when on, and of which impact."""

    at: Time
    type: EventType
    account_id: str
    made_on: Time
