"""The settings that a user may change while the emulator runs."""

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints

from emulator.core.integrity import check_unique
from emulator.core.struct import Struct
from emulator.providers.oneclickimpact.memory.catalogue import Environment
from emulator.providers.oneclickimpact.memory.fields import DelaySeconds, NonEmpty
from emulator.providers.oneclickimpact.memory.records import EVENT_TYPES, EventType
from emulator.web.webhooks import calls_control_api

SignedText: TypeAlias = Literal["timestamp.body", "body"]

ENDPOINTS_MAX = 10
SECRETS_MAX = 5


def _callback_address(value: str) -> str:
    if calls_control_api(value):
        raise ValueError("must not call the control API of the emulator")
    return value


Url = Annotated[
    str, StringConstraints(pattern=r"^[hH][tT][tT][pP][sS]?://[!-~]{1,2000}$"), AfterValidator(_callback_address)
]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,99}$")]
SignaturePrefix = Annotated[str, StringConstraints(pattern=r"^[!-~]{0,50}$")]

RESERVED_HEADERS = frozenset(
    {
        *("connection", "content-length", "content-type", "host", "transfer-encoding", "user-agent"),
        *("x-1ci-delivery-id", "x-1ci-event", "x-1ci-timestamp"),
    }
)
"""The headers of a delivery that have another meaning than a signature."""


class WebhookEndpoint(Struct, frozen=True):
    """A URL that webhooks call: for which events, of which environment, signed with which secrets.

    While a secret is being replaced there are two, and a delivery carries a signature by each.
    """

    id: NonEmpty
    url: Url
    secrets: Annotated[tuple[NonEmpty, ...], Field(min_length=1, max_length=SECRETS_MAX)]
    events: Annotated[tuple[EventType, ...], Field(min_length=1)] = EVENT_TYPES
    environment: Environment = "sandbox"
    enabled: bool = True


class Settings(Struct, frozen=True):
    """Settings that users can change; the vendor's API has none of them.

    The delays are the seconds after which a new impact reaches each stage; without a delay, time alone changes nothing.
    The signature's text, header and prefix are guesses, so they can be set.
    """

    donation_available_seconds: DelaySeconds | None = None
    donation_sent_seconds: DelaySeconds | None = None
    impact_completed_seconds: DelaySeconds | None = None
    webhook_endpoints: Annotated[tuple[WebhookEndpoint, ...], Field(max_length=ENDPOINTS_MAX)] = ()
    webhook_signed_text: SignedText = "timestamp.body"
    webhook_signature_header: HeaderName = "X-1CI-Signature"
    webhook_signature_prefix: SignaturePrefix = "sha256="

    def __post_init__(self) -> None:
        check_unique("ids of webhook endpoints", (endpoint.id for endpoint in self.webhook_endpoints))
        if self.webhook_signature_header.lower() in RESERVED_HEADERS:
            raise ValueError(f"the signature cannot be sent in the header {self.webhook_signature_header}")
        delays = [delay for delay in self.delays if delay is not None]
        if delays != sorted(delays):
            raise ValueError("the delays of an impact's stages must not decrease")

    @property
    def delays(self) -> tuple[int | None, ...]:
        """The delay of each stage, in their order."""
        return self.donation_available_seconds, self.donation_sent_seconds, self.impact_completed_seconds
