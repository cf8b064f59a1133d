"""Pages of lists, unique values, and the results of bulk operations."""

from collections.abc import Callable, Collection
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from emulator.core.clock import seconds
from emulator.providers.dcycle.backend.vehicles import UniqueValue
from emulator.providers.dcycle.wire.incoming.parts import Page

T = TypeVar("T")


def page(found: Collection[T], query: Page, show: Callable[[T], object]) -> dict[str, object]:
    """Return one page of a list, and its position; past the end it is empty."""
    start = (query.page - 1) * query.size
    shown = islice(found, start, start + query.size) if start < len(found) else ()
    return {
        "items": [show(record) for record in shown],
        "total": len(found),
        "page": query.page,
        "size": query.size,
        "pages": -(-len(found) // query.size),
    }


def deletion(deleted: Collection[str], unknown: Collection[str], kind: str) -> dict[str, object]:
    """Return the result of deleting many records."""
    return {
        "success_count": len(deleted),
        "success_ids": deleted,
        "failed_count": len(unknown),
        "failed_ids": unknown,
        "message": f"Deleted {len(deleted)} of {len(deleted) + len(unknown)} {kind}",
    }


def unique_values(field: str, values: Collection[UniqueValue]) -> dict[str, object]:
    """Return the values that records share."""
    return {
        "field": field,
        "total_count": len(values),
        "values": [
            {"value": _text(unique.value), "label": _text(unique.label), "count": unique.count} for unique in values
        ],
    }


def _text(value: Any) -> Any:
    return seconds(value) if isinstance(value, datetime) else value
