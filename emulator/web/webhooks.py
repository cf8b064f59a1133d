"""How a vendor calls other people's servers, and what it sends."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """What a vendor has to tell: since when, what has become of what, at which address, and in which JSON."""

    at: datetime
    kind: str
    subject: str
    url: str
    body: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """How a vendor calls back.

    ``next`` says when it next has something to tell, if nothing else happens, and ``take`` what it has to tell by now,
    each thing once. An answer of exactly ``accepted`` within ``timeout_seconds`` will do; otherwise it tries again
    after ``waits_seconds``, of which the last goes on, until ``hours_max`` after the change.
    """

    next: Callable[[Any], datetime | None]
    take: Callable[[Any], Iterable[Call]]
    accepted: int
    timeout_seconds: float
    waits_seconds: Sequence[int]
    hours_max: int
