"""The probes: their format, and that the emulator agrees with every one of them."""

from collections import Counter

import pytest

from emulator.conformance.probe_file import InvalidProbes, ProbeFile, parsed, probe_file
from emulator.conformance.report import Report
from emulator.conformance.run import WITHOUT_PROBE, conform
from emulator.providers import ALL
from tests.conformance.target import connection

PROBED_MIN = 0.7

each_provider = pytest.mark.parametrize("provider", ALL)


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """Return the report of each provider, with writing."""
    return {name: conform(connection(name), "the emulator") for name in ALL}


@each_provider
def test_the_emulator_agrees(provider: str, reports: dict[str, Report]) -> None:
    """The emulator agrees with every probe, and nothing stops the run."""
    report = reports[provider]
    assert report.stopped == ""
    assert [result.model_dump() for result in report.of_state("differs")] == []


@each_provider
def test_the_emulator_agrees_without_writing(provider: str) -> None:
    """With only reads and refusals there is no difference either, and nothing is created."""
    report = conform(connection(provider, write=False), "the emulator")
    assert [result.model_dump() for result in report.of_state("differs")] == []
    assert (report.stopped, report.created) == ("", [])


@each_provider
def test_every_probe_can_be_sent(provider: str, reports: dict[str, Report]) -> None:
    """With writing and all credentials, only the rules that are listed as not probed are not, each with its reason."""
    reasons = probe_file(provider).reasons()
    for result in reports[provider].rules:
        if result.state == "not probed":
            assert result.reason == reasons.get(result.id.partition(".")[2], WITHOUT_PROBE), result.id
        assert "in part" not in result.reason, result.id


@each_provider
def test_most_rules_are_probed(provider: str, reports: dict[str, Report]) -> None:
    """At least 70 % of the rules of a provider are probed, and of its operations."""
    counts = reports[provider].counts()
    assert counts["agrees"] >= PROBED_MIN * counts.total()
    operations = Counter(result.state for result in reports[provider].operations)
    assert operations["agrees"] >= PROBED_MIN * operations.total()


@each_provider
def test_what_a_run_creates_is_removed_where_the_api_can(provider: str, reports: dict[str, Report]) -> None:
    """Everything that a run creates is named, and removed if the probes file has a request for that."""
    file, created = probe_file(provider), reports[provider].created
    for made in created:
        assert made.what
        assert made.removed or file.creates[made.request].undo is None or made.reason, made
    removable = {name for name, creation in file.creates.items() if creation.undo}
    assert removable <= {made.request for made in created if made.removed}


# --- the format -------------------------------------------------------------------------------------------------------

FILE = """
authorization: {Authorization: 'Bearer ${api_key}'}
credentials: {api_key: {about: a key}}
reads: [get_quote]
creates:
  create_subaccount: {what: 'the subaccount ${reply.name}', undo: {send: delete_subaccount, path: {id: '${reply.id}'}}}
not_probed: [{why: it takes a day, rules: [idempotency.lifetime]}]
probes:
  - {rules: orders.unknown-id, class: refusal, send: get_order, path: {id: unknown}, status: 404}
  - rules: [lists.limit, lists.newest-first]
    class: read
    steps:
      - {send: list_orders, save: orders, reply: {data: {$sorted: {by: created_on, descending: true}}}}
      - {send: get_order, path: {id: '${orders.data[0].id}'}, reply: {id: '${orders.data[0].id}'}}
      - {send: GET /v1/nowhere, status: 404}
"""


def test_a_probes_file_is_read() -> None:
    """A probe of one step is written without a list, and a single rule without brackets."""
    file: ProbeFile = parsed("cnaught", FILE)
    first, second = file.probes
    assert (first.rules, first.kind, len(first.steps), first.steps[0].statuses) == (
        ("orders.unknown-id",),
        "refusal",
        1,
        (404,),
    )
    assert [step.operation for step in second.steps] == ["list_orders", "get_order", None]
    assert file.reasons() == {"idempotency.lifetime": "it takes a day"}


def test_a_probe_without_a_class_is_never_sent() -> None:
    """The default class of a probe is never."""
    file = parsed("cnaught", FILE.replace("class: read", ""))
    assert file.probes[1].kind == "never"
    run = connection("cnaught", file=file)
    assert conform(run, "the emulator").rules[0].state == "not probed"
    assert run.sent == 1


@pytest.mark.parametrize(
    ("correct", "wrong", "message"),
    [
        ("rules: orders.unknown-id", "rules: orders.unknown", "orders.unknown: unknown rule 'orders.unknown'"),
        ("rules: [idempotency.lifetime]", "rules: [idempotency.life]", "not_probed: unknown rule 'idempotency.life'"),
        ("rules: [idempotency.lifetime]", "rules: [lists.limit]", "not_probed: lists.limit has a probe"),
        ("class: refusal", "class: harmless", "orders.unknown-id: class: Input should be"),
        ("send: list_orders", "send: list_order", "lists.limit, lists.newest-first: list_order: unknown operation"),
        (
            "send: GET /v1/nowhere",
            "send: get /v1/nowhere",
            "lists.limit, lists.newest-first: get /v1/nowhere: 'get /v1",
        ),
        ("path: {id: unknown}", "path: {order: x}", "orders.unknown-id: get_order: missing or unknown path parameters"),
        (
            "$sorted:",
            "$ordered:",
            "lists.limit, lists.newest-first: list_orders: unknown matcher $ordered; known: $about",
        ),
        (
            "'${orders.data[0].id}'}, reply",
            "'${order.id}'}, reply",
            "lists.limit, lists.newest-first: get_order: unknown",
        ),
        ("${reply.id}", "${order.id}", "creates: create_subaccount: unknown name 'order'"),
        ("send: delete_subaccount", "send: drop", "creates: create_subaccount: unknown operation 'drop'"),
        ("reads: [get_quote]", "reads: [get_quotes]", "unknown operation 'get_quotes'"),
        ("status: 404}", "statuses: 404}", "orders.unknown-id: steps.0.statuses: Extra inputs are not permitted"),
        ("authorization:", "authorisation:", "authorization: Field required"),
        (
            "id: '${orders.data[0].id}'}, r",
            "id: '${orders.data[}'}, r",
            "lists.limit, lists.newest-first: get_order: not an",
        ),
    ],
)
def test_a_wrong_probes_file_is_rejected(correct: str, wrong: str, message: str) -> None:
    """A file that breaks the format is an error that names the probe."""
    assert correct in FILE
    with pytest.raises(InvalidProbes) as error:
        parsed("cnaught", FILE.replace(correct, wrong))
    assert str(error.value).startswith(message)


def test_a_provider_without_probes_is_an_error() -> None:
    """A provider without a probes file is an error."""
    with pytest.raises(InvalidProbes, match="control has no probes"):
        probe_file("control")
