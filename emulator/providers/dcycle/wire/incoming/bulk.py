"""Many records in one request: each is accepted or refused by itself."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import Field

from emulator.core.errors import Malformed
from emulator.core.struct import Struct
from emulator.providers.dcycle.wire.incoming.fields import JsonBoolean, Name
from emulator.providers.dcycle.wire.incoming.parts import Body, NewRecord
from emulator.web.reading import read

M = TypeVar("M", bound=NewRecord)

RECORDS_MAX = 5000
IDS_MAX = 100_000


class InvalidRecord(Struct, frozen=True):
    """A record that violates the schema, and how."""

    error: str
    movement_id: str | None = None


class BulkOptions(Body):
    continue_on_error: JsonBoolean = True


class Bulk(Body):
    """The records of one request; a subclass says of which kind they are."""

    options: BulkOptions = Field(default_factory=BulkOptions)


class FilterHash(Body):
    """The body of a deletion by filters: the hash that the list returned for the same filters."""

    filter_hash: Name


def each(model: type[M]) -> Callable[[object], M | InvalidRecord]:
    """Return what reads one record as a model, or else as invalid."""

    def record(content: object) -> M | InvalidRecord:
        try:
            return read(model, content)
        except Malformed as malformed:
            problem = malformed.problems[0]
            place = ".".join(map(str, problem.place))
            named = content.get("movement_id") if isinstance(content, dict) else None
            message = f"{place}: {problem.message}" if place else problem.message
            return InvalidRecord(message, named if isinstance(named, str) else None)

    return record
