"""The evidence of an exchange: the weakest of its operation, status, refusal and inferred parts."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

import emulator.providers
from emulator.client.embedded import SpaceHandle
from emulator.core.resources import resource
from emulator.evidence import contracts
from emulator.evidence.annotations import Annotations
from emulator.evidence.explanation import INFERRED_CHARACTERS_MAX, evidence, possible_fields, weakest
from emulator.evidence.matching import KEYWORDS, matches
from emulator.evidence.parts import Part, webhook_parts
from emulator.evidence.rules import EVIDENCE
from emulator.providers import ALL
from tests.support.caller import NO_CREDENTIALS, Caller, credentials_of
from tests.support.drafts import good_draft, parameters

SAMPLE_SCORE = json.loads(
    (resource("contracts") / "carboninsights/exchanges/calculate-carbon-score.json").read_bytes()
)["request"]["body"]
SAMPLE_PROFILE, SAMPLE_ROWS = SAMPLE_SCORE["user_profile"], SAMPLE_SCORE["transactions"]
SAMPLE_OPTIONS = SAMPLE_SCORE["options"]

EXCHANGES: list[Any] = [
    # provider, method, path, content, evidence, and what weakens it: place, field, rule
    ("cnaught", "GET", "/v1/subaccounts", {}, "sdk", [("reply", "data[].email", None)]),
    ("cnaught", "GET", "/v1/orders?limit=5", {}, "inferred", [("query", "limit", "cnaught.lists.limit")]),
    ("cnaught", "GET", "/v1/orders?x=1", {}, "inferred", [("query", "*", "cnaught.errors.unknown-members-ignored")]),
    (
        "cnaught", "POST", "/v1/orders", {"json": {"amount_kg": 0.5}}, "inferred",
        [("refusal", "amount_kg", "cnaught.orders.amount-bounds")],
    ),
    (
        "cnaught", "POST", "/v1/orders", {"json": {"amount_kg": 1_000_000_001}}, "inferred",
        [("refusal", "amount_kg", "cnaught.orders.amount-bounds")],
    ),
    (
        "cnaught", "POST", "/v1/orders", {"json": {}}, "docs",
        [("refusal", "amount_kg", "cnaught.orders.amount-or-price")],
    ),
    (
        "cnaught", "POST", "/v1/orders", {"json": {"amount_kg": -1}}, "docs",
        [("refusal", "amount_kg", "cnaught.orders.amount-positive")],
    ),
    (
        "cnaught", "POST", "/v1/orders", {"json": {"amount_kg": -1, "metadata": "x" * 513}}, "inferred",
        [("refusal", "metadata", "cnaught.orders.text-too-long")],
    ),
    (
        "cnaught", "POST", "/v1/quotes", {"json": {"amount_kg": 1_000_000_001}}, "inferred",
        [("refusal", "amount_kg", "cnaught.quotes.amount-bounds")],
    ),
    (
        "cnaught", "POST", "/v1/orders", {"json": {"amount_kg": 100.5, "note": 1}}, "inferred",
        [
            ("body", "amount_kg", "cnaught.orders.amount-fractions"),
            ("body", "*", "cnaught.errors.unknown-members-ignored"),
            ("status", "201", None),
            ("reply", "price_usd_cents", "cnaught.orders.price"),
            ("reply", "order_number", "cnaught.orders.number"),
            ("reply", "certificate_public_url", "cnaught.orders.certificates"),
        ],
    ),
    (
        "cnaught", "POST", "/v1/orders/ride", {"json": {"distance_km": 30}}, "inferred",
        [("reply", "amount_kg", "cnaught.orders.ride-mass")],
    ),
    (
        "cnaught", "GET", "/v1/orders/Gre28Fc35bt3", {}, "inferred",
        [
            ("reply", "state", "cnaught.states.fulfilment-delay"),
            ("reply", "project_allocations[].retirements", "cnaught.states.retirements"),
        ],
    ),
    (
        "cnaught", "DELETE", "/v1/subaccounts/nobody", {}, "inferred",
        [("refusal", "id", "cnaught.subaccounts.unknown-id-changed")],
    ),
    ("cnaught", "GET", "/v1/subaccounts/nobody", {}, "seed", []),
    (
        "cnaught", "GET", "/v1/orders", {"headers": {"Authorization": "Bearer nobody"}}, "docs",
        [("refusal", "Authorization", "cnaught.auth.bearer-key-required")],
    ),
    (
        "cnaught", "GET", "/v1/orders", {"headers": {"Authorization": "Basic eDp5"}}, "inferred",
        [("refusal", "Authorization", "cnaught.auth.unusable-header")],
    ),
    (
        "cnaught", "POST", "/v1/orders", {"json": {"amount_kg": 1, "portfolio_id": "nobody"}}, "inferred",
        [("refusal", "portfolio_id", "cnaught.orders.portfolio-unknown")],
    ),
    ("dcycle", "GET", "/v1/total-impacts?start_date=2025-01-01&end_date=2025-12-31", {}, "seed", []),
    (
        "dcycle", "GET", "/v1/total-impacts?start_date=2025-01-01&end_date=2025-06-30", {}, "inferred",
        [("reply", "total_co2e", "dcycle.dates.inclusive")],
    ),
    (
        "dcycle", "GET", "/v1/total-impacts?start_date=2025-02-01&end_date=2025-01-01", {}, "inferred",
        [("reply", "code", "dcycle.dates.reversed-body")],
    ),
    (
        "carboninsights", "POST", "/calculateCarbonScore",
        {"json": {"transactions": [{"date": "2020-03-01", "amount": 5, "category": "Hotel"}]}}, "inferred",
        [
            ("body", "options.aggregate", "carboninsights.reply.unaggregated"),
            ("body", "options.recommendations", "carboninsights.recommend.absent"),
            ("reply", "details.footprint.CO2e Emissions [tonne].*", "carboninsights.factors.arithmetic"),
        ],
    ),
    (
        "carboninsights", "POST", "/calculateCarbonScore",
        {"json": {**SAMPLE_SCORE, "options": {**SAMPLE_OPTIONS, "aggregate": "no"}}}, "inferred",
        [("body", "options.aggregate", "carboninsights.reply.unaggregated")],
    ),
    (
        "carboninsights", "POST", "/calculateCarbonScore",
        {"json": {**SAMPLE_SCORE, "options": {**SAMPLE_OPTIONS, "recommendations": False}}}, "inferred",
        [("body", "options.recommendations", "carboninsights.recommend.absent")],
    ),
    (
        "carboninsights", "POST", "/calculateCarbonScore",
        {"json": {**SAMPLE_SCORE, "options": {**SAMPLE_OPTIONS, "CO2e": False}}}, "inferred",
        [("body", "options.CO2e", "carboninsights.reply.metric-titles")],
    ),
    (
        "carboninsights", "POST", "/calculateCarbonScore", {"json": {**SAMPLE_SCORE, "transactions": "x"}}, "inferred",
        [("refusal", "transactions", "carboninsights.score.part-of-wrong-type")],
    ),
    ("carboninsights", "POST", "/calculateCarbonScore", {"json": SAMPLE_SCORE}, "seed", []),
    (
        "carboninsights", "POST", "/calculateCarbonScore",
        {"json": {**SAMPLE_SCORE, "user_profile": {**SAMPLE_PROFILE, "diet": "vegan"}}}, "inferred",
        [("body", "user_profile", "carboninsights.factors.other-profiles")],
    ),
    (
        "carboninsights", "POST", "/calculateCarbonScore", {"json": {"transactions": SAMPLE_ROWS}}, "inferred",
        [("body", "user_profile", "carboninsights.factors.other-profiles")],
    ),
    (
        "carboninsights", "POST", "/calculateCarbonScore",
        {"json": {**SAMPLE_SCORE, "transactions": SAMPLE_ROWS[::-1], "options": {}}}, "inferred",
        [("reply", "details.footprint.category", "carboninsights.reply.row-order")],
    ),
    (
        "carboninsights", "POST", "/calculateCarbonScore",
        {"json": {**SAMPLE_SCORE, "transactions": [{**SAMPLE_ROWS[0], "description": ""}]}}, "inferred",
        [("body", "transactions[].description", "carboninsights.score.empty-text")],
    ),
    (
        "carboninsights", "POST", "/calculateCarbonScore",
        {"json": {**SAMPLE_SCORE, "transactions": SAMPLE_ROWS[1:2]}}, "inferred",
        [("reply", "details.recommendations.category", "carboninsights.recommend.absent")],
    ),
    ("oneclickimpact", "GET", "/v1/whoami", {}, "docs", []),
    ("oneclickimpact", "GET", "/v1/customers?limit=9&customer_email=sample-customer-1@email.com", {}, "docs", []),
    (
        "oneclickimpact", "GET", "/v1/customers?customer_email=Sample-customer-1@email.com", {}, "inferred",
        [("query", "customer_email", "oneclickimpact.onboarding.email-case")],
    ),
    ("oneclickimpact", "HEAD", "/v1/whoami", {}, "inferred", [("method", "HEAD", None)]),
    ("oneclickimpact", "POST", "/v1/capture_carbon", {"json": {"amount": 5}}, "seed", []),
    (
        "oneclickimpact", "POST", "/v1/plant_tree", {"json": {"amount": 1, "category": "food"}}, "sdk",
        [("reply", "category", "oneclickimpact.making.tree-category-echo")],
    ),
    ("thallo", "GET", "/api/inventory", {}, "seed", []),
    ("thallo", "GET", "/api/projects?project_ids[]=003c1hatqib9jbpwwl", {}, "sdk", []),
    (
        "thallo", "GET", "/api/projects?project_ids=003c1hatqib9jbpwwl", {}, "inferred",
        [("query", "project_ids", "thallo.projects.spellings")],
    ),
    (
        "thallo", "GET", "/api/projects?project_ids[]=unknown", {}, "inferred",
        [("reply", "projects", "thallo.projects.unknown")],
    ),
    (
        "thallo", "GET", "/api/projects?project_ids[]=003c1hatqib9jbpwwl&project_ids[]=003c1hatqib9jbpwwl", {},
        "inferred", [("query", "project_ids[]", "thallo.projects.order")],
    ),
    (
        "thallo", "DELETE", "/api/api-keys/00nsellersfirstkey", {}, "inferred",
        [("refusal", "api_key_id", "thallo.keys.own-deactivated")],
    ),
    (
        "thallo", "POST", "/api/caas/request-retirement",
        {
            "json": {
                "quantity_grams": "20", "vintage_id": "0049zfm3m2vbnpxacv", "external_id": "a", "sell_order_id": None,
            }
        },
        "inferred", [("body", "sell_order_id", "thallo.retirements.optional")],
    ),
    (
        "thallo", "POST", "/api/caas/request-retirement",
        {"json": {"quantity_grams": "20", "vintage_id": "0049zfm3m2vbnpxacv", "external_id": "a"}}, "docs", [],
    ),
    (
        "thallo", "POST", "/api/caas/request-retirement",
        {
            "json": {
                "quantity_grams": "2000000", "vintage_id": "00410wiwk6v7q7aa10", "external_id": "b",
                "sell_order_id": "006o2wqvztvuzmadov", "expected_price_cents": "3000",
            }
        },
        "inferred", [("body", "quantity_grams", "thallo.retirements.whole-alone")],
    ),
]  # fmt: skip


@pytest.fixture
def caller(space: SpaceHandle) -> Callable[[str], Caller]:
    """Return a function that returns a client of any provider, with its first credentials."""
    return lambda provider: Caller(space, provider, credentials_of(space, provider))


@pytest.mark.parametrize(("provider", "method", "path", "content", "expected", "parts"), EXCHANGES)
def test_the_evidence_of_an_exchange(
    caller: Callable[[str], Caller],
    provider: str,
    method: str,
    path: str,
    content: dict[str, Any],
    expected: str,
    parts: list[tuple[str, str, str | None]],
) -> None:
    """The evidence of an exchange is the weakest of its parts; parts weaker than the operation are listed."""
    client = caller(provider)
    client.request(method, path, **content)
    (entry,) = client.space.requests.matching(provider=provider, path=path.partition("?")[0])
    listed = [(part["in"], part["field"], part["rule"]) for part in entry["evidence_fields"]]
    assert entry["evidence"] == expected
    assert set(parts) <= set(listed)
    assert expected != contracts.operation(provider, entry["operation"]).evidence or listed == []
    assert weakest([entry["evidence"], *(part["evidence"] for part in entry["evidence_fields"])]) == entry["evidence"]


def test_explanation_headers_list_inferred_parts(caller: Callable[[str], Caller]) -> None:
    """X-Emulator-Inferred lists every inferred part with its rule, up to a length."""
    client = caller("cnaught")
    explain = {"X-Emulator-Explain": "1"}
    inferred = client.post("/v1/orders", {"amount_kg": 1}, headers=explain).headers["X-Emulator-Inferred"]
    assert "price_usd_cents (cnaught.orders.price)" in inferred.split(", ")
    assert len(inferred) <= INFERRED_CHARACTERS_MAX + 20
    assert "X-Emulator-Inferred" not in client.get("/v1/subaccounts", headers=explain).headers


def test_a_long_list_of_inferred_parts_is_truncated(
    monkeypatch: pytest.MonkeyPatch, caller: Callable[[str], Caller]
) -> None:
    """A truncated list has the number of omitted names."""
    monkeypatch.setattr("emulator.evidence.explanation.INFERRED_CHARACTERS_MAX", 60)
    inferred = caller("cnaught").post("/v1/orders", {"amount_kg": 1}, headers={"X-Emulator-Explain": "1"}).headers
    assert inferred["X-Emulator-Inferred"] == "id (cnaught.orders.number), and 7 more"


def test_evidence_is_listed_by_operation(space: SpaceHandle) -> None:
    """GET /evidence lists the parts of each operation whose evidence may be weaker than the operation's."""
    known = space.control("GET", "/evidence")["providers"]["cnaught"]
    assert known == evidence("cnaught")
    assert {"in": "reply", "field": "price_usd_cents", "evidence": "inferred", "rule": "cnaught.orders.price"} in known[
        "fields"
    ]["place_order"]
    assert [part["field"] for part in known["fields"]["list_portfolios"]] == ["*"]


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ALL)
def test_every_refusal_names_its_rule(caller: Callable[[str], Caller], provider: str) -> None:
    """The explanation of any refusal names a rule of the vendor that covers the operation."""
    client = caller(provider)
    wrong = [
        f"{method} {path} -> {reply.status_code} {reply.headers['X-Emulator-Rule']}"
        for operation in contracts.operations(provider)
        if not operation.missing
        for method, path, reply in _refused(client, operation)
        if reply.is_error and not _names_its_rule(provider, reply)
    ]
    assert wrong == []


