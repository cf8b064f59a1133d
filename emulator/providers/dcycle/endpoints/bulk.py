"""Many records in one request: each is created or refused by itself, or all are deleted that filters match."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from emulator.core.struct import Struct
from emulator.providers.dcycle.errors import DcycleRefusal, FilterChanged, FilterRequired
from emulator.providers.dcycle.wire.incoming.bulk import FilterHash, InvalidRecord
from emulator.providers.dcycle.wire.incoming.parts import NewRecord
from emulator.providers.dcycle.wire.outgoing.bulk import BulkOutcome, Failure
from emulator.providers.dcycle.wire.outgoing.pages import filter_hash, normalized

R = TypeVar("R")
W = TypeVar("W", bound=Struct)


def create_each(
    records: Sequence[NewRecord | InvalidRecord],
    continue_on_error: bool,
    create: Callable[[Any], R],
    identity: Callable[[Any], object | None] | None = None,
) -> BulkOutcome[R]:
    """Create each record that can be created; of two with one ``identity``, if they have one, only the first.

    Unless ``continue_on_error``, the first failure ends it.
    """
    created, failures, seen = list[tuple[int, R]](), list[Failure](), set[object]()
    for index, record in enumerate(records):
        if isinstance(record, InvalidRecord):
            failures.append(Failure(index, record.error, record.movement_id))
        elif (same := identity(record) if identity else None) is not None and same in seen:
            failures.append(Failure(index, "Duplicate record in batch", getattr(record, "movement_id", None)))
        else:
            seen.add(same)
            try:
                created.append((index, create(record.terms())))
            except DcycleRefusal as refusal:
                failures.append(Failure(index, refusal.detail, getattr(record, "movement_id", None)))
        if failures and not continue_on_error:
            break
    return BulkOutcome(len(records), created, failures)


def confirmed(wanted: W, confirmation: FilterHash) -> W:
    """Return the filter of a deletion. Raises FilterRequired, or FilterChanged if the hash is of other filters."""
    if normalized(wanted) == type(wanted)():
        raise FilterRequired
    if confirmation.filter_hash != filter_hash(wanted):
        raise FilterChanged
    return wanted
