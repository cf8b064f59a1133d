"""What a fault does to a request or its reply."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from emulator.core import exact_json
from emulator.web.fields import JsonDouble, JsonInteger
from emulator.web.model import Model

Connection: TypeAlias = Literal["reset", "close", "truncate"]

HeaderName = Annotated[str, StringConstraints(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[ -~]{0,1000}$")]


def _writable(body: object) -> object:
    """Raises ValueError for what no reply can carry, such as whole numbers of more than 64 bits."""
    try:
        exact_json.dump(body)
    except TypeError as error:
        raise ValueError(str(error)) from None
    return body


class Effect(Model):
    """What a fault does. A status without a body is worded as the vendor would word it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    status: Annotated[JsonInteger, Field(ge=200, le=599)] | None = None
    headers: dict[HeaderName, HeaderValue] = {}
    body: Annotated[Any, AfterValidator(_writable)] = None
    delay_seconds: Annotated[JsonDouble, Field(ge=0, le=600), AfterValidator(float)] = 0.0
    connection: Connection | None = None

    @property
    def replaces(self) -> bool:
        """Whether the client gets something else than the operation's own reply."""
        return self.status is not None or self.body is not None or self.connection in ("reset", "close")
