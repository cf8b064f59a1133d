"""Faults on demand: a reply in the vendor's own format, a delay, a broken connection; counted, never random."""

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints

from emulator.web.effect import Effect, HeaderName, HeaderValue
from emulator.web.fields import JSON_INTEGER
from emulator.web.model import Model
from emulator.web.request import Request

When: TypeAlias = Literal["before", "after"]

TIMES_MAX = 10**9
Count = Annotated[int, Field(ge=0, le=2**53)]
FAULTS_MAX = 1000
"""The maximum number of faults in a space. Beyond it, those that are used up are removed first."""


class TooManyFaults(Exception):
    """The space has the maximum number of faults, and none of them is used up."""

    def __init__(self) -> None:
        super().__init__(f"this space has {FAULTS_MAX} faults that are not used up, its limit; delete some")


class FaultDraft(Model):
    """The requests on which a fault fires, and its effect.

    All given conditions must match: provider, operation, method, a pattern of the path (``/v1/orders/*``), headers. The
    first ``nth`` - 1 matching requests pass; on the next ``times`` requests the fault fires. A fault *before* replaces
    the operation; one *after* lets the operation commit, then acts on its reply.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    provider: str | None = None
    operation: str | None = None
    method: Annotated[str, StringConstraints(to_upper=True, max_length=20)] | None = None
    path: Annotated[str, StringConstraints(max_length=200)] | None = None
    headers: Annotated[dict[HeaderName, HeaderValue], Field(max_length=64)] = {}
    nth: Annotated[int, Field(ge=1, le=TIMES_MAX), JSON_INTEGER] = 1
    when: When = "before"
    effect: Effect
    times: Annotated[int, Field(ge=1, le=TIMES_MAX), JSON_INTEGER] = 1


class Fault(FaultDraft):
    """A fault in a space. ``seen`` counts the requests that matched, ``fired`` those on which it fired."""

    model_config = ConfigDict(frozen=False)

    id: str
    seen: Count = 0
    fired: Count = 0

    @property
    def used_up(self) -> bool:
        return self.fired >= self.times

    def matches(self, request: Request, operation: Callable[[], str | None]) -> bool:
        """Return whether a request meets all conditions."""
        exchange = request.exchange
        return (
            self.provider in (None, exchange.provider)
            and self.method in (None, exchange.method)
            and (self.path is None or fnmatchcase(exchange.path, self.path))
            and all(request.header(name.lower().encode()) == value for name, value in self.headers.items())
            and (self.operation is None or self.operation == operation())
        )


class Faults:
    """The faults of a space, in the order in which they were added."""

    def __init__(self, faults: list[Fault] | None = None, added: int = 0) -> None:
        self.added = added
        self.by_id = {fault.id: fault for fault in faults or ()}

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.by_id.values())

    def add(self, draft: FaultDraft) -> Fault:
        """Add a fault. Its id counts up from ``fault-1``. Raises TooManyFaults."""
        if len(self.by_id) >= FAULTS_MAX:
            oldest = next((fault.id for fault in self if fault.used_up), None)
            if oldest is None:
                raise TooManyFaults
            del self.by_id[oldest]
        self.added += 1
        fault = Fault(id=f"fault-{self.added}", **draft.model_dump(exclude_unset=True))
        self.by_id[fault.id] = fault
        return fault

    def remove(self, fault_id: str) -> None:
        """Remove a fault. Raises KeyError."""
        del self.by_id[fault_id]

    def clear(self) -> None:
        """Remove all faults."""
        self.by_id.clear()

    def strike(self, when: When, request: Request, operation: Callable[[], str | None]) -> Effect | None:
        """Return the effect of the first fault that fires on this request, and count it."""
        for fault in self.by_id.values():
            if fault.when != when or fault.used_up or not fault.matches(request, operation):
                continue
            fault.seen += 1
            if fault.seen >= fault.nth:
                fault.fired += 1
                request.exchange.fault = fault.id
                return fault.effect
        return None
