"""Every way Carbon Insights says no, as Django REST Framework 3.12 and simplejwt 4.8 say it (all bodies are inferred).

* CarbonInsightsRefusal
  + InvalidFields                 400, everything that is wrong, each at its place in the body
  + UnreadableBody                400
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
  + UnsupportedMediaType          415
  + Throttled                     429
  + ServerFailure                 500, 503
  + PlainStatus                   any other status, in the same form
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from emulator.core.errors import Malformed, Problem, Refusal, phrase

EXPIRED = "Token is invalid or expired"
WRONG_TYPE = "Token has wrong type"


class CarbonInsightsRefusal(Refusal):
    """A ``detail``, and with some refusals a ``code``."""

    detail: str
    code: str | None = None

    def body(self) -> dict[str, object]:
        return {"detail": self.detail} if self.code is None else {"detail": self.detail, "code": self.code}


# --- 400 --------------------------------------------------------------------------------------------------------------


class InvalidFields(CarbonInsightsRefusal):
    """``fields`` has the shape of the body, with sentences where something is wrong."""

    status = 400
    rule = "carboninsights.input.all-fields-told"

    def __init__(self, fields: dict[str, Any], rule: str | None = None) -> None:
        self.fields = fields
        self.rule = rule or self.rule

    def body(self) -> dict[str, object]:
        return self.fields


class UnreadableBody(CarbonInsightsRefusal):
    """The body is not JSON; the reason is Python's own."""

    status = 400
    rule = "carboninsights.input.malformed-json"

    def __init__(self, reason: str) -> None:
        self.detail = f"JSON parse error - {reason}"


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
    """No access token that can be used now; ``message`` says why."""

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
    """An unknown username, a wrong password and an inactive account look alike."""

    detail = "No active account found with the given credentials"
    rule = "carboninsights.token.wrong-credentials"


class RefreshTokenNotValid(Unauthorized):
    """No refresh token that can be used now."""

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
    rule = "carboninsights.paths.wrong-method-status"

    def __init__(self, method: str) -> None:
        self.detail = f'Method "{method}" not allowed.'


class NotAcceptable(CarbonInsightsRefusal):
    status = 406
    detail = "Could not satisfy the request Accept header."
    rule = "carboninsights.input.accept"


class BodyTooLarge(CarbonInsightsRefusal):
    """The limit is the emulator's, and so are the words."""

    status = 413
    detail = "Request body is too large."
    rule = "carboninsights.input.body-too-large"


class UnsupportedMediaType(CarbonInsightsRefusal):
    """The content type is told as it was sent, or empty."""

    status = 415
    rule = "carboninsights.input.content-type-refused"

    def __init__(self, media_type: str) -> None:
        self.detail = f'Unsupported media type "{media_type}" in request.'


class Throttled(CarbonInsightsRefusal):
    """Too many requests; the next one fits in so many seconds."""

    status = 429
    rule = "carboninsights.throttle.status"

    def __init__(self, seconds: int) -> None:
        unit = "second" if seconds == 1 else "seconds"
        self.detail = f"Request was throttled. Expected available in {seconds} {unit}."
        self.headers = {"Retry-After": str(seconds)}


class ServerFailure(CarbonInsightsRefusal):
    """Broken, or offline for maintenance."""

    rule = "carboninsights.failures.status"

    def __init__(self, status: int) -> None:
        self.status = status
        offline = "Service temporarily unavailable, try again later."
        self.detail = offline if status == 503 else "A server error occurred."


class PlainStatus(CarbonInsightsRefusal):
    """Any other HTTP status, one that a fault asked for."""

    def __init__(self, status: int, detail: str | None = None) -> None:
        self.status = status
        self.detail = detail or f"{phrase(status)}."


def http_refusal(status: int, detail: str | None = None) -> CarbonInsightsRefusal:
    """The refusal for a bare status, as far as the status alone can tell it."""
    match status:
        case 400:
            return InvalidFields({NO_FIELD: ["Invalid data."]})
        case 404:
            return NotFound()
        case 405:
            return MethodNotAllowed("")
        case 406:
            return NotAcceptable()
        case 413:
            return BodyTooLarge()
        case 415:
            return UnsupportedMediaType("")
        case 429:
            return Throttled(1)
        case 500 | 503:
            return ServerFailure(status)
        case _:
            return PlainStatus(status, detail)


# --- a body that breaks the schema ------------------------------------------------------------------------------------


