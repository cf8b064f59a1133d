"""The results of requests with many records."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from emulator.core.struct import Struct

R = TypeVar("R")


class Failure(Struct, frozen=True):
    """A record that was refused."""

    index: int
    error: str
    movement_id: str | None


class BulkOutcome(Struct, Generic[R], frozen=True):
    """What became of many records, each by its position in the request."""

    received: int
    created: Sequence[tuple[int, R]]
    failures: Sequence[Failure]


def bulk(outcome: BulkOutcome[R], show: Callable[[R], dict[str, object]]) -> dict[str, object]:
    return {
        "total_received": outcome.received,
        "total_processed": len(outcome.created) + len(outcome.failures),
        "success": len(outcome.created),
        "failed": len(outcome.failures),
        "results": [{"index": index, **show(record)} for index, record in outcome.created],
        "errors": [
            {"index": failure.index, "error": failure.error, "movement_id": failure.movement_id}
            for failure in outcome.failures
        ],
    }
