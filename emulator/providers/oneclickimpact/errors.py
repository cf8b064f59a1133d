"""1ClickImpact's refusals: a type and a message (docs.1clickimpact.com, Errors).

* OneClickImpactRefusal
  + KeyRefused                  401, key_error
    - KeyMissing
    - KeyUnknown
      + KeyOfOtherEnvironment
  + InvalidRequest              400, invalid_request_error
    - NameWithoutEmail
    - CursorRefused
    - AlreadyProcessed
  + NotFound                    404, invalid_request_error
    - ImpactUnknown
    - ProjectUnknown
  + PlainStatus                 any other status: invalid_request_error below 500, api_error from there on
"""

from emulator.core.errors import Refusal, phrase


class OneClickImpactRefusal(Refusal):
    """A ``type``, one of three words, and a ``message`` that names the parameter and the rule. SDKs read both."""

    type: str
    message: str

    def body(self) -> dict[str, object]:
        return {"type": self.type, "message": self.message}


class KeyRefused(OneClickImpactRefusal):
    """The API key cannot be used."""

    status = 401
    type = "key_error"


class KeyMissing(KeyRefused):
    message = "API Key is missing"
    rule = "oneclickimpact.auth.missing-key"


class KeyUnknown(KeyRefused):
    """No account has this key. The only message that the vendor publishes."""

    message = "API Key does not exist"
    rule = "oneclickimpact.auth.unknown-key-words"


class KeyOfOtherEnvironment(KeyUnknown):
    """The key belongs to the environment of the vendor's other host."""

    rule = "oneclickimpact.auth.wrong-environment"

    def __init__(self, environment: str, accepted: str) -> None:
        self.hint = f"this key belongs to {environment}, but the vendor's host accepts keys of {accepted} only"


class InvalidRequest(OneClickImpactRefusal):
    """A field or parameter is missing or invalid, or the body is not a JSON object."""

    status = 400
    type = "invalid_request_error"
    rule = "oneclickimpact.errors.invalid-request"

    def __init__(self, message: str) -> None:
        self.message = message


class NameWithoutEmail(InvalidRequest):
    rule = "oneclickimpact.customers.name-needs-email"

    def __init__(self) -> None:
        super().__init__("customer_name must come together with customer_email")


class CursorRefused(InvalidRequest):
    """The cursor was not issued to this account."""

    rule = "oneclickimpact.pages.cursor-refused"

    def __init__(self) -> None:
        super().__init__("cursor must be the cursor of a previous page of this account")


class AlreadyProcessed(InvalidRequest):
    """A nonprofit has received the money for the impact."""

    rule = "oneclickimpact.cancel.processed"

    def __init__(self) -> None:
        super().__init__("the impact has been processed already and cannot be cancelled")


class NotFound(OneClickImpactRefusal):
    """The impact or project does not exist, or belongs to another account."""

    status = 404
    type = "invalid_request_error"


class ImpactUnknown(NotFound):
    message = "no impact of this user_id was made at this time_utc"
    rule = "oneclickimpact.track.unknown"


class ProjectUnknown(NotFound):
    message = "no project has this project_id"
    rule = "oneclickimpact.projects.unknown"


class PlainStatus(OneClickImpactRefusal):
    """Any other HTTP status: an unknown path, a wrong method, a body too large, a missing operation, or a fault."""

    def __init__(self, status: int, message: str | None = None, rule: str | None = None) -> None:
        self.status = status
        self.type = "api_error" if status >= 500 else "invalid_request_error"
        self.message = message or phrase(status)
        self.rule = rule
