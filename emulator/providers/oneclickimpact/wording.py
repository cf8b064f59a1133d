"""How problems become 1ClickImpact's refusals, and refusals become replies."""

from starlette.responses import Response

from emulator.core.errors import Malformed, Problem, Refusal
from emulator.providers.oneclickimpact import errors
from emulator.web.replies import reply
from emulator.web.request import Request


def render(request: Request, refusal: Refusal) -> Response:
    """Return a refusal as JSON; the vendor's SDKs read the body of every status as JSON."""
    return reply(refusal.body(), refusal.status, refusal.headers)


def schema_refusal(malformed: Malformed) -> errors.InvalidRequest:
    """Return the refusal of a request that breaks the schema: one sentence, with a clause for each parameter."""
    clauses = dict.fromkeys(_clause(problem) for problem in malformed.problems)
    return errors.InvalidRequest("; ".join(clauses))


def _clause(problem: Problem) -> str:
    """Return what a parameter must be. Where inside it the problem lies makes no difference."""
    if len(problem.place) == 1:
        return "the body must be a JSON object"
    name = str(problem.place[1])
    return f"{name} must be {REQUIREMENTS_BY_KIND.get(problem.kind) or REQUIREMENTS[name]}"


REQUIREMENTS_BY_KIND = {
    "repeated": "given only once",
    "cents": "an integer between 1 and 1000000000",
    "food": "food",
}
"""The requirement for each kind of problem, in any parameter."""

REQUIREMENTS = {
    "amount": "an integer between 1 and 10000000",
    "customer_email": "a valid email address",
    "customer_name": "a string that is not empty",
    "category": "a string that is not empty",
    "notify": "a boolean",
    "metadata": (
        "an object of at most 20 strings of at most 500 characters, with keys of at most 40 characters "
        "other than gift and widgetID"
    ),
    "filter_by": "one of carbon_captured, tree_planted, waste_removed, money_donated, coral_restored",
    "start_date": "a date in the form yyyy-mm-dd",
    "end_date": "a date in the form yyyy-mm-dd",
    "limit": "an integer between 0 and 1000",
    "cursor": "a string",
    "sort_order": "asc or desc",
    "user_id": "U followed by digits",
    "time_utc": "a time in UTC with milliseconds, such as 2024-09-16T20:34:04.429Z",
    "reason": "a string of at most 200 characters",
    "type": "one of trees, ocean, carbon",
    "locale": "one of en, de, es, fr, nl",
}
"""What is required of each parameter."""


def http_refusal(status: int, detail: str | None) -> errors.OneClickImpactRefusal:
    """Return the refusal for a bare HTTP status."""
    match status:
        case 400:
            return errors.InvalidRequest("The request is invalid")
        case 401:
            return errors.KeyUnknown()
        case 404:
            return errors.PlainStatus(404, "The requested path does not exist", "oneclickimpact.errors.unknown-path")
        case 405:
            return errors.PlainStatus(405, "The path does not take this method", "oneclickimpact.errors.wrong-method")
        case 413:
            return errors.PlainStatus(413, "The body is too large", "oneclickimpact.errors.body-too-large")
        case _:
            return errors.PlainStatus(status, detail)