def _refused(client: Caller, operation: contracts.Operation) -> Iterator[tuple[str, str, httpx.Response]]:
    """Yield replies to requests that are refused because of path, method, credentials or body."""
    good = good_draft(client.provider, operation)
    wrong_keys = [client.identified(dict.fromkeys(client.credentials, text)) for text in ("Bearer x", "Token x", "x")]
    unknown = operation.path
    for parameter in parameters(client.provider, operation, "path"):
        unknown = unknown.replace(f"{{{parameter['name']}}}", str(UUID(int=5)))
    for sender in (client, client.identified(NO_CREDENTIALS), *wrong_keys):
        for draft in (
            good,
            replace(good, path=unknown),
            replace(good, path=f"{good.path}/"),
            replace(good, method="PROPFIND"),
            replace(good, body=b"{"),
            replace(good, headers={"Content-Type": "text/plain"}),
            replace(good, headers={"X-Subaccount-Id": "x", "x-organization-id": str(UUID(int=5))}),
        ):
            headers = {"Content-Type": "application/json", **draft.headers, "X-Emulator-Explain": "1"}
            content = {"content": draft.body, "params": draft.query, "headers": headers}
            reply = sender.request(draft.method, draft.path, promised=False, **content)
            yield draft.method, draft.path, reply


