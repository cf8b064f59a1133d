"""Thallo's refusals (docs.market.thallo.io; official Node SDK 1.3.0 for the five fields and the codes).

* ThalloRefusal
  + BadRequest                  400, with a sentence per problem
  + Unauthorized                401
    - KeyMissing
  + Unprocessable               422, with the code in ``error``
    - RequestNotFound
    - TooManyKeys
    - KeyNotFound
      . KeyOfAnother
    - RetirementRefusal
      . QuantityNotANumber, QuantityNotPositive
      . VintageNotFound
      . TonnesTooLow, TonnesNotWhole
      . OrderMissing, PriceMissing, PriceNotANumber, PriceNotPositive
      . OrderNotFound, OrderNotLive, OrderOfOtherVintage, OwnCredits
      . PriceDiffers, SupplyTooLow
      . InvoiceNotLive
  + PlainStatus                 any other status, in the same form

The refusals of a retirement are in the order of their checks. That order and all sentences are guesses.
"""

from collections.abc import Sequence

from emulator.core.errors import Refusal, phrase


class ThalloRefusal(Refusal):
    """``error`` is for programs, ``message`` for people."""

    error: str
    message: str | Sequence[str]

    def body(self) -> dict[str, object]:
        """Return the members that depend only on the refusal."""
        return {"error": self.error, "message": self.message}


class BadRequest(ThalloRefusal):
    """The request breaks the schema. Thallo seems to run on NestJS, which puts a list in ``message``."""

    status = 400
    error = "Bad Request"
    rule = "thallo.errors.message-list"

    def __init__(self, message: Sequence[str]) -> None:
        self.message = message


class Unauthorized(ThalloRefusal):
    """The API key is unknown or deactivated."""

    status = 401
    error = "Unauthorized"
    message = "Unauthorized"
    rule = "thallo.auth.refused"


class KeyMissing(Unauthorized):
    """No API key was sent. The answer is the same, but no document says so."""

    rule = "thallo.auth.missing"


class Unprocessable(ThalloRefusal):
    """The request is well formed but cannot be carried out. Records that do not exist answer 422 as well, not 404."""

    status = 422
    message: str


class RequestNotFound(Unprocessable):
    error = "NOT_FOUND"
    message = "Retirement request not found"
    rule = "thallo.retirement.unknown"


class TooManyKeys(Unprocessable):
    error = "MAX_KEYS_REACHED"
    message = "You have reached the maximum active API keys for your user. Maximum: 2"
    rule = "thallo.keys.maximum"


class KeyNotFound(Unprocessable):
    error = "API_KEY_NOT_EXISTS"
    message = "Api key not found"
    rule = "thallo.keys.unknown"


class KeyOfAnother(KeyNotFound):
    """The key is another user's, which is not shown."""

    rule = "thallo.keys.own-deactivated"


# --- retirements ------------------------------------------------------------------------------------------------------


class RetirementRefusal(Unprocessable):
    """Grams cannot be queued for retirement."""


class QuantityNotANumber(RetirementRefusal):
    error = "FRAC_QUANT_INVALID_NUMBER"
    message = "Quantity is not a whole number of grams"
    rule = "thallo.refusals.frac-invalid"


class QuantityNotPositive(RetirementRefusal):
    error = "FRAC_QUANT_LESS_THAN_EQ_ZERO"
    message = "Quantity must be greater than zero"
    rule = "thallo.refusals.frac-not-positive"


class VintageNotFound(RetirementRefusal):
    error = "VINTAGE_ID_NOT_EXISTS"
    message = "Vintage does not exist"
    rule = "thallo.refusals.vintage"


class TonnesTooLow(RetirementRefusal):
    error = "QUANT_TONNES_TOO_LOW"
    message = "Retirement for an external customer must be at least one tonne"
    rule = "thallo.refusals.tonnes-too-low"


class TonnesNotWhole(RetirementRefusal):
    error = "QUANT_TONNES_INVALID_NUMBER"
    message = "Retirement for an external customer must be a whole number of tonnes"
    rule = "thallo.refusals.tonnes-invalid"


class OrderMissing(RetirementRefusal):
    error = "MISSING_SELL_ORDER_ID"
    message = "Wallet does not hold enough and no sell order is given"
    rule = "thallo.refusals.order-missing"


class PriceMissing(RetirementRefusal):
    error = "SELL_ORDER_MISSING_EXP_PRICE"
    message = "Expected price is missing"
    rule = "thallo.refusals.price-missing"


class PriceNotANumber(RetirementRefusal):
    error = "SELL_ORDER_EXP_PRICE_INVALID_NUMBER"
    message = "Expected price is not a whole number of cents"
    rule = "thallo.refusals.price-invalid"


class PriceNotPositive(RetirementRefusal):
    error = "SELL_ORDER_EXP_PRICE_LESS_THAN_EQ_ZERO"
    message = "Expected price must be greater than zero"
    rule = "thallo.refusals.price-not-positive"


class OrderNotFound(RetirementRefusal):
    error = "SELL_ORDER_NOT_EXISTS"
    message = "Sell order does not exist"
    rule = "thallo.refusals.order-unknown"


class OrderNotLive(RetirementRefusal):
    error = "SELL_ORDER_NOT_LIVE"
    message = "Sell order is not live"
    rule = "thallo.refusals.order-not-live"


class OrderOfOtherVintage(RetirementRefusal):
    error = "VINTAGE_SUPPLIED_DIFF_SELL_ORDER_VINTAGE"
    message = "Sell order is for another vintage"
    rule = "thallo.refusals.order-other-vintage"


class OwnCredits(RetirementRefusal):
    error = "PURCHASE_OWN_CREDITS"
    message = "Sell order is your own"
    rule = "thallo.refusals.own-credits"


class PriceDiffers(RetirementRefusal):
    error = "PRICE_SUPPLIED_DIFF_CURRENT_PRICE"
    message = "Expected price is not the current price of the sell order"
    rule = "thallo.refusals.price-differs"


class SupplyTooLow(RetirementRefusal):
    error = "SELL_ORDER_SUPPLY_TOO_LOW"
    message = "Sell order does not hold enough tonnes"
    rule = "thallo.refusals.supply"


class InvoiceNotLive(RetirementRefusal):
    error = "INVOICE_NOT_LIVE"
    message = "Invoice is not live"
    rule = "thallo.refusals.invoice"


# --- any other status -------------------------------------------------------------------------------------------------


class PlainStatus(ThalloRefusal):
    """A bare HTTP status: wrong method, body too large, or a fault's."""

    def __init__(self, status: int, detail: str | None, rule: str | None) -> None:
        self.status = status
        self.error = NESTJS_PHRASES.get(status) or phrase(status)
        self.message = detail or MESSAGES.get(status) or self.error
        self.rule = rule


NESTJS_PHRASES = {413: "Payload Too Large", 422: "Unprocessable Entity"}
"""Older names of statuses, which NestJS keeps."""

MESSAGES = {403: "Permission denied according to assigned roles.", 500: "Internal server error"}
"""Messages that the documents print."""
