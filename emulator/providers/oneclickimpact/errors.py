"""Every way 1ClickImpact says no: a type and a message (docs.1clickimpact.com, Errors).

* OneClickImpactRefusal
  + KeyRefused                  401, key_error
    - KeyMissing
    - KeyUnknown
  + InvalidRequest              400, invalid_request_error
    - NameWithoutEmail
    - CursorRefused
    - AlreadyProcessed
  + NotFound                    404, invalid_request_error
    - ImpactUnknown
    - ProjectUnknown
  + PlainStatus                 any other status: invalid_request_error below 500, api_error from there on
"""

from emulator.core.errors import Malformed, Problem, Refusal, phrase


class OneClickImpactRefusal(Refusal):
    """``type`` is one of three words; ``message`` names the parameter and the rule. The vendor's SDKs ask for both."""

    type: str
    message: str

    def body(self) -> dict[str, object]:
        return {"type": self.type, "message": self.message}


class KeyRefused(OneClickImpactRefusal):
    """Something about the API key."""

    status = 401
    type = "key_error"


class KeyMissing(KeyRefused):
    message = "API Key is missing"
    rule = "oneclickimpact.auth.missing-key"


class KeyUnknown(KeyRefused):
    """Nobody has this key, or it belongs to the other environment. The only words that the vendor publishes."""

    message = "API Key does not exist"
    rule = "oneclickimpact.auth.unknown-key-words"


class InvalidRequest(OneClickImpactRefusal):
    """A field or parameter is missing or wrong, or the body is no JSON object."""

    status = 400
    type = "invalid_request_error"
    rule = "oneclickimpact.errors.invalid-request"

    def __init__(self, message: str) -> None:
        self.message = message


class NameWithoutEmail(InvalidRequest):
    rule = "oneclickimpact.customers.name-needs-email"

    def __init__(self) -> None:
        super().__init__("customer_name must come together with customer_email")


class CursorRefused(InvalidRequest):
    """A cursor that was not made for this account."""

    rule = "oneclickimpact.pages.cursor-refused"

    def __init__(self) -> None:
        super().__init__("cursor must be the cursor of a previous page of this account")


class AlreadyProcessed(InvalidRequest):
    """An impact whose money a non-profit has received."""

    rule = "oneclickimpact.cancel.processed"

    def __init__(self) -> None:
        super().__init__("the impact has been processed already and cannot be cancelled")


class NotFound(OneClickImpactRefusal):
    """What is asked for is not there, or is another account's."""

    status = 404
    type = "invalid_request_error"


class ImpactUnknown(NotFound):
    message = "no impact of this user_id was made at this time_utc"
    rule = "oneclickimpact.track.unknown"


class ProjectUnknown(NotFound):
    message = "no project has this project_id"
    rule = "oneclickimpact.projects.unknown"


class PlainStatus(OneClickImpactRefusal):
    """A bare HTTP status: unknown path, wrong method, body too large, not built, or one that a fault asked for."""

    def __init__(self, status: int, message: str, rule: str | None = None) -> None:
        self.status = status
        self.type = "api_error" if status >= 500 else "invalid_request_error"
        self.message = message
        self.rule = rule


def http_refusal(status: int, detail: str | None = None) -> OneClickImpactRefusal:
    """The refusal for a bare status."""
    match status:
        case 400:
            return InvalidRequest("The request is invalid")
        case 401:
            return KeyUnknown()
        case 404:
            return PlainStatus(404, "The requested path does not exist", "oneclickimpact.errors.unknown-path")
        case 405:
            return PlainStatus(405, "The path does not take this method", "oneclickimpact.errors.wrong-method")
        case 413:
            return PlainStatus(413, "The body is too large", "oneclickimpact.errors.body-too-large")
        case _:
            return PlainStatus(status, detail or phrase(status))


def schema_refusal(request: Malformed) -> InvalidRequest:
    """The refusal for a request that breaks the schema: one sentence, with a clause for each parameter at fault."""
    clauses = dict.fromkeys(_clause(problem) for problem in request.problems)
    return InvalidRequest("; ".join(clauses))


def _clause(problem: Problem) -> str:
    """What is asked of the parameter at fault. Where inside it the fault lies makes no difference."""
    if len(problem.place) == 1:
        return "the body must be a JSON object"
    name = str(problem.place[1])
    return f"{name} must be {_MUST_BE_FOR.get(problem.kind) or _MUST_BE[name]}"


_MUST_BE_FOR = {
    "repeated": "given only once",
    "cents": "an integer between 1 and 1000000000",
    "food": "food",
}
"""What is asked, by the kind of problem, whatever the parameter."""

_MUST_BE = {
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