def _names_its_rule(provider: str, reply: httpx.Response) -> bool:
    operation = reply.headers["X-Emulator-Operation"]
    rule = contracts.rule(provider, reply.headers["X-Emulator-Rule"])
    return rule is not None and contracts.governs(rule, None if operation == "none" else operation)


# --- the contracts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ALL)
def test_every_marked_rule_covers_its_operation(provider: str) -> None:
    """Each rule that a contract attaches to a value exists, and covers an operation with the value."""
    marked = {id for id, _ in _marked_rules(contracts.contract(provider))}
    reached = {
        part.rule
        for operation in contracts.operations(provider)
        for part in possible_fields(provider, operation.id)
        if part.rule
    } | {part.rule for part in _parts_of_webhooks(provider)}
    weaker = {id for id in marked if contracts.rule(provider, id)["evidence"] != "seed"}
    same_as_operation = {
        id
        for id in weaker - reached
        if any(
            contracts.governs(contracts.rule(provider, id), operation.id)
            and EVIDENCE.index(contracts.rule(provider, id)["evidence"]) <= EVIDENCE.index(operation.evidence)
            for operation in contracts.operations(provider)
        )
    }
    assert weaker - reached - same_as_operation == set()


@pytest.mark.parametrize("provider", ALL)
def test_every_event_has_the_rule_for_its_time(provider: str) -> None:
    """Each kind of event in the code of a provider has an existing rule in its contract."""
    code = "\n".join(path.read_text() for path in (PROVIDERS / provider).rglob("*.py"))
    kinds = {*re.findall(rf'Event\(\w+(?:\.\w+)*, "{provider}", "([^"]+)"', code)}
    if table := re.search(r"^EVENTS\b.*?}", code, re.DOTALL | re.MULTILINE):
        kinds |= {*re.findall(r': "([^"]+)"', table[0])}
    listed = contracts.contract(provider)["x-events"]
    assert kinds <= listed.keys() <= kinds | {"webhook.due"}
    assert all(contracts.rule(provider, id) for id in listed.values())


