"""Refusals by a bare status, or by a fault only."""

from emulator.core.errors import phrase
from emulator.providers.dcycle.errors.refusal import DcycleRefusal


class RateLimitExceeded(DcycleRefusal):
    """Raised by a fault only: the vendor publishes no limit, and no time to wait."""

    status = 429
    detail = "Rate limit exceeded"
    code = "RATE_LIMIT_EXCEEDED"
    rule = "dcycle.fault.rate-limit"
    headers = {"Retry-After": "60"}


class InternalError(DcycleRefusal):
    """Raised by a fault only."""

    status = 500
    detail = "Internal server error"
    code = "INTERNAL_ERROR"
    rule = "dcycle.fault.server"


class PlainStatus(DcycleRefusal):
    """A bare HTTP status, worded as FastAPI does: an unknown path, a wrong method, or the status of a fault."""

    def __init__(self, status: int, detail: str | None = None) -> None:
        self.status = status
        self.detail = detail or phrase(status)
        self.rule = RULES.get(status)


RULES = {404: "dcycle.path.unknown", 405: "dcycle.path.wrong-method"}
"""The rules of bare statuses."""
