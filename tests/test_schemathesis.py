"""Contract against code: requests out of the contracts, by Schemathesis, find what one of the two accepts and the other
refuses, and replies that nobody promised. SCHEMATHESIS_EXAMPLES sets how many requests it makes up for each operation;
with SCHEMATHESIS_COVERAGE=1, as CI has it, it also goes systematically through every bound of every schema.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation.meta import TestPhase

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.evidence import contracts
from emulator.providers import ALL
from emulator.space import snapshot
from emulator.space.space import Space
from tests.support.caller import credentials_of, remembered

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "2"))
COVERAGE = os.environ.get("SCHEMATHESIS_COVERAGE") == "1"

BEYOND_SCHEMAS = {
    "oneclickimpact": {
        "cursor must be the cursor of a previous page": "a cursor is one that was given out, which no schema can say",
    },
    "cnaught": {
        "errors/invalid-subaccount": "an earlier request may have deleted the subaccount",
        "idempotency-changed-payload": "an idempotency key stands for the first request that came with it",
        "must not be after to": "two parameters, of which one may not be after the other",
        "Only one of starting_after and ending_before may be given": "two parameters exclude each other",
        "No record has the id 'Gre28Fc35bt3'": "the order is the account's, and on no list of a subaccount",
        "No record has the id '5nubL0NS'": "an earlier request may have deleted the subaccount",
    },
    "carboninsights": {
        "A user with that username already exists.": "a username is taken once",
        "in body - password: Incorrect type": "a number of 8 characters will do, which is said of whole numbers only",
        " is not a valid choice.": "what a category may be depends on options.category_type, in another object",
    },
    "dcycle": {
        "INVALID_DATE_RANGE": "start_date may not be after end_date, another parameter",
        "DATE_RANGE_TOO_LARGE": "end_date may be at most 730 days after start_date",
        "Value error, end_date must be after start_date": "a period ends after it begins",
        "Value error, the period from": "a period has at most 3660 days",
        "Value error, total_km and weekly_travels are required": "only a telecommuter travels no distance",
        "Value error, fuel_type is required": "a car, a bus or a motorbike has a fuel",
        "Value error, vehicle_size and": "what only some means of transport have",
        "Value error, carpool must be false": "only a car can be shared",
        "Value error, flight_type and cabin_class": "only an aircraft has cabins",
        "Value error, at least one filter is required": "one of several parameters",
        "Value error, the last day must be complete": "what one item of a list must have, and others need not",
        "Value error, the measurements must be": "how far apart the days of a list may be",
        "INVALID_TRANSPORT_COMBINATION": "the ways to transport are a list of combinations",
        "Value error, emission_factor_values must have": "one item of a list is required",
        "Value error, factor_end_date must not": "a period ends after it begins",
        "Value error, the gases of a factor": "a sum over a list",
        "Value error, the percentages must add up": "a sum over a list",
        "Value error, end_date must not be before start_date": "a project ends after it begins",
        '"loc":["path","invoice_id"]': "the member invoice_id of an invoice is its number, and no id for a path",
    },
    "thallo": {
        '"external_id_already_processed":true': "a call that was accepted before is answered as it was then",
        '"statusCode":422': "a vintage, a sell order and its price are those of the market",
    },
}
"""Words of a fault that is none, as a schema cannot say what the vendor does, and the reason."""

REFERRED = {
    "order": ["Gre28Fc35bt3"],
    "subaccount": ["5nubL0NS"],
    "portfolio": ["mHvNvWbq", "oH5hlq", "ixmZSK"],
    "api_key": ["00n06yx75dzuxz2lgi"],
    "session": ["zpQ6QSNRQh"],
    "project": ["tbCjWP", "I0UbDH"],
    "category": ["XBfyJ8", "hkgyn3"],
}
"""The ids of the fixtures, by what a schema says that it refers to (``x-refers-to``)."""

SYSTEMATIC = (TestPhase.EXAMPLES, TestPhase.COVERAGE)
LOCKING_OUT = {"create_api_key", "deactivate_api_key"}
"""Operations that may take the credentials away with which everything else is asked."""

CHECKS = {
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "missing_required_header",
    "unsupported_method", "use_after_free", "ensure_resource_availability", "ignored_auth",
}  # fmt: skip


@pytest.mark.parametrize("provider", ALL)
def test_contract_and_code_agree(emulator: Emulator, space: SpaceHandle, provider: str) -> None:
    """What the contract allows is accepted, what it does not is refused, and every reply is one that it promises."""
    contract, operations = with_known_ids(contracts.contract(provider)), contracts.operations(provider)
    schema = schemathesis.openapi.from_dict(contract, config=config(space, provider))
    schema.app = emulator.app
    built = schema.exclude(operation_id=[operation.id for operation in operations if operation.missing])
    tried, checked, faults = set(), set(), []
    built.hook(keeping_clean(emulator.app.spaces.get(space.name), provider, faults))
    for event in from_schema(built).execute():
        assert not isinstance(event, events.FatalError | events.NonFatalError), event
        if isinstance(event, events.ScenarioFinished):
            tried |= {node.value.operation.label for node in event.recorder.cases.values()}
            checked |= {node.name for nodes in event.recorder.checks.values() for node in nodes}
            faults += faults_in(event.recorder, provider)
    assert faults == []
    assert tried == {f"{operation.method} {operation.path}" for operation in operations if not operation.missing}
    if COVERAGE:
        assert checked >= CHECKS


def keeping_clean(space: Space, provider: str, faults: list[str]) -> Callable[[HookContext, Case, Response], None]:
    """A hook that undoes what a systematic request did, so that none hides another; what chance makes up adds up,
    unless it locks the tests out.

    A refusal that leaves a trace goes to the ``faults``.
    """
    beginning = snapshot.take(space)
    begun = now = remembered(space, provider)

    def after_call(context: HookContext, case: Case, response: Response) -> None:
        nonlocal now
        before, now = now, remembered(space, provider)
        if now != before and (response.status_code >= 400 or case.method == "GET"):
            faults.append(f"a trace of {response.status_code}\n{case.as_curl_command()}\n{response.text}")
        systematic = case.meta is not None and case.meta.phase.name in SYSTEMATIC
        if now != begun and (systematic or case.operation.definition.raw["operationId"] in LOCKING_OUT):
            snapshot.restore(space, beginning)
            now = begun

    return after_call


def config(space: SpaceHandle, provider: str) -> SchemathesisConfig:
    """Everything that can be checked, always with the same requests."""
    return SchemathesisConfig.from_dict(
        {
            "base-url": f"{space.url}/{provider}",
            "headers": dict(credentials_of(space, provider)),
            "seed": 1,
            "workers": 1,
            "continue-on-failure": True,
            "cache": {"enabled": False},
            "phases": {"coverage": {"enabled": COVERAGE}},
            "generation": {"deterministic": True, "database": "none", "max-examples": EXAMPLES, "no-shrink": True},
        }
    )


def with_known_ids(schema: Any) -> Any:
    """A contract in which every schema that refers to something takes the ids of what is there, and no others."""
    if isinstance(schema, list):
        return [with_known_ids(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    known = {name: with_known_ids(member) for name, member in schema.items()}
    if "x-refers-to" in schema:
        known["enum"] = [*REFERRED[schema["x-refers-to"]], *([None] if "null" in schema["type"] else [])]
    return known


def faults_in(recorder: ScenarioRecorder, provider: str) -> Iterator[str]:
    """What the checks found, but for what no schema can say."""
    for case, nodes in recorder.checks.items():
        reply = recorder.interactions[case].response
        said = reply.content.decode() if reply else "no reply"
        for failed in filter(None, (node.failure_info for node in nodes)):
            fault = f"{failed.failure}\n{failed.code_sample}\n{said}"
            if not any(mark in fault for mark in BEYOND_SCHEMAS[provider]):
                yield fault