@pytest.mark.parametrize("provider", ALL)
def test_conditions_use_keywords_that_are_matched(provider: str) -> None:
    """Conditions use only keywords that the matcher knows; with others they would always be true."""
    conditions = [condition for _, condition in _marked_rules(contracts.contract(provider))]
    used = {keyword for condition in conditions for keyword in _keywords(condition)}
    assert used <= KEYWORDS


PROVIDERS = Path(emulator.providers.__file__).parent


def _parts_of_webhooks(provider: str) -> Iterator[Part]:
    """Yield what a contract marks in a webhook of each kind that was attempted twice."""
    for name, item in contracts.contract(provider).get("webhooks", {}).items():
        headers = [contracts.resolve(provider, header)["name"] for header in item["post"].get("parameters", ())]
        for kind in item["post"].get("x-kinds", [name]):
            yield from webhook_parts(provider, kind, [dict.fromkeys(headers, "x")] * 2, b"{}")


def _marked_rules(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield every rule that a contract attaches to a part, with its condition."""
    if isinstance(node, dict):
        for entry in node.get("x-rules", ()):
            yield (entry, {}) if isinstance(entry, str) else (entry["rule"], entry["if"])
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _marked_rules(below)


def _keywords(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for keyword, value in schema.items():
            yield keyword
            parts = value.values() if keyword == "properties" else value if isinstance(value, list) else [value]
            if keyword not in ("enum", "const", "required"):
                for part in parts:
                    yield from _keywords(part)


@pytest.mark.parametrize(
    ("schema", "matching", "others"),
    [
        ({"type": "integer"}, [5, 5.0], [5.5, "5", True, None]),
        ({"type": ["string", "null"]}, ["", None], [0, []]),
        ({"const": 1}, [1, 1.0], [True, "1"]),
        ({"enum": [True, "a"]}, [True, "a"], [1, "b"]),
        ({"multipleOf": 0.1}, [0.3, 2, "x"], [0.35]),
        ({"minimum": 1, "exclusiveMaximum": 3}, [1, 2.9, "x"], [0, 3]),
        ({"pattern": "^a", "maxLength": 2}, ["ab", 5], ["ba", "abc"]),
        ({"minItems": 1, "items": {"type": "integer"}}, [[1], {}], [[], ["a"]]),
        ({"required": ["a"], "properties": {"a": {"const": 1}}}, [{"a": 1}, 5], [{}, {"a": 2}]),
        ({"properties": {"a": {}}, "additionalProperties": {"not": {"type": "null"}}}, [{"a": None}], [{"b": None}]),
        ({"not": {"type": "null"}}, [0], [None]),
        ({"allOf": [{"minimum": 1}, {"maximum": 2}]}, [1], [0, 3]),
        ({"anyOf": [{"const": 1}, {"const": 2}]}, [1, 2], [3]),
        ({"$ref": "#/components/schemas/Order", "properties": {"state": {"const": "placed"}}}, [], [{}, 5]),
        (True, [None], []),
        (False, [], [None]),
    ],
    ids=str,
)
def test_a_value_matches_a_schema(schema: Any, matching: list[Any], others: list[Any]) -> None:
    """The matcher agrees with JSON Schema on the keywords that it knows."""
    assert [value for value in matching if not matches("cnaught", schema, value)] == []
    assert [value for value in others if matches("cnaught", schema, value)] == []


def test_marks_follow_the_alternatives_that_match() -> None:
    """Rules apply through references, allOf, matching alternatives, conditions, members, patterns and items."""
    mark = {"x-evidence": "inferred"}
    schema = {
        "allOf": [{"properties": {"a": mark}}],
        "anyOf": [{"properties": {"b": {"type": "string", **mark}}}, {"properties": {"b": {"type": "integer"}}}],
        "if": {"properties": {"c": {"const": 1}}, "required": ["c"]},
        "then": {"properties": {"c": mark}},
        "else": {"properties": {"d": mark}},
        "properties": {"e": {"items": {"properties": {"f": mark}}}},
        "patternProperties": {"^x": mark},
    }
    found = Annotations("cnaught", "place_order")

    def places(value: Any) -> list[str]:
        return sorted(place for place, _ in found.of_value(schema, value))

    assert places({"a": 1, "b": "x", "c": 1, "d": 1}) == ["*", "a", "b", "c"]
    assert places({"b": 1, "c": 2, "d": 1, "e": [{"f": 1}, {}]}) == ["*", "d", "e[].f"]
    assert places(5) == []


def test_annotations_keep_no_empty_schemas() -> None:
    """A schema without keywords, which callers make anew each time, is not kept."""
    annotations = Annotations("cnaught", "place_order")
    before = len(annotations._nodes)
    for _ in range(3):
        assert list(annotations.of_value({}, 1)) == []
    assert len(annotations._nodes) == before
