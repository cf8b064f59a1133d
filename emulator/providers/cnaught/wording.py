"""How problems become CNaught's refusals, and refusals become replies."""

from collections import defaultdict

from starlette.responses import Response

from emulator.core.errors import Malformed, Refusal
from emulator.providers.cnaught import errors
from emulator.web.replies import reply
from emulator.web.request import Request

PROBLEM_TYPE = (b"content-type", b"application/problem+json")


def render(request: Request, refusal: Refusal) -> Response:
    """Return a refusal as problem details (RFC 7807): the SDK needs a type, a title and a status to read it."""
    return reply(refusal.body(), refusal.status, refusal.headers, PROBLEM_TYPE)


def schema_refusal(malformed: Malformed) -> errors.InvalidParameters:
    """Return the refusal of a request that breaks the schema: a list of problems per field, nested names dotted."""
    problems: defaultdict[str, list[str]] = defaultdict(list)
    for problem in malformed.problems:
        problems[problem.field or "body"].append(problem.worded(SENTENCES))
    return errors.InvalidParameters(problems)


SENTENCES = {
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
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most {max_length} characters long",
    "string_null": "must not contain the character U+0000",
    "literal_error": "must be {expected}",
    "email": "must be a valid email address",
}


def http_refusal(status: int, detail: str | None) -> errors.CNaughtRefusal:
    """Return the refusal for a bare HTTP status, with CNaught's own problem type if it has one."""
    match status:
        case 400:
            return errors.InvalidParameters({"body": ["is invalid"]})
        case 401:
            return errors.Unauthorized()
        case 403:
            return errors.Forbidden()
        case 404:
            return errors.PathNotFound()
        case 409:
            return errors.ConcurrentRequests()
        case 422:
            return errors.ChangedPayload()
        case _:
            return errors.PlainStatus(status, detail, RULES.get(status))


RULES = {
    405: "cnaught.errors.wrong-method",
    413: "cnaught.errors.too-large",
    415: "cnaught.errors.media-type-of-body",
}
