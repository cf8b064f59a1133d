"""The effect of a fault on a request or its reply."""

from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from emulator.web.fields import JSON_DOUBLE, JSON_INTEGER
from emulator.web.model import Model

Connection: TypeAlias = Literal["reset", "close", "truncate"]

WITHOUT_BODY = frozenset({204, 205, 304})
"""Statuses whose replies cannot have a body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""

SERVER_HEADERS = {
    **dict.fromkeys(("content-length", "transfer-encoding", "trailer"), "it follows from the body"),
    **dict.fromkeys(("connection", "keep-alive", "proxy-connection", "upgrade"), "use the effect 'connection'"),
    "date": "it is the space's clock",
    "x-emulator-request-id": "it is the request's number",
}
"""Headers that only the server writes, each with the reason. A second one, or another value, would break the reply."""

HEADERS_MAX = 64


def _settable(name: str) -> str:
    """Raise ValueError for a header that a fault cannot set."""
    if reason := SERVER_HEADERS.get(name.lower()):
        raise ValueError(f"the server sets this header itself: {reason}")
    return name


def _distinct(headers: dict[str, str]) -> dict[str, str]:
    """Raise ValueError for a header that occurs twice, in different cases."""
    names = [name.lower() for name in headers]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"this header occurs twice: {min(twice)}")
    return headers


HeaderName = Annotated[str, StringConstraints(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^([!-~]([ -~]{0,998}[!-~])?)?$")]
"""Printable ASCII, without spaces at its ends: those would not be part of the value (RFC 9110, section 5.5)."""

ReplyHeaders = Annotated[
    dict[Annotated[HeaderName, AfterValidator(_settable)], HeaderValue],
    Field(max_length=HEADERS_MAX),
    AfterValidator(_distinct),
]


class Effect(Model):
    """What a fault does. A status without a body gets the vendor's envelope."""

    model_config = ConfigDict(extra="forbid", strict=True)

    status: Annotated[int, Field(ge=200, le=599), JSON_INTEGER] | None = None
    headers: ReplyHeaders = {}
    body: Any = None
    delay_seconds: Annotated[float, Field(ge=0, le=600), JSON_DOUBLE] = 0.0
    connection: Connection | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        """Raise ValueError for an effect that does nothing, or that HTTP cannot carry."""
        if not (self.replaces or self.headers or self.delay_seconds or self.connection):
            raise ValueError("it has no effect; give at least one of: status, headers, body, delay_seconds, connection")
        if self.status in WITHOUT_BODY and self.body not in (None, ""):
            raise ValueError(f"a reply with status {self.status} cannot have a body")
        return self

    @property
    def replaces(self) -> bool:
        """Whether the client gets another reply than the operation's own."""
        return self.status is not None or self.body is not None or self.connection in ("reset", "close")
