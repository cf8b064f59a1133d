"""Reports: what each worker of a server knows, and what that is together."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Listed(NamedTuple):
    """A space in a list: ``birth`` orders the spaces of all workers; ``requests`` counts those to vendors."""

    birth: int
    name: str
    requests: int


class Report(NamedTuple):
    """The spaces of a worker, or of all, and what keeps it from changing them, as a sentence; None if nothing does."""

    spaces: Sequence[Listed]
    trouble: str | None


class WorkerSilent(Exception):
    """A worker does not report; the message says which."""


class Peers(Protocol):
    """The other workers of a server."""

    async def reports(self, with_spaces: bool) -> Sequence[Report]:
        """Return their reports, with or without lists of their spaces. Raises WorkerSilent."""
        ...


def joined(reports: Sequence[Report]) -> Report:
    """Return the report of several workers together."""
    spaces = sorted((each for report in reports for each in report.spaces), key=lambda each: each.birth)
    troubles = dict.fromkeys(report.trouble for report in reports if report.trouble)
    return Report(spaces, "; ".join(troubles) or None)
