"""The contracts: valid OpenAPI, with evidence for everything, and equal to the route tables."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from emulator.client.embedded import SpaceHandle
from emulator.core.resources import resource
from emulator.evidence import contracts
from emulator.evidence.rules import EVIDENCE
from emulator.providers import ALL
from emulator.web.provider import Provider
from emulator.web.route_table import is_implemented
from tests.support.caller import NO_CREDENTIALS, Caller, credentials_of
from tests.support.contract_check import validator

each_provider = pytest.mark.parametrize("provider", ALL.values(), ids=lambda provider: provider.name)

MISSING = [
    pytest.param(provider, operation, id=f"{provider.name}-{operation.id}")
    for provider in ALL.values()
    for operation in contracts.operations(provider.name)
    if operation.missing
]
FIXED_PATHS = [
    pytest.param(provider, operation, id=f"{provider.name}-{operation.id}")
    for provider in ALL.values()
    for operation in contracts.operations(provider.name)
    if not operation.missing and "{" not in operation.path
]


def test_every_provider_has_a_contract_and_a_fixture() -> None:
    """Each provider has a contract, rules, probes, exchanges and a fixture; of others only the control API has a
    contract.
    """
    names = set(ALL)
    assert {path.name for path in resource("contracts").iterdir()} == names | {"control"}
    assert {path.stem for path in resource("fixtures").glob("*.json")} == names
    for name in names:
        found = {path.name for path in (resource("contracts") / name).iterdir()}
        assert found == {"openapi.yaml", "operations.yaml", "rules.yaml", "probes.yaml", "exchanges"}


@each_provider
def test_a_contract_is_valid_openapi(provider: Provider) -> None:
    """A contract is a valid OpenAPI 3.1 document."""
    document = contracts.contract(provider.name)
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


@each_provider
def test_everything_in_a_contract_has_evidence(provider: Provider) -> None:
    """Every operation, parameter, request body, response and response header has its evidence."""
    evidences = dict(_evidences(provider.name))
    assert {place: word for place, word in evidences.items() if word not in EVIDENCE} == {}


@each_provider
def test_the_examples_of_a_contract_satisfy_its_schemas(provider: Provider) -> None:
    """The examples of a contract match its schemas."""
    for place, schema, example in _examples(provider.name):
        checked = validator(provider.name, json.dumps(schema))
        assert [error.message for error in checked.iter_errors(example)] == [], place


@each_provider
def test_routes_equal_operations(provider: Provider) -> None:
    """Routes and operations have the same methods, paths and names, and agree on what is implemented."""
    promises = {
        (operation.method, operation.path, operation.id, bool(operation.missing))
        for operation in contracts.operations(provider.name)
    }
    routes = [
        (method, route.pattern.path_format, route.name, not is_implemented(route))
        for route in provider.app.routes.routes
        for method in route.methods - {"HEAD", "OPTIONS"}
    ]
    assert set(routes) == promises
    assert len(routes) == len(promises)


@each_provider
def test_the_list_of_documented_operations_equals_the_contract(provider: Provider) -> None:
    """Every documented operation is in the contract and every operation of the contract is documented, once each."""
    listed = [(known.method, known.path, known.id, known.missing) for known in contracts.documented(provider.name)]
    found = [(known.method, known.path, known.id, known.missing) for known in contracts.operations(provider.name)]
    assert sorted(listed) == sorted(found)
    assert len({(method, path) for method, path, *_ in listed}) == len({id for _, _, id, _ in listed}) == len(listed)
    assert [known.id for known in contracts.documented(provider.name) if not known.page] == []


@pytest.mark.parametrize(("provider", "operation"), MISSING)
def test_a_missing_operation_answers_501(
    space: SpaceHandle, provider: Provider, operation: contracts.Operation
) -> None:
    """A missing operation answers 501 in the vendor's envelope, with its name, its reason and a hint."""
    caller, path = (
        Caller(space, provider.name, credentials_of(space, provider.name)),
        re.sub("[{}]", "", operation.path),
    )
    reply = caller.request(operation.method, path)
    assert reply.status_code == 501
    assert operation.id in reply.text
    assert json.dumps(operation.missing, ensure_ascii=False).strip('"') in reply.text
    message, _, nearest = reply.headers["X-Emulator-Hint"].partition("; nearest: ")
    assert message.startswith(operation.id)
    assert nearest in _built(provider.name)


