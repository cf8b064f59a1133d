"""How problems become Thallo's refusals, and refusals become replies."""

from urllib.parse import quote

from starlette.responses import Response

from emulator.core.clock import millis
from emulator.core.errors import Malformed, Refusal
from emulator.providers.thallo import errors
from emulator.web.replies import reply
from emulator.web.request import Request

IN_PATH = "/:@!$&'()*+,;=~"
"""What a path may hold as it is (RFC 3986, section 3.3), besides letters, digits, ``-``, ``.`` and ``_``."""


def render(request: Request, refusal: Refusal) -> Response:
    """Return a refusal with all five fields: if one is missing, the vendor's SDK hides the code from its user."""
    assert isinstance(refusal, errors.ThalloRefusal)
    body = {
        "statusCode": refusal.status,
        "url": quote(request.scope["path"], safe=IN_PATH),
        "timestamp": millis(request.backend.clock.now),
        **refusal.body(),
    }
    return reply(body, refusal.status, refusal.headers)


def schema_refusal(malformed: Malformed) -> errors.BadRequest:
    """Return the refusal of a request that breaks the schema: each sentence begins with the field, as in NestJS."""
    return errors.BadRequest(
        [f"{problem.field or 'body'} {problem.worded(SENTENCES)}" for problem in malformed.problems]
    )


SENTENCES = {
    "missing": "should not be empty",
    "json_invalid": "is not valid JSON",
    "model_type": "must be an object",
    "bool_type": "must be a boolean value",
    "string_type": "must be a string",
    "string_too_short": "should not be empty",
    "string_too_long": "must be shorter than or equal to {max_length} characters",
    "int_parsing": "must be an integer number",
    "greater_than_equal": "must not be less than {ge}",
    "less_than_equal": "must not be greater than {le}",
    "literal_error": "must be one of {expected}",
}


def http_refusal(status: int, detail: str | None) -> errors.ThalloRefusal:
    """Return the refusal for a bare HTTP status."""
    match status:
        case 400:
            return errors.BadRequest(["request is invalid"])
        case 401:
            return errors.Unauthorized()
        case _:
            return errors.PlainStatus(status, detail, RULES.get(status))


RULES = {
    403: "thallo.errors.forbidden",
    404: "thallo.errors.unknown-path",
    405: "thallo.errors.wrong-method",
    413: "thallo.retirements.too-large",
    500: "thallo.errors.server-error",
}
