"""How problems become Dcycle's refusals, and refusals become replies."""

from decimal import Decimal
from math import isfinite

from starlette.responses import Response

from emulator.core.errors import Malformed, Problem, Refusal
from emulator.core.secrets import SECRET_MEMBERS
from emulator.providers.dcycle import errors
from emulator.web.replies import reply
from emulator.web.request import Request

TRANSPORTS = "/v1/transports"
WITHOUT_ORGANIZATION = ("/v1/logistics/packages", "/v1/logistics/tocs")
"""The lists whose pages answer an unknown organization with 404."""

FASTAPI_TYPES = {"model_type": "model_attributes_type"}
"""The types of problems that FastAPI names otherwise: it lets models read attributes of objects, too."""


def render(request: Request, refusal: Refusal) -> Response:
    """Return a refusal as JSON. A few of the vendor's pages print it otherwise than the others."""
    path: str = request.scope["path"]
    if isinstance(refusal, errors.InvalidApiKey) and path.startswith(TRANSPORTS):
        refusal = errors.InvalidApiKeyForOrganization(refusal.rule)
    elif isinstance(refusal, errors.UnknownOrganization) and path in WITHOUT_ORGANIZATION:
        refusal = errors.OrganizationNotFound()
    return reply(refusal.body(), refusal.status, refusal.headers)


def schema_refusal(malformed: Malformed) -> errors.ValidationFailed:
    """Return the refusal of a request that breaks the schema: one element for each problem."""
    return errors.ValidationFailed([_element(problem) for problem in malformed.problems])


def _element(problem: Problem) -> dict[str, object]:
    """Return a problem as FastAPI writes it, without repeating what is secret, long or nested."""
    message, limits = problem.message, problem.limits
    if "field_type" in limits:  # the type of a model's member: the vendor's are lists
        message = message.replace(str(limits["field_type"]), "List", 1)
        limits = {**limits, "field_type": "List"}
    sent = problem.sent if _may_be_repeated(problem) else None
    element = {
        "type": FASTAPI_TYPES.get(problem.kind, problem.kind),
        "loc": problem.place,
        "msg": message,
        "input": sent,
    }
    return {**element, "ctx": limits} if limits else element


def _may_be_repeated(problem: Problem) -> bool:
    """Return whether a reply may show what was sent. A whole body is never shown: it may contain a secret."""
    return (
        problem.kind != "missing"
        and len(problem.place) > 1
        and SECRET_MEMBERS.isdisjoint(problem.place)
        and _is_short(problem.sent)
    )


def _is_short(sent: object) -> bool:
    """Return whether a value is a text, a boolean, or a number of at most 64 bits."""
    if isinstance(sent, Decimal):
        return isfinite(float(sent))
    return isinstance(sent, str | float) or (isinstance(sent, int) and -(2**63) <= sent < 2**63)


def http_refusal(status: int, detail: str | None) -> errors.DcycleRefusal:
    """Return the refusal for a bare HTTP status."""
    match status:
        case 400:
            return errors.InvalidDateRange()
        case 401:
            return errors.InvalidApiKey()
        case 403:
            return errors.Forbidden()
        case 422:
            problem = Problem(("header", "x-organization-id"), "missing", "Field required")
            return errors.ValidationFailed([_element(problem)])
        case 429:
            return errors.RateLimitExceeded()
        case 500:
            return errors.InternalError()
        case _:
            return errors.PlainStatus(status, detail)