@pytest.mark.parametrize(("provider", "operation"), MISSING)
def test_a_missing_operation_is_refused_without_credentials(
    space: SpaceHandle, provider: Provider, operation: contracts.Operation
) -> None:
    """A missing operation refuses a client without credentials as the others do."""
    caller, path = Caller(space, provider.name, NO_CREDENTIALS), re.sub("[{}]", "", operation.path)
    other = next(known for known in contracts.operations(provider.name) if not known.missing and "{" not in known.path)
    refused, expected = caller.request(operation.method, path), caller.request(other.method, other.path)
    assert (refused.status_code, refused.json()) == (401, expected.json())


@pytest.mark.parametrize(("provider", "operation"), MISSING)
def test_a_missing_operation_has_a_reason(provider: Provider, operation: contracts.Operation) -> None:
    """The list of documented operations says in a short sentence why an operation is missing."""
    assert re.fullmatch(r"[A-Z].{20,150}\.", operation.missing)


@pytest.mark.parametrize(("provider", "operation"), FIXED_PATHS)
def test_a_mistyped_path_is_corrected(space: SpaceHandle, provider: Provider, operation: contracts.Operation) -> None:
    """A path with one letter too many returns 404, with a hint at the nearest operation."""
    reply = Caller(space, provider.name, NO_CREDENTIALS).request(operation.method, f"/x{operation.path[1:]}")
    assert reply.status_code == 404
    assert reply.headers["X-Emulator-Hint"] == f"no such route; nearest: {operation.method} {operation.path}"


def _built(provider: str) -> set[str]:
    return {f"{found.method} {found.path}" for found in contracts.operations(provider) if not found.missing}


def _evidences(provider: str) -> Iterator[tuple[str, object]]:
    """Yield every place of a contract that must have evidence, with its evidence."""
    contract = contracts.contract(provider)
    described = [
        (f"{method} {path}", {**item.get(method, {}), "beside": item.get("parameters", [])})
        for paths in (contract["paths"], contract.get("webhooks", {}))
        for path, item in paths.items()
        for method in contracts.METHODS
        if method in item
    ]
    for place, operation in described:
        yield place, operation.get("x-evidence")
        for parameter in (*operation["beside"], *operation.get("parameters", ())):
            resolved = contracts.resolve(provider, parameter)
            yield f"{place}, {resolved['in']} {resolved['name']}", resolved.get("x-evidence")
        if "requestBody" in operation:
            yield f"{place}, body", contracts.resolve(provider, operation["requestBody"]).get("x-evidence")
        for status, response in operation["responses"].items():
            yield f"{place}, {status}", contracts.resolve(provider, response).get("x-evidence")
    for name, response in contract["components"]["responses"].items():
        yield name, response.get("x-evidence")
        for header, found in response.get("headers", {}).items():
            yield f"{name}, {header}", contracts.resolve(provider, found).get("x-evidence")


def _examples(provider: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield every example of a request body or a response, with its place and its schema."""
    for operation in contracts.operations(provider):
        holders = {"body": operation.description.get("requestBody", {}), **operation.description["responses"]}
        for name, holder in holders.items():
            for media in contracts.resolve(provider, holder).get("content", {}).values():
                examples = [found["value"] for found in media.get("examples", {}).values()]
                for example in (*examples, *([media["example"]] if "example" in media else ())):
                    yield f"{operation.id}, {name}", media["schema"], example


BODY_NOT_SHOWN = {
    ("thallo", "deactivate_api_key"),
    ("dcycle", "confirm_file_uploads"),
    ("dcycle", "upload_file"),
    ("dcycle", "map_import"),
    ("dcycle", "suggest_import_mapping"),
    ("dcycle", "list_import_values"),
}
"""Documented operations without a source for the body of a success; ``docs/evidence.md`` states the rule."""


def test_a_success_has_the_evidence_of_its_body() -> None:
    """A status of 200 is inferred only if no source shows its body."""
    guessed = {
        (provider, operation.id)
        for provider in ALL
        for operation in contracts.operations(provider)
        for status, response in operation.description["responses"].items()
        if status == "200" and operation.evidence != "inferred"
        if contracts.resolve(provider, response)["x-evidence"] == "inferred"
    }
    assert guessed == BODY_NOT_SHOWN
