"""Pages of lists, unique values, and the results of bulk operations."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any, Protocol, TypeVar

from msgspec.structs import asdict

from emulator.core.clock import seconds
from emulator.core.struct import Struct
from emulator.providers.dcycle.backend.records import UniqueValue

S = TypeVar("S", bound=Struct)
T = TypeVar("T")


class Paged(Protocol):
    """What asks for a page: its number, from 1 on, and how many records pages have."""

    @property
    def page(self) -> int: ...
    @property
    def size(self) -> int: ...


def page(found: Collection[T], query: Paged, show: Callable[[T], object]) -> dict[str, object]:
    """Return one page of a list, and its position; past the end it is empty."""
    return {
        "items": _items(found, query, show),
        "total": len(found),
        "page": query.page,
        "size": query.size,
        "pages": -(-len(found) // query.size),
    }


def short_page(found: Collection[T], query: Paged, show: Callable[[T], object]) -> dict[str, object]:
    """Return one page of a list as the logistics pages print it: without the number of pages."""
    return {"page": query.page, "size": query.size, "total": len(found), "items": _items(found, query, show)}


def hashed_page(found: Collection[T], query: Paged, show: Callable[[T], object], wanted: Struct) -> dict[str, object]:
    """Return one page of a list whose filters a client may send back to delete what it lists."""
    return {
        "items": _items(found, query, show),
        "total": len(found),
        "page": query.page,
        "size": query.size,
        "filter_hash": filter_hash(wanted),
    }


def facility_page(
    by_status: Mapping[str, int], found: Collection[T], query: Paged, show: Callable[[T], object]
) -> dict[str, object]:
    """Return one page of the records of a facility, of which ``by_status`` counts all."""
    return {
        "items": _items(found, query, show),
        **facility_totals(by_status, found),
        "page": query.page,
        "size": query.size,
    }


def facility_totals(by_status: Mapping[str, int], found: Collection[object]) -> dict[str, object]:
    """Return how many records of a facility are ready, are still loading, and match the filters."""
    return {
        "total": by_status.get("active", 0) + by_status.get("uploaded", 0),
        "total2": by_status.get("loading", 0),
        "total_general": len(found),
    }


def _items(found: Collection[T], query: Paged, show: Callable[[T], object]) -> list[object]:
    start = (query.page - 1) * query.size
    return [show(record) for record in islice(found, start, start + query.size)] if start < len(found) else []


def filter_hash(wanted: Struct, include_children: bool = False) -> str:
    """Return what a client sends back to confirm the filters of a list, and whether it lists subsidiaries, too."""
    selected = (normalized(wanted), include_children) if include_children else normalized(wanted)
    return sha256(repr(selected).encode()).hexdigest()[:16]


def normalized(wanted: S) -> S:
    """Return the filter that matches the same records: without repeated values and empty texts, in one order."""
    values = {name: _normalized(value) for name, value in asdict(wanted).items()}
    return type(wanted)(**values)


def _normalized(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(sorted(set(value)))
    return None if value == "" else value


def summary(count: int, last_updated: datetime | None) -> dict[str, object]:
    """Return how many records there are, and when the last one changed."""
    return {"count": count, "last_updated": None if last_updated is None else seconds(last_updated)}


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
