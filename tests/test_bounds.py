"""Every bound of every contract has one rule, and a refusal names it and its evidence."""

from dataclasses import replace
from typing import get_args

import httpx
import pytest
from pydantic_core.core_schema import ErrorType

from emulator.client.embedded import SpaceHandle
from emulator.evidence import contracts
from emulator.evidence.explanation import weakest
from emulator.providers import ALL
from tests.support.bounds import Violation, free_texts, violations
from tests.support.caller import Caller, credentials_of

STANDARD_KINDS = set(get_args(ErrorType))
"""The kinds of problems of pydantic. Other kinds are defined by their provider."""

KINDS_OF_KEYWORDS = {
    "required": ("missing",),
    "additionalProperties": ("extra_forbidden",),
    "enum": ("literal_error", "enum", "type", "parsing"),
    "minimum": ("greater_than", "greater_than_equal", "parsing"),
    "exclusiveMinimum": ("greater_than",),
    "maximum": ("less_than", "less_than_equal", "parsing"),
    "exclusiveMaximum": ("less_than",),
    "minLength": ("too_short",),
    "maxLength": ("too_long",),
    "propertyNames": ("too_long",),
    "maxProperties": ("too_long",),
    "minItems": ("too_short",),
    "pattern": ("mismatch", "parsing", "type", "too_short"),
    "format": ("parsing", "mismatch"),
}
"""The suffixes of the standard kinds that may refuse a bound. Other keywords accept all kinds."""


PROVED = [
    "cnaught.errors.texts-are-texts",
    "carboninsights.register.required",
    "carboninsights.token.required",
    "carboninsights.token.refresh-required",
    "dcycle.body.null-character",
    "dcycle.lists.filters-refused",
    "dcycle.purchases.other-lengths",
    "dcycle.invoices.update-refused",
]
"""The rules that only this test proves."""


@pytest.mark.rule(*PROVED)
@pytest.mark.parametrize("provider", ALL)
def test_every_bound_has_its_rule(space: SpaceHandle, provider: str) -> None:
    """A request that breaks a bound of an operation is refused by a rule about this bound, with its evidence."""
    caller = Caller(space, provider, credentials_of(space, provider))
    replies = {
        violation: send_violation(caller, violation)
        for operation in contracts.operations(provider)
        if not operation.missing
        for violation in violations(provider, operation)
    }
    faults = {violation: problem_with(provider, violation, reply) for violation, reply in replies.items()}
    assert [f"{violation}: {fault}" for violation, fault in faults.items() if fault] == []
    named = {reply.headers["X-Emulator-Rule"] for reply in replies.values()}
    assert {rule for rule in PROVED if rule.startswith(f"{provider}.")} <= named


@pytest.mark.parametrize("provider", ALL)
def test_a_contract_says_where_no_text_may_have_a_null_character(space: SpaceHandle, provider: str) -> None:
    """A text without a pattern may hold U+0000: the server does not refuse it for that."""
    caller = Caller(space, provider, credentials_of(space, provider))
    refused = [
        f"{operation.id} {field}"
        for operation in contracts.operations(provider)
        if not operation.missing
        for field, plain, null in free_texts(provider, operation)
        if caller.send(null, promised=False).status_code in (400, 422)
        and caller.send(plain, promised=False).status_code not in (400, 422)
    ]
    assert refused == []


SAMPLE_ACCOUNT = (b"ilovetheplanet", b"another-planet")
"""The sample account of Carbon Insights exists with another password, so a registration needs another name."""


def send_violation(caller: Caller, violation: Violation) -> httpx.Response:
    """Return the reply to a request that breaks a bound, with its explanation."""
    draft = violation.draft
    left_out = violation.field.lower() if violation.place == "header" and violation.keyword == "required" else ""
    credentials = {name: value for name, value in caller.credentials.items() if name.lower() != left_out}
    body, headers = draft.body.replace(*SAMPLE_ACCOUNT), {**draft.headers, "X-Emulator-Explain": "1"}
    return caller.identified(credentials).send(replace(draft, body=body, headers=headers))


def problem_with(provider: str, violation: Violation, reply: httpx.Response) -> str | None:
    """Return what is wrong with the explanation of a refusal, or None."""
    operation = violation.operation
    if reply.status_code < 400:
        return f"accepted with {reply.status_code}"
    id = reply.headers["X-Emulator-Rule"]
    rule = contracts.rule(provider, id)
    if rule is None or not contracts.governs(rule, operation.id):
        return f"{id} does not govern it"
    if not rule["fields"] and not rule["kinds"]:
        return f"{id} is about everything"
    if not is_about(rule["fields"], violation.field) or not may_decide(rule["kinds"], violation.keyword):
        return f"{id} is not about it"
    response = contracts.resolve(provider, operation.description["responses"][str(reply.status_code)])
    evidence = weakest([operation.evidence, response["x-evidence"], rule["evidence"]])
    if weakest([evidence, reply.headers["X-Emulator-Evidence"]]) != reply.headers["X-Emulator-Evidence"]:
        return f"the evidence of {id} is {evidence}, not {reply.headers['X-Emulator-Evidence']}"
    return None


def is_about(fields: list[str], field: str) -> bool:
    """Return whether a rule about these fields, or about any field, covers this one."""
    above = [field[:position] for position in range(len(field)) if field[position] == "."]
    return not fields or bool({field, *(f"{name}.*" for name in above)} & set(fields))


def may_decide(kinds: list[str], keyword: str) -> bool:
    """Return whether a rule for these kinds of problems may decide a bound."""
    ends = KINDS_OF_KEYWORDS.get(keyword)
    return not kinds or not ends or any(kind not in STANDARD_KINDS or kind.endswith(ends) for kind in kinds)
