"""The interface of a log: where the entries of all spaces are stored, in one order for each space."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol
from zlib import crc32

from emulator.core.struct import Struct


class LogFailure(Exception):
    """The log cannot store or read at present; the message says why in a sentence. Nothing was stored."""


class OutcomeUnknown(LogFailure):
    """The log did not answer: the proposals may have been stored. Append them again, with the same ids, to find out."""


class Damaged(LogFailure):
    """What the log has stored of one space cannot be read; the message says what."""


def intact(content: object, crc: int, what: str) -> bytes:
    """Return stored bytes. Raises Damaged if they do not have the checksum that they were stored with."""
    if not isinstance(content, bytes) or crc32(content) != crc:
        raise Damaged(f"{what} does not have the checksum that it was stored with")
    return content


class Proposal(NamedTuple):
    """An entry that a node wants to append.

    ``id`` is unique among all nodes: the same proposal appended again returns the entry that it became. ``at`` is the
    node's time in microseconds since 1970, which a log with a clock of its own ignores. ``checks`` are the checksums of
    replies that the node has given since its last proposal: see ``emulator.log.checks``. ``fixtures`` is the digest of
    the fixtures from which the node creates spaces.
    """

    id: str
    at: int
    payload: bytes
    checks: bytes = b""
    fixtures: str = ""


class Stored(NamedTuple):
    """An entry of a space: its number, from 1 without gaps, its time, and what was proposed."""

    number: int
    at: int
    id: str
    payload: bytes
    checks: bytes = b""
    fixtures: str = ""


class Append(Struct, frozen=True):
    """Proposals for one space, from a node that has applied the entries up to ``applied``.

    Without proposals, it only fetches the entries of other nodes.
    """

    space: str
    applied: int
    proposals: Sequence[Proposal]


class Answer(NamedTuple):
    """What a log answers to an append.

    ``id`` is that of the space in this log, 0 if it is not stored. ``entries`` are all entries of the space after
    ``applied``; None means that a snapshot has replaced some of them: nothing was stored, and the node must load the
    space. ``snapshot`` is the number of the last snapshot, and ``now`` the time by the log's own clock; both are 0
    where the log has a single user.
    """

    id: int
    entries: Sequence[Stored] | None
    snapshot: int = 0
    now: int = 0


class Image(Struct, frozen=True):
    """A stored snapshot: the state after entry ``number``, as a document, and facts that are read without it.

    ``fixtures`` is the digest of the fixtures that the space was created from. If ``pieces`` were stored before, the
    document is empty, and they are in its place when it is loaded.
    """

    number: int
    document: bytes
    facts: Mapping[str, object]
    fixtures: str = ""
    pieces: int = 0


class History(Struct, frozen=True):
    """What is stored of one space: the last snapshot, and the entries after it."""

    image: Image | None
    entries: Sequence[Stored]

    @property
    def fixtures(self) -> set[str]:
        """The digests of all fixtures that a load may need."""
        return {stored.fixtures for stored in self.entries} | ({self.image.fixtures} if self.image else set())


class Summary(Struct, frozen=True):
    """A stored space: its id in this log, its last entry, the entries after the snapshot, and the snapshot's facts.

    ``bytes`` is what its entries and its snapshot hold.
    """

    id: int
    last: int
    entries: int
    bytes: int
    facts: Mapping[str, object]


class Log(Protocol):
    """Stores entries. All methods block, raise LogFailure, and are called from one thread at a time.

    After a LogFailure the same call may be made again, unless it was Damaged.
    """

    def append(self, appends: Sequence[Append]) -> Sequence[Answer]:
        """Store all proposals, or none. Each append is for another space. Return an answer to each."""
        ...

    def last(self, space: str) -> int:
        """Return the number of the last entry of a space; 0 for one that is not stored."""
        ...

    def id(self, space: str) -> int:
        """Return the id of a space in this log; 0 for one that is not stored."""
        ...

    def load(self, space: str) -> History:
        """Return what is stored of a space."""
        ...

    def save(self, space: str, image: Image) -> None:
        """Store a snapshot in place of the one before it and of the entries up to its number.

        A log with several users ignores a snapshot that is older than the one that it has.
        """
        ...

    def claim(self, space: str, webhook: str, seconds: float) -> bool:
        """Reserve an attempt of a webhook for some time. Return False if it is reserved already."""
        ...

    def fixtures(self) -> Mapping[str, bytes]:
        """Return the fixtures that spaces were created from, each as a document, by their digest."""
        ...

    def keep_fixtures(self, digest: str, document: bytes) -> None:
        """Store fixtures, unless they are stored already. Proposals may then name their digest."""
        ...

    def probe(self) -> None:
        """Store something without a meaning, to learn whether the log works."""
        ...

    def erase(self, space: str, number: int) -> None:
        """Delete a space, unless it has an entry after this one."""
        ...

    def spaces(self) -> Mapping[str, Summary]:
        """Return all stored spaces by name."""
        ...

    def close(self) -> None:
        """Release what the log holds open."""
        ...


class OwnLog(Log, Protocol):
    """A log with a single user, which stores a large snapshot in pieces, so that no append waits for all of it."""

    def save_piece(self, space: str, number: int, piece: int, data: bytes) -> None:
        """Store a piece of the snapshot after entry ``number``. It counts once ``save`` stores an image with pieces."""
        ...

    def drop_pieces(self, space: str) -> bool:
        """Delete some pieces of other snapshots than the stored one. Return whether there may be more."""
        ...


class SharedLog(Log, Protocol):
    """A log with several users, which sets the time of every entry by its own clock."""

    def mark(self, dues: Mapping[str, "Due"]) -> None:
        """Note when spaces have their next webhook to send."""
        ...

    def overdue(self, seconds: float) -> Sequence[str]:
        """Return the spaces with a webhook that should have been sent so long ago, or entries that are not marked."""
        ...

    def interrupt(self) -> None:
        """Make the running call fail with OutcomeUnknown. Called from another thread."""
        ...


class Due(NamedTuple):
    """When a space has its next webhook to send, in microseconds since 1970, as of entry ``number``; None for never."""

    number: int
    at: int | None
