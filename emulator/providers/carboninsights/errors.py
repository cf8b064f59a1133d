"""Carbon Insights' refusals, as Django REST Framework 3.12 and simplejwt 4.8 send them (all bodies are inferred).

* CarbonInsightsRefusal
  + InvalidFields                 400, all problems in the shape of the body
  + UnreadableBody                400
  + UnsupportedMediaType          400
  + Unauthorized                  401
    - NotAuthenticated
    - BadAuthorizationHeader
    - TokenNotValid               an access token, at /calculateCarbonScore
    - NoUserIdentification
    - UserNotFound
    - UserInactive
    - NoActiveAccount             at /token
    - RefreshTokenNotValid        at /token/refresh
  + NotFound                      404
  + MethodNotAllowed              405
  + NotAcceptable                 406
  + BodyTooLarge                  413
  + Throttled                     429
  + ServerFailure                 500, 503
  + PlainStatus                   any other status, in the same form
"""

from typing import Any

from emulator.core.errors import Refusal, phrase

EXPIRED = "Token is invalid or expired"
WRONG_TYPE = "Token has wrong type"


class CarbonInsightsRefusal(Refusal):
    """A refusal with a ``detail`` and sometimes a ``code``."""

    detail: str
    code: str | None = None

    def body(self) -> dict[str, object]:
        return {"detail": self.detail} if self.code is None else {"detail": self.detail, "code": self.code}


# --- 400 --------------------------------------------------------------------------------------------------------------


class InvalidFields(CarbonInsightsRefusal):
    """Fields of the body are invalid. ``fields`` has the shape of the body, with a list of sentences per problem."""

    status = 400
    rule = "carboninsights.input.all-fields-reported"

    def __init__(self, fields: dict[str, Any], rule: str | None = None) -> None:
        self.fields = fields
        self.rule = rule or self.rule

    def body(self) -> dict[str, object]:
        return self.fields


class UnreadableBody(CarbonInsightsRefusal):
    """The body is not JSON. The reason is that of Python's parser."""

    status = 400
    rule = "carboninsights.input.malformed-json"

    def __init__(self, reason: str) -> None:
        self.detail = f"JSON parse error - {reason}"


class UnsupportedMediaType(CarbonInsightsRefusal):
    """The body is not declared as JSON. The documents list no 415, so the library's sentence comes with a 400."""

    status = 400
    rule = "carboninsights.input.content-type-refused"

    def __init__(self, media_type: str) -> None:
        self.detail = f'Unsupported media type "{media_type}" in request.'


# --- 401 --------------------------------------------------------------------------------------------------------------


class Unauthorized(CarbonInsightsRefusal):
    status = 401
    headers = {"WWW-Authenticate": 'Token realm="api"'}


class NotAuthenticated(Unauthorized):
    detail = "Authentication credentials were not provided."
    rule = "carboninsights.auth.missing"


class BadAuthorizationHeader(Unauthorized):
    detail = "Authorization header must contain two space-delimited values"
    code = "bad_authorization_header"
    rule = "carboninsights.auth.header-parts"


class TokenNotValid(Unauthorized):
    """The access token is invalid, expired or of the wrong type."""

    detail = "Given token not valid for any token type"
    code = "token_not_valid"
    rule = "carboninsights.auth.invalid"

    def __init__(self, message: str = EXPIRED) -> None:
        self.message = message

    def body(self) -> dict[str, object]:
        message = {"token_class": "AccessToken", "token_type": "access", "message": self.message}
        return {**super().body(), "messages": [message]}


class NoUserIdentification(Unauthorized):
    detail = "Token contained no recognizable user identification"
    code = "token_not_valid"
    rule = "carboninsights.auth.account"


class UserNotFound(Unauthorized):
    detail = "User not found"
    code = "user_not_found"
    rule = "carboninsights.auth.account"


class UserInactive(Unauthorized):
    detail = "User is inactive"
    code = "user_inactive"
    rule = "carboninsights.auth.account"


class NoActiveAccount(Unauthorized):
    """The username is unknown, the password is wrong, or the account is inactive."""

    detail = "No active account found with the given credentials"
    rule = "carboninsights.token.wrong-credentials"


class RefreshTokenNotValid(Unauthorized):
    """The refresh token is invalid, expired or of the wrong type."""

    code = "token_not_valid"
    rule = "carboninsights.token.refresh-refused"

    def __init__(self, detail: str = EXPIRED) -> None:
        self.detail = detail


# --- the other statuses -----------------------------------------------------------------------------------------------


class NotFound(CarbonInsightsRefusal):
    status = 404
    detail = "Not found."
    rule = "carboninsights.paths.unknown"


class MethodNotAllowed(CarbonInsightsRefusal):
    status = 405
    rule = "carboninsights.paths.wrong-method-body"

    def __init__(self, method: str) -> None:
        self.detail = f'Method "{method}" not allowed.'


class NotAcceptable(CarbonInsightsRefusal):
    status = 406
    detail = "Could not satisfy the request Accept header."
    rule = "carboninsights.input.accept"


class BodyTooLarge(CarbonInsightsRefusal):
    """The body exceeds the emulator's limit."""

    status = 413
    detail = "Request body is too large."
    rule = "carboninsights.input.body-too-large"


class Throttled(CarbonInsightsRefusal):
    """The account exceeds a rate limit; its next request fits after so many seconds."""

    status = 429
    rule = "carboninsights.throttle.status"

    def __init__(self, seconds: int) -> None:
        unit = "second" if seconds == 1 else "seconds"
        self.detail = f"Request was throttled. Expected available in {seconds} {unit}."
        self.headers = {"Retry-After": str(seconds)}


class ServerFailure(CarbonInsightsRefusal):
    """The server has a problem, or is offline for maintenance."""

    rule = "carboninsights.failures.status"

    def __init__(self, status: int) -> None:
        self.status = status
        offline = "Service temporarily unavailable, try again later."
        self.detail = offline if status == 503 else "A server error occurred."


class PlainStatus(CarbonInsightsRefusal):
    """Any other HTTP status, from a fault."""

    def __init__(self, status: int, detail: str | None) -> None:
        self.status = status
        self.detail = detail or f"{phrase(status)}."
