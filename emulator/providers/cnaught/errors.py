"""Every way CNaught says no, as problem details (docs.cnaught.com, Errors; official Node SDK 2.8.0, error types).

* CNaughtRefusal
  + Unauthorized                401
  + InvalidParameters           400, with the fields and what is wrong with each
  + InvalidPagination           400
  + InvalidSubaccount           400
  + IdempotencyKeyTooLong       400
  + Forbidden                   403
    - BillingNotSetUp
    - PortfolioNotAvailable
    - OrderAlreadyCancelled
    - SubaccountsNotAllowed
    - SubaccountHasOrders
  + NotFound                    404
  + ConcurrentRequests          409
  + ChangedPayload              422
  + PlainStatus                 any other status, in the same form
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from emulator.core.errors import Malformed, Refusal, phrase

TYPES = "https://api.cnaught.com/v1/errors/"


class CNaughtRefusal(Refusal):
    """A problem document (RFC 7807). ``type`` is a word below ``TYPES``, or empty for ``about:blank``."""

    type = ""
    title: str
    detail: str | None = None

    def body(self) -> dict[str, object]:
        document: dict[str, object] = {
            "type": TYPES + self.type if self.type else "about:blank",
            "title": self.title,
            "status": self.status,
        }
        if self.detail is not None:
            document["detail"] = self.detail
        return document


class Unauthorized(CNaughtRefusal):
    """No API key, or one that nobody has. The SDK's tests saw this title."""

    status = 401
    title = "Unauthorized"
    rule = "cnaught.auth.bearer-key-required"
    headers = {"WWW-Authenticate": "Bearer"}


class InvalidParameters(CNaughtRefusal):
    """``errors`` holds, for each field at fault, everything that is wrong with it."""

    status = 400
    type = "invalid-parameters"
    title = "Your request parameters didn't validate"

    def __init__(self, errors: Mapping[str, Sequence[str]], rule: str = "cnaught.errors.invalid-parameters") -> None:
        self.errors = errors
        self.rule = rule

    def body(self) -> dict[str, object]:
        return {**super().body(), "errors": self.errors}


class InvalidPagination(CNaughtRefusal):
    """Both cursors at once, or a cursor that names nothing in the list."""

    status = 400
    type = "invalid-pagination"
    title = "Invalid pagination parameters"

    def __init__(self, detail: str, rule: str) -> None:
        self.detail = detail
        self.rule = rule


class InvalidSubaccount(CNaughtRefusal):
    """``X-Subaccount-Id`` names no subaccount of this account."""

    status = 400
    type = "invalid-subaccount"
    title = "Subaccount not found"
    rule = "cnaught.subaccount-header.unknown"


class IdempotencyKeyTooLong(CNaughtRefusal):
    """``Idempotency-Key`` has more than 512 characters."""

    status = 400
    type = "idempotency-key-too-long"
    title = "Idempotency key must be at most 512 characters long"
    rule = "cnaught.idempotency.key-too-long"


class Forbidden(CNaughtRefusal):
    """The account may not do this, or the thing is in no state for it."""

    status = 403
    type = "forbidden"
    title = "Forbidden"


class BillingNotSetUp(Forbidden):
    title = "Billing has not been set up for this account"
    rule = "cnaught.orders.billing-forbidden"


class PortfolioNotAvailable(Forbidden):
    title = "Requested portfolio is not available"
    rule = "cnaught.orders.portfolio-forbidden"


class OrderAlreadyCancelled(Forbidden):
    title = "Order has already been cancelled"
    rule = "cnaught.cancel.twice"


class SubaccountsNotAllowed(Forbidden):
    title = "User is not allowed to use subaccounts. Contact support to request access."

    def __init__(self, rule: str) -> None:
        self.rule = rule


class SubaccountHasOrders(Forbidden):
    title = "Subaccount has orders and cannot be deleted"
    rule = "cnaught.subaccounts.delete-with-orders"


class NotFound(CNaughtRefusal):
    """``thing`` is what the vendor could not find: order, subaccount, resource (a path)."""

    status = 404
    type = "not-found"

    def __init__(self, thing: str, rule: str) -> None:
        self.title = f"Could not find {thing}"
        self.rule = rule


class ConcurrentRequests(CNaughtRefusal):
    """The first request with this idempotency key has not been answered yet."""

    status = 409
    type = "idempotency-concurrent-requests"
    title = "A request with the same idempotency key is still being processed"
    rule = "cnaught.idempotency.concurrent"


class ChangedPayload(CNaughtRefusal):
    """The first request with this idempotency key asked for something else."""

    status = 422
    type = "idempotency-changed-payload"
    title = "Previous request submitted with same idempotency key had different payload"
    rule = "cnaught.idempotency.changed-payload"


class PlainStatus(CNaughtRefusal):
    """A bare HTTP status: wrong method, body too large, media type, or one that a fault asked for."""

    def __init__(self, status: int, detail: str | None = None) -> None:
        self.status = status
        self.title = phrase(status)
        self.detail = detail
        self.rule = _RULES.get(status)


_RULES = {
    405: "cnaught.errors.wrong-method",
    413: "cnaught.errors.too-large",
    415: "cnaught.errors.media-type-of-body",
}


def http_refusal(status: int, detail: str | None = None) -> CNaughtRefusal:
    """The refusal for a bare status: the vendor's own where it has one for it."""
    match status:
        case 400:
            return InvalidParameters({"body": ["is invalid"]})
        case 401:
            return Unauthorized()
        case 403:
            return Forbidden()
        case 404:
            return NotFound("resource", "cnaught.errors.unknown-path")
        case 409:
            return ConcurrentRequests()
        case 422:
            return ChangedPayload()
        case _:
            return PlainStatus(status, detail)


def schema_refusal(request: Malformed) -> InvalidParameters:
    """The refusal for a request that breaks the schema: snake_case fields, dotted where they nest."""
    errors: defaultdict[str, list[str]] = defaultdict(list)
    for problem in request.problems:
        errors[problem.field or "body"].append(problem.worded(_WORDS))
    return InvalidParameters(errors)


_WORDS = {
    "missing": "is required",
    "json_invalid": "is not valid JSON",
    "model_type": "must be an object",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "int_type": "must be an integer",
    "int_parsing": "must be an integer",
    "string_type": "must be a string",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be greater than or equal to {ge}",
    "less_than_equal": "must be less than or equal to {le}",
    "too_short": "must not be empty",
    "too_long": "must be at most {max_length} characters long",
    "string_too_long": "must be at most {max_length} characters long",
    "string_null": "must not hold the character U+0000",
    "literal_error": "must be {expected}",
    "email": "must be a valid email address",
}
