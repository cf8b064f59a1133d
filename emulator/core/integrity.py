"""What types cannot express about a document, such as a fixture: unique values, ids and references."""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from emulator.core.nearest import nearest


class Identified(Protocol):
    """A record that has an id."""

    @property
    def id(self) -> object: ...


def check_unique(values: str, found: Iterable[object]) -> None:
    """Raise ValueError with the first value that occurs twice. ``values`` is what they are, such as ``account ids``."""
    seen = set[object]()
    for value in found:
        if value in seen:
            raise ValueError(f"{values} must be unique: {value!r}")
        seen.add(value)


def check_ids(kind: str, records: Mapping[str, Identified]) -> None:
    """Raise ValueError for a record that is stored under another id than its own."""
    for id, record in records.items():
        if record.id != id:
            raise ValueError(f"the {kind} stored as {id!r} has the id {record.id!r}")


def check_known(kind: str, ids: Iterable[str], known: Collection[str]) -> None:
    """Raise ValueError with the first id of a record that does not exist."""
    for id in ids:
        if id not in known:
            raise ValueError(f"no {kind} has the id {id!r}; {nearest(id, sorted(known))}")
