"""How problems become Carbon Insights' refusals, and refusals become replies. All sentences are inferred."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from emulator.core.errors import Malformed, Problem, Refusal
from emulator.providers.carboninsights import endpoints, errors
from emulator.providers.carboninsights.wire.incoming import MalformedBody
from emulator.web.request import Request


def render(request: Request, refusal: Refusal) -> Response:
    """Return a refusal as a detail or a map of fields; on a known path it names the allowed methods."""
    refusal = _in_context(request, refusal)
    allow = endpoints.ALLOW if request.scope["path"] in endpoints.VIEWS else {}
    return endpoints.respond(request, refusal.body(), refusal.status, {**allow, **refusal.headers})


def _in_context(request: Request, refusal: Refusal) -> Refusal:
    """Return the refusal of a bare status in the words that its path or method requires."""
    match refusal:
        case errors.MethodNotAllowed():
            return errors.MethodNotAllowed(request.method)
        case errors.PlainStatus(status=401):
            return UNAUTHORIZED.get(request.scope["path"], errors.TokenNotValid)()
    return refusal


UNAUTHORIZED: Mapping[str, Callable[[], Refusal]] = {
    "/token": errors.NoActiveAccount,
    "/token/refresh": errors.RefreshTokenNotValid,
}


def schema_refusal(malformed: Malformed) -> errors.CarbonInsightsRefusal:
    """Return the refusal of a request that breaks the schema: sentences in the shape of the body."""
    first = malformed.problems[0]
    if first.kind == "json_invalid":
        return errors.UnreadableBody(first.message)
    if first.place == ("body",) and first.sent is None:
        return errors.InvalidFields({NO_FIELD: ["No data provided"]}, "carboninsights.input.not-an-object")
    rows = malformed.rows if isinstance(malformed, MalformedBody) else 0
    return errors.InvalidFields(_fields(malformed.problems, rows), RULES.get(first.kind))


def _fields(problems: Sequence[Problem], rows: int) -> dict[str, Any]:
    """Return sentences in the shape of the body. A list has an entry per item, ``{}`` for a valid one."""
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
    whole = problem.kind in ("model_type", "tuple_type") and problem.sent is not None
    return (*place, NO_FIELD) if whole else place


def _sentence(problem: Problem) -> str:
    if problem.sent is None and problem.kind != "missing":
        return "This field may not be null."
    sent = _as_python_reads(problem.sent)
    return SENTENCES[problem.kind].format(**problem.limits, sent=sent, sent_type=type(sent).__name__)


def _as_python_reads(value: Any) -> Any:
    """Return JSON with its numbers as Python's own parser reads them."""
    match value:
        case Decimal():
            return float(value)
        case list():
            return [*map(_as_python_reads, value)]
        case dict():
            return {name: _as_python_reads(member) for name, member in value.items()}
        case _:
            return value


NO_FIELD = "non_field_errors"

SENTENCES = {
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
    "tuple_type": 'Expected a list of items but got type "{sent_type}".',
}

RULES = {
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
    "tuple_type": "carboninsights.score.part-of-wrong-type",
}
"""The rule that each kind of problem breaks."""


def http_refusal(status: int, detail: str | None) -> errors.CarbonInsightsRefusal:
    """Return the refusal for a bare HTTP status, as far as the status determines it."""
    match status:
        case 400:
            return errors.InvalidFields({NO_FIELD: ["Invalid data."]})
        case 404:
            return errors.NotFound()
        case 405:
            return errors.MethodNotAllowed("")
        case 406:
            return errors.NotAcceptable()
        case 413:
            return errors.BodyTooLarge()
        case 429:
            return errors.Throttled(1)
        case 500 | 503:
            return errors.ServerFailure(status)
        case _:
            return errors.PlainStatus(status, detail)