class MalformedBody(Malformed):
    """A body that breaks the schema; of its transactions, ``rows`` in number, each has a place in the answer."""

    def __init__(self, *problems: Problem, rows: int) -> None:
        super().__init__(*problems)
        self.rows = rows


def schema_refusal(request: Malformed) -> CarbonInsightsRefusal:
    """The refusal for a request that breaks the schema."""
    first = request.problems[0]
    if first.kind == "json_invalid":
        return UnreadableBody(first.message)
    if first.place == ("body",) and first.sent is None:
        return InvalidFields({NO_FIELD: ["No data provided"]}, "carboninsights.input.not-an-object")
    rows = request.rows if isinstance(request, MalformedBody) else 0
    return InvalidFields(_in_place(request.problems, rows), _RULES.get(first.kind))


def _in_place(problems: Sequence[Problem], rows: int) -> dict[str, Any]:
    """Sentences in the shape of the body. A list has an entry for each of its items, ``{}`` where nothing is wrong."""
    fields: dict[Any, Any] = {}
    for problem in problems:
        *above, last = _place(problem)
        inner = fields
        for part in above:
            inner = inner.setdefault(part, {})
        inner.setdefault(last, []).append(_sentence(problem))
    listed = fields.get("transactions")
    if isinstance(listed, dict) and NO_FIELD not in listed:
        fields["transactions"] = [listed.get(row, {}) for row in range(rows)]
    return fields


def _place(problem: Problem) -> Sequence[str | int]:
    place = problem.place[1:]
    whole = problem.kind in ("model_type", "list_type") and problem.sent is not None
    return (*place, NO_FIELD) if whole else place


def _sentence(problem: Problem) -> str:
    if problem.sent is None and problem.kind != "missing":
        return "This field may not be null."
    sent_type = "float" if isinstance(problem.sent, Decimal) else type(problem.sent).__name__
    return _WORDS[problem.kind].format(**problem.limits, sent=problem.sent, sent_type=sent_type)


NO_FIELD = "non_field_errors"

_WORDS = {
    "missing": "This field is required.",
    "string_type": "Not a valid string.",
    "blank": "This field may not be blank.",
    "null_characters": "Null characters are not allowed.",
    "string_too_long": "Ensure this field has no more than {max_length} characters.",
    "string_too_short": "Ensure this field has at least {min_length} characters.",
    "email": "Enter a valid email address.",
    "taken": "A user with that username already exists.",
    "same_as_username": "Password must be distinct from username.",
    "number": "A valid number is required.",
    "number_too_long": "String value too large.",
    "less_than_equal": "Ensure this value is less than or equal to {le:g}.",
    "greater_than_equal": "Ensure this value is greater than or equal to {ge:g}.",
    "boolean": "Must be a valid boolean.",
    "literal_error": '"{sent}" is not a valid choice.',
    "category": '"{sent}" is not a valid choice.',
    "merchant_code": '"{sent}" is not a valid choice.',
    "date": "Date has wrong format. Use one of these formats instead: YYYY-MM-DD, DD-MM-YYYY.",
    "zip_code": "Enter a zip code in the format XXXXX or XXXXX-XXXX.",
    "model_type": "Invalid data. Expected a dictionary, but got {sent_type}.",
    "list_type": 'Expected a list of items but got type "{sent_type}".',
}

_RULES = {
    "string_type": "carboninsights.input.text-wrong",
    "blank": "carboninsights.input.text-wrong",
    "null_characters": "carboninsights.input.text-wrong",
    "string_too_long": "carboninsights.register.names-length",
    "string_too_short": "carboninsights.register.password-length",
    "email": "carboninsights.register.email-form",
    "taken": "carboninsights.register.username-taken",
    "same_as_username": "carboninsights.register.password-not-username",
    "number": "carboninsights.score.amount-forms",
    "number_too_long": "carboninsights.score.amount-forms",
    "less_than_equal": "carboninsights.profile.renewable-range",
    "greater_than_equal": "carboninsights.profile.renewable-range",
    "boolean": "carboninsights.profile.booleans",
    "literal_error": "carboninsights.profile.choice-words",
    "category": "carboninsights.category.unknown",
    "merchant_code": "carboninsights.mcc.wrong",
    "date": "carboninsights.score.date-wrong",
    "zip_code": "carboninsights.profile.zip-code",
    "model_type": "carboninsights.input.not-an-object",
    "list_type": "carboninsights.score.part-of-wrong-type",
}
