"""Rules and tests match: every implemented rule has a test, and every rule that a test names exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from emulator import providers
from emulator.evidence import contracts
from emulator.evidence.rules import EVIDENCE, InvalidRules, expanded
from emulator.providers import ALL
from emulator.web.provider import Provider
from tests.conftest import proved_rules

TESTS = Path(__file__).parent
MEMBERS = {"id", "statement", "evidence", "source", "operations", "fields", "kinds"}
MAYBE = {"refines", "built"}

each_provider = pytest.mark.parametrize("provider", ALL.values(), ids=lambda provider: provider.name)


@pytest.fixture
def every_proof() -> dict[str, set[str]]:
    """Return the tests that prove each rule; skip unless every test file that names a rule was collected."""
    naming = {path for path in TESTS.rglob("test_*.py") if re.search(r"mark\.rule\(", path.read_text())}
    collected = {TESTS.parent / test.partition("::")[0] for tests in proved_rules.values() for test in tests}
    if left_out := naming - collected:
        pytest.skip(f"needs the whole suite: {min(left_out).relative_to(TESTS)} was not collected")
    return proved_rules


@each_provider
def test_every_rule_is_proved(provider: Provider, every_proof: dict[str, set[str]]) -> None:
    """Every implemented rule has a test, and every rule with a test is implemented."""
    rules = contracts.rules(provider.name)
    unproved = {rule["id"] for rule in rules if rule["id"] not in every_proof}
    not_implemented = {rule["id"] for rule in rules if not rule.get("built", True)}
    assert unproved - not_implemented == set()
    assert not_implemented - unproved == set()


def test_every_named_rule_exists() -> None:
    """Every rule that a test names exists."""
    known = {rule["id"] for name in ALL for rule in contracts.rules(name)}
    assert {rule: tests for rule, tests in proved_rules.items() if rule not in known} == {}


@each_provider
def test_rules_are_distinct(provider: Provider) -> None:
    """Rules have distinct ids and statements; an id is the provider, a topic and a name."""
    rules = contracts.rules(provider.name)
    for distinct in ("id", "statement"):
        assert len({rule[distinct] for rule in rules}) == len(rules)
    assert [rule["id"] for rule in rules if not _rule_id(provider).fullmatch(rule["id"])] == []


@each_provider
def test_a_rule_is_complete(provider: Provider) -> None:
    """A rule has a statement, a source, a known level of evidence, and known operations."""
    operations = {operation.id for operation in contracts.operations(provider.name)}
    for rule in contracts.rules(provider.name):
        assert MEMBERS <= rule.keys() <= MEMBERS | MAYBE, rule["id"]
        texts = [rule[member] for member in ("id", "statement", "evidence", "source")]
        assert all(isinstance(text, str) and text for text in texts), rule["id"]
        assert rule["evidence"] in EVIDENCE, rule["id"]
        assert set(rule["operations"]) <= operations, rule["id"]
        assert rule.get("built", False) is False, rule["id"]


@each_provider
def test_every_rule_in_the_code_exists(provider: Provider) -> None:
    """Every rule id in the code of a provider is a rule of its contract."""
    carried = set(_rules_in_the_code(provider))
    assert carried
    assert carried - {rule["id"] for rule in contracts.rules(provider.name)} == set()


@each_provider
def test_a_problem_is_decided_by_one_rule(provider: Provider) -> None:
    """No two rules of a contract decide the same kind of problem in the same field of an operation."""
    for operation in contracts.operations(provider.name):
        assert contracts.deciding(provider.name, operation.id, "no_such_field", "no_such_kind") is None


def test_two_rules_for_one_problem_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rules that decide the same problem are an error that names both."""
    shared = {"operations": ["place_order"], "fields": ["amount_kg"], "kinds": ["missing"]}
    both = [{"id": id, **shared} for id in ("cnaught.orders.first", "cnaught.orders.second")]
    monkeypatch.setattr(contracts, "rules", lambda provider: both)
    contracts._rules_by_problem.cache_clear()
    with pytest.raises(InvalidRules, match=r"cnaught\.orders\.second: cnaught\.orders\.first also decides"):
        contracts.deciding("cnaught", "place_order", "amount_kg", "missing")
    contracts._rules_by_problem.cache_clear()


RULES_FILE = """
source: proposed
kinds:
  wrong_type: [int_type, string_type]
groups:
  places: [place_order, place_ride_order]
  orders: [places, get_order]
rules:
  - id: p.orders.first
    statement: One.
    evidence: inferred
  - id: p.orders.second
    statement: Two.
    evidence: docs
    source: a page
    operations: [orders, cancel_order]
    field: amount_kg
    kinds: [missing, wrong_type]
"""
OPERATIONS = ["place_order", "place_ride_order", "get_order", "cancel_order"]


def test_a_rules_file_is_expanded() -> None:
    """Each rule gets its file's source unless it has one, and the operations of its groups."""
    first, second = expanded(yaml.safe_load(RULES_FILE), OPERATIONS)
    assert (first["source"], first["operations"]) == ("proposed", [])
    assert (first["fields"], first["kinds"]) == ([], [])
    assert (second["source"], second["operations"]) == ("a page", OPERATIONS)
    assert (second["fields"], second["kinds"]) == (["amount_kg"], ["missing", "int_type", "string_type"])


@pytest.mark.parametrize(
    ("correct", "wrong", "message"),
    [
        ("source: proposed", "sauce: proposed", "rules file: missing source"),
        ("rules:", "more: 1\nrules:", "rules file: unknown more; known: groups, kinds, rules, source"),
        ("id: p.orders.second", "ident: x", "rule 1: missing id"),
        ("statement: Two.", "text: Two.", "p.orders.second: missing statement"),
        ("field: amount_kg", "fields: amount_kg", "p.orders.second: unknown fields; known: built, evidence, field"),
        ("evidence: docs", "evidence: doc", "p.orders.second: unknown evidence 'doc'; known: observed, seed, docs"),
        ("    source: a page\n", "", "p.orders.second: a rule whose evidence is 'docs' needs a source"),
        (
            "evidence: docs",
            "evidence: observed",
            "p.orders.second: the source of an observation is such as",
        ),
        ("p.orders.second", "p.orders.first", "p.orders.first: duplicate id"),
        ("[orders,", "[order,", "p.orders.second: unknown operation or group order"),
        ("[orders,", "[orders, get_order,", "p.orders.second: lists get_order more than once"),
        ("[places, get_order]", "[place, get_order]", "group orders: unknown operation or group place"),
        ("  orders:", "  get_order:", "group get_order: the name of an operation"),
        ("    kinds: [", "    refines: p.orders.third\n    kinds: [", "p.orders.third: unknown rule to refine"),
    ],
)
def test_a_wrong_rules_file_is_rejected(correct: str, wrong: str, message: str) -> None:
    """A rules file that breaks the format is an error that names the rule or the group."""
    broken = RULES_FILE.replace(correct, wrong)
    with pytest.raises(InvalidRules) as error:
        expanded(yaml.safe_load(broken), OPERATIONS)
    assert str(error.value).startswith(message)


def _rules_in_the_code(provider: Provider) -> Iterator[str]:
    """Yield every string in a provider's code that has the form of a rule id."""
    for path in (Path(providers.__file__).parent / provider.name).rglob("*.py"):
        texts = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
        yield from (text for text in texts if isinstance(text, str) and _rule_id(provider).fullmatch(text))


def _rule_id(provider: Provider) -> re.Pattern[str]:
    return re.compile(rf"{provider.name}(\.[a-z0-9]+(-[a-z0-9]+)*){{2}}")
