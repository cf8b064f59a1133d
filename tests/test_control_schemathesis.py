"""The control API against its contract: requests made up by Schemathesis, every check there is."""

from collections.abc import Iterator

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from emulator import Emulator
from emulator.client.handles import SpaceHandle
from emulator.control import app as control_app
from emulator.evidence import contracts
from tests.support.caller import Caller
from tests.test_schemathesis import CHECKS, COVERAGE, EXAMPLES

BEYOND_SCHEMAS = (
    "matching requests arrived within",  # who waits may wait in vain
    "the clock reads years from 1970 to 2999",  # how far a clock may be moved depends on where it stands
    "; nearest: ",  # which operations and paths there are depends on the provider
    "no provider's prefix",
    "it has no effect",  # no schema says that one of several members must be more than its default,
    "the server sets this header itself",  # nor excludes names in any case
    "this header is there twice",
    "cannot have a body",
    "unknown act",  # which acts there are depends on the provider,
    "has the id",  # and what can happen on how things stand
    "no pending webhook",  # which webhooks there are depends on what has happened
    "unknown setting or invalid value",  # and so does what may be turned in it
    "; the space has not changed",  # a snapshot belongs to fixtures and versions, and its parts fit together
)
"""What a reply says when it refuses a request that its schema allows."""


def test_contract_and_code_agree(emulator: Emulator, cnaught: Caller) -> None:
    """What the contract allows is accepted, what it does not is refused, and every reply is one that it promises."""
    cnaught.post("/v1/orders", {"amount_kg": 1})
    cnaught.space.faults.add("cnaught", effect={"status": 503})
    schema = schemathesis.openapi.from_dict(contracts.contract("control"), config=config(cnaught.space))
    schema.app = emulator.app
    tried: set[str] = set()
    checked: set[str] = set()
    faults: list[str] = []
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.FatalError | events.NonFatalError), event
        if isinstance(event, events.ScenarioFinished):
            tried |= {node.value.operation.label for node in event.recorder.cases.values()}
            checked |= {node.name for nodes in event.recorder.checks.values() for node in nodes}
            faults += faults_in(event.recorder)
    assert faults == []
    assert len(tried) == len(control_app.ROUTES.routes)
    if COVERAGE:
        assert checked >= CHECKS - {"ignored_auth", "missing_required_header"}  # nothing of the kind is asked for


def config(space: SpaceHandle) -> SchemathesisConfig:
    """Everything that can be checked, always with the same requests, and none that waits."""
    return SchemathesisConfig.from_dict(
        {
            "base-url": f"{space.url}/_emulator",
            "parameters": {"timeout": 0},
            "seed": 1,
            "workers": 1,
            "continue-on-failure": True,
            "cache": {"enabled": False},
            "phases": {"coverage": {"enabled": COVERAGE}},
            "generation": {"deterministic": True, "database": "none", "max-examples": EXAMPLES, "no-shrink": True},
        }
    )


def faults_in(recorder: ScenarioRecorder) -> Iterator[str]:
    """What the checks found, but for what no schema can say."""
    for case, nodes in recorder.checks.items():
        reply = recorder.interactions[case].response
        said = reply.content.decode() if reply else ""
        for node in nodes:
            if node.failure_info and not any(mark in said for mark in BEYOND_SCHEMAS):
                yield f"{node.name}: {node.failure_info.failure}\n{node.failure_info.code_sample}\n{said}"
