"""Many records in one request: each is created or refused by itself."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from emulator.providers.dcycle.errors import DcycleRefusal
from emulator.providers.dcycle.wire.incoming.bulk import InvalidRecord
from emulator.providers.dcycle.wire.incoming.parts import NewRecord
from emulator.providers.dcycle.wire.outgoing.bulk import BulkOutcome, Failure

R = TypeVar("R")


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
