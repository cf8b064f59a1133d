"""CNaught's refusals, as problem details (docs.cnaught.com, Errors; official Node SDK 2.8.0, error types).

* CNaughtRefusal
  + Unauthorized                401
  + InvalidParameters           400, lists the invalid fields with their problems
    - AmountOutOfBounds
    - FractionRefused
    - BelowCheckoutMinimum
    - PortfolioInvalid
    - NotAnImage
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
    - OrderNotFound
    - SubaccountNotFound
    - CheckoutSessionNotFound
    - ProjectNotFound
    - CategoryNotFound
    - PortfolioNotFound
    - PathNotFound
  + ConcurrentRequests          409
  + ChangedPayload              422
  + PlainStatus                 any other status, in the same form
"""

from collections.abc import Mapping, Sequence

from emulator.core.errors import Refusal, phrase

TYPES = "https://api.cnaught.com/v1/errors/"


class CNaughtRefusal(Refusal):
    """A problem document (RFC 7807). ``type`` is relative to ``TYPES``; empty for ``about:blank``."""

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
    """The API key is missing or unknown. The SDK's tests observed this title."""

    status = 401
    title = "Unauthorized"
    headers = {"WWW-Authenticate": "Bearer"}

    def __init__(self, rule: str = "cnaught.auth.bearer-key-required") -> None:
        self.rule = rule


# --- 400 --------------------------------------------------------------------------------------------------------------


class InvalidParameters(CNaughtRefusal):
    """Fields of the body or query are invalid. ``errors`` lists each of them with its problems."""

    status = 400
    type = "invalid-parameters"
    title = "Your request parameters didn't validate"

    def __init__(self, errors: Mapping[str, Sequence[str]], rule: str = "cnaught.errors.invalid-parameters") -> None:
        self.errors = errors
        self.rule = rule

    def body(self) -> dict[str, object]:
        return {**super().body(), "errors": self.errors}


class AmountOutOfBounds(InvalidParameters):
    """An order or checkout is for less than 1 kg, or a price buys less than that or too much."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__({field: ["must come to at least 1 kg and at most 1000000000 kg"]}, rule)


class FractionRefused(InvalidParameters):
    """An order or checkout is not for whole kilograms, where the settings refuse that."""

    def __init__(self, rule: str) -> None:
        super().__init__({"amount_kg": ["must be an integer"]}, rule)


class BelowCheckoutMinimum(InvalidParameters):
    """A checkout costs less than can be paid there."""

    def __init__(self, cents_min: int) -> None:
        super().__init__({"amount_kg": [f"must cost at least {cents_min} cents"]}, "cnaught.checkout.price-min")


class PortfolioInvalid(InvalidParameters):
    """A quote or a subaccount names a portfolio that the account may not use."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__({field: ["is not available"]}, rule)


class NotAnImage(InvalidParameters):
    """A logo is empty or of another media type."""

    def __init__(self, media_types: Sequence[str]) -> None:
        wrong = f"must be an image of one of these types: {', '.join(media_types)}"
        super().__init__({"logo": [wrong]}, "cnaught.subaccounts.logo-image")


class InvalidPagination(CNaughtRefusal):
    """Both cursors are given, or a cursor is not in the list."""

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


# --- 403 --------------------------------------------------------------------------------------------------------------


class Forbidden(CNaughtRefusal):
    """The account may not do this, or the record's state does not allow it."""

    status = 403
    type = "forbidden"
    title = "Forbidden"


class BillingNotSetUp(Forbidden):
    title = "Billing has not been set up for this account"
    rule = "cnaught.orders.billing-forbidden"


class PortfolioNotAvailable(Forbidden):
    title = "Requested portfolio is not available"

    def __init__(self, rule: str) -> None:
        self.rule = rule


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


# --- 404, 409, 422 and the rest ---------------------------------------------------------------------------------------


class NotFound(CNaughtRefusal):
    """What the path or the account names does not exist."""

    status = 404
    type = "not-found"


class OrderNotFound(NotFound):
    """The buyer has no such order. The official SDK observed this title."""

    title = "Could not find order"
    rule = "cnaught.orders.unknown-id"

    def __init__(self, rule: str | None = None) -> None:
        self.rule = rule or self.rule


class SubaccountNotFound(NotFound):
    """The account has no such subaccount."""

    title = "Could not find subaccount"
    rule = "cnaught.subaccounts.unknown-id"


class CheckoutSessionNotFound(NotFound):
    """The account has no such checkout session."""

    title = "Could not find checkout session"
    rule = "cnaught.checkout.unknown-id"


class ProjectNotFound(NotFound):
    """There is no such project."""

    title = "Could not find project"
    rule = "cnaught.catalogue.unknown-project"


class CategoryNotFound(NotFound):
    """There is no such category of projects."""

    title = "Could not find project category"
    rule = "cnaught.catalogue.unknown-category"


class PortfolioNotFound(NotFound):
    """The account may use no such portfolio."""

    title = "Could not find portfolio"
    rule = "cnaught.catalogue.portfolios-apart"


class PathNotFound(NotFound):
    """No operation has the path."""

    title = "Could not find resource"
    rule = "cnaught.errors.unknown-path"


class ConcurrentRequests(CNaughtRefusal):
    """The first request with this idempotency key is still running."""

    status = 409
    type = "idempotency-concurrent-requests"
    title = "A request with the same idempotency key is still being processed"
    rule = "cnaught.idempotency.concurrent"


class ChangedPayload(CNaughtRefusal):
    """The first request with this idempotency key was a different one."""

    status = 422
    type = "idempotency-changed-payload"
    title = "Previous request submitted with same idempotency key had different payload"
    rule = "cnaught.idempotency.changed-payload"


class PlainStatus(CNaughtRefusal):
    """An HTTP status without its own problem type: wrong method, body too large, media type, or a fault's."""

    def __init__(self, status: int, detail: str | None, rule: str | None) -> None:
        self.status = status
        self.title = phrase(status)
        self.detail = detail
        self.rule = rule
