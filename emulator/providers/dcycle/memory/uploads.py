"""Uploads: files of records, which a client puts to an address that it was given."""

from typing import Literal, TypeAlias

from emulator.core.struct import Struct
from emulator.providers.dcycle.memory.records import Record
from emulator.providers.dcycle.memory.transports import TransportDirection

UploadKind: TypeAlias = Literal[
    "purchases", "vehicle_consumptions", "transports", "logistics_requests", "logistics_recharges"
]


class UploadTerms(Struct, frozen=True):
    """The data that a client sends about a file; only transport routes have a direction."""

    kind: UploadKind
    file_name: str
    content_type: str = "text/csv"
    direction: TransportDirection | None = None


class Upload(Record[UploadTerms], frozen=True):
    """A file; ``rows`` are those that became records and those that did not, None until it was put."""

    terms: UploadTerms
    rows: tuple[int, int] | None = None
