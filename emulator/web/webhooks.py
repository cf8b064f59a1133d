"""How a vendor calls other servers, and what it sends."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from posixpath import normpath
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from emulator.core.struct import Struct

CONTROL_PATH = re.compile(r"/+(~[^/]*/+)?_emulator(/|$)")


def calls_control_api(url: str) -> bool:
    """Return whether a URL has the path of a control API, on any host.

    Webhooks never call one: a webhook that could redeliver itself there would never end.
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return False
    return bool(CONTROL_PATH.match(normpath(unquote(path))))


class Call(Struct, frozen=True):
    """A change that a vendor reports: since when, of which kind and subject, and the JSON for a URL.

    ``endpoint`` is the vendor's id of the URL, where URLs are registered.
    """

    at: datetime
    kind: str
    subject: str
    url: str
    body: str
    endpoint: str = ""


class Dispatch(Struct, frozen=True):
    """A call that is about to be sent: by which delivery, in which attempt (the first is 1), and when it was due."""

    delivery_id: str
    attempt: int
    at: datetime
    kind: str
    body: str
    endpoint: str


class End(Struct, frozen=True):
    """The end of a delivery to an endpoint: whether it was accepted, and the status of the last attempt, if any."""

    endpoint: str
    accepted: bool
    status: int | None


class Notice(Protocol):
    """A change that a vendor must report from a time on."""

    @property
    def at(self) -> datetime: ...


def no_headers(backend: Any, dispatch: Dispatch) -> Mapping[str, str]:
    """Return no headers but the transport's own."""
    return {}


def keep_calling(backend: Any, end: End) -> None:
    """Draw no conclusion from the end of a delivery."""


class Webhooks(Struct, frozen=True):
    """How a vendor calls back, for which ``kinds`` of changes.

    ``notices`` returns what the vendor still has to report if nothing else happens, in the order of time; ``take``
    takes what it has to report by now, and returns the calls. ``headers`` returns the vendor's headers of one attempt,
    or None if the endpoint is no longer registered. A reply with an ``accepted`` status within ``timeout_seconds`` ends
    a delivery, and so does a ``final`` one, which is no success. Otherwise the next attempt follows after
    ``waits_seconds``; the last wait is repeated until ``hours_max`` after the change, or without that, ends the
    delivery. ``ended`` is called with the end of each delivery.
    """

    kinds: tuple[str, ...]
    notices: Callable[[Any], Sequence[Notice]]
    take: Callable[[Any], Iterable[Call]]
    accepted: Container[int]
    timeout_seconds: float
    waits_seconds: Sequence[int]
    hours_max: int | None = None
    final: Container[int] = ()
    headers: Callable[[Any, Dispatch], Mapping[str, str] | None] = no_headers
    ended: Callable[[Any, End], None] = keep_calling

    def next(self, backend: Any) -> datetime | None:
        """Return when the vendor next has something to report, if nothing else happens."""
        notices = self.notices(backend)
        return notices[0].at if notices else None
