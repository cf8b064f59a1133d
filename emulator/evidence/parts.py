"""Find the parts of an exchange that its contract marks, and their evidence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from pydantic_core import from_json

from emulator.core.errors import Problem
from emulator.core.struct import Struct
from emulator.evidence import contracts
from emulator.evidence.annotations import Annotations, Mark
from emulator.evidence.matching import Schema, matches
from emulator.web.exchange import Exchange


class Part(Struct, frozen=True):
    """One part of an exchange and what it rests on.

    ``place`` is where it is: ``method``, ``path``, ``query``, ``header`` or ``body`` of the request, ``status``,
    ``reply header`` or ``reply`` of the answer, or ``refusal`` for the rule that refused a field; of a webhook
    ``webhook``, ``webhook header`` or ``webhook body``; ``event`` for a change that time makes. ``rule`` is the rule
    that computed or decided it, None where only its evidence is known.
    """

    place: str
    field: str
    evidence: str
    rule: str | None

    def document(self) -> dict[str, str | None]:
        """Return the JSON form."""
        return {"in": self.place, "field": self.field, "evidence": self.evidence, "rule": self.rule}


def parts(exchange: Exchange, operation: contracts.Operation) -> Iterator[Part]:
    """Yield every part that shaped an exchange with an operation.

    A refusal rests on the rules that refused; what else was sent did not shape it, nor did its words and headers.
    """
    annotations = _annotations(exchange.provider, operation.id)
    response = contracts.resolve(exchange.provider, operation.description["responses"].get(str(exchange.status), {}))
    if exchange.method != operation.method:  # HEAD in place of GET; no vendor documents that
        yield Part("method", exchange.method, "inferred", None)
    yield from _status_parts(annotations, str(exchange.status), response)
    if exchange.status >= 400:
        yield from refusals(exchange)
    else:
        yield from _request_parts(annotations, exchange, operation)
        sent = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in exchange.vendor_headers}
        for name, header in response.get("headers", {}).items():
            if name.lower() in sent:
                yield from _marked(annotations, "reply header", name, header, sent[name.lower()])
    yield from _body_parts(annotations, "reply", response, exchange.reply_body)


def possible_parts(provider: str, operation: contracts.Operation) -> Iterator[Part]:
    """Yield every part of an operation that its contract marks, whether a given exchange has it or not."""
    annotations = _annotations(provider, operation.id)
    for parameter in operation.all_parameters:
        yield from _possible(annotations, parameter["in"], parameter["name"], parameter)
        if "x-other-name" in parameter:
            yield _other_name(provider, parameter)
    yield from _possible(annotations, "query", "*", contracts.contract(provider).get("x-unknown-query", {}))
    for name, scheme in _schemes(provider, operation):
        yield from _possible(annotations, "header", name, scheme)
    yield from _possible_in_body(annotations, "body", operation.description.get("requestBody", {}))
    for status, described in operation.description["responses"].items():
        response = contracts.resolve(provider, described)
        if status < "400":
            yield from _status_parts(annotations, status, response)
            for name, header in response.get("headers", {}).items():
                yield from _possible(annotations, "reply header", name, header)
        else:
            yield from (_part("status", status, mark) for mark in annotations.own_marks(response) if mark.rule)
        yield from _possible_in_body(annotations, "reply", response)


def _status_parts(annotations: Annotations, status: str, response: Mapping[str, Any]) -> Iterator[Part]:
    """Yield the evidence of a status, by the rule that it rests on if the contract names one."""
    evidence = response.get("x-evidence", "inferred")
    rules = [mark for mark in annotations.own_marks(response) if mark.rule]
    if all(mark.evidence != evidence for mark in rules):
        yield Part("status", status, evidence, None)
    yield from (_part("status", status, mark) for mark in rules)


@cache
def _annotations(provider: str, operation: str | None) -> Annotations:
    return Annotations(provider, operation)


# --- webhooks ---------------------------------------------------------------------------------------------------------


def webhook_parts(provider: str, kind: str, attempts: Sequence[Mapping[str, str]], body: bytes) -> Iterator[Part]:
    """Yield every part that shaped a webhook, of which ``attempts`` has the headers of each attempt.

    The contract lists webhooks by their kind, or has the kinds of one in ``x-kinds``, and in ``x-repeated`` the rule
    for the times of repeated attempts.
    """
    annotations = _annotations(provider, None)
    described = _webhook(provider, kind)
    yield Part("webhook", kind, described["x-evidence"], None)
    yield from (_part("webhook", kind, mark) for mark in annotations.own_marks(described) if mark.rule)
    for parameter in described.get("parameters", ()):
        header = contracts.resolve(provider, parameter)
        sent = next((headers[name] for headers in attempts for name in headers if _is(name, header)), None)
        if sent is not None:
            yield from _marked(annotations, "webhook header", header["name"], header, sent)
    content = contracts.resolve(provider, described.get("requestBody", {}))
    yield from (_part("webhook body", "", mark) for mark in annotations.own_marks(content))
    yield from _body_parts(annotations, "webhook body", content, body)
    repeated = contracts.rule(provider, described.get("x-repeated"))
    if repeated and len(attempts) > 1:
        yield Part("webhook", "times of attempts", repeated["evidence"], repeated["id"])


def _is(name: str, header: Mapping[str, Any]) -> bool:
    return name.lower() == str(header["name"]).lower()


def _webhook(provider: str, kind: str) -> Mapping[str, Any]:
    """Return the contract of a kind of webhook; one that is not listed is a guess."""
    for name, item in contracts.contract(provider).get("webhooks", {}).items():
        described: Mapping[str, Any] = item["post"]
        if kind in described.get("x-kinds", [name]):
            return described
    return _UNLISTED_WEBHOOK


_UNLISTED_WEBHOOK: Mapping[str, Any] = {"x-evidence": "inferred"}


# --- refusals ---------------------------------------------------------------------------------------------------------


def refusals(exchange: Exchange) -> Iterator[Part]:
    """Yield the rules that refused a request: of each problem, or else the one that the refusal itself names."""
    provider, operation = exchange.provider, exchange.operation
    fields = [(field_of(problem), problem.kind) for problem in exchange.problems]
    decided = [(field, contracts.deciding(provider, operation, field, kind)) for field, kind in fields]
    if not any(id for _, id in decided) and exchange.rule:
        decided = [("", contracts.refined(provider, operation, exchange.rule))]
    for field, id in decided:
        if rule := contracts.rule(provider, id):
            yield Part("refusal", field or next(iter(rule["fields"]), ""), rule["evidence"], id)


def field_of(problem: Problem) -> str:
    """Return the field of a problem as rules name it: ``items[].amount`` for any item, ``body`` for all of it."""
    name = ""
    for part in problem.place[1:]:
        name += "[]" if isinstance(part, int) else f".{part}" if name else part
    return name or str(problem.place[0])


# --- requests ---------------------------------------------------------------------------------------------------------


def _request_parts(annotations: Annotations, exchange: Exchange, operation: contracts.Operation) -> Iterator[Part]:
    query = parse_qs(exchange.query.decode("latin-1"), keep_blank_values=True)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in reversed(exchange.headers)}
    for parameter in operation.all_parameters:
        name = next((each for each in contracts.names_of(parameter) if each in query), parameter["name"])
        match parameter["in"]:
            case "query" if name in query:
                if name != parameter["name"]:
                    yield _other_name(exchange.provider, parameter)
                yield from _marked(annotations, "query", name, parameter, _values(query[name], parameter["schema"]))
            case "header" if name.lower() in headers:
                yield from _marked(annotations, "header", name, parameter, headers[name.lower()])
            case "path":
                yield from _marked(annotations, "path", name, parameter, None)
    if query.keys() - operation.parameters["query"]:
        unknown = contracts.contract(exchange.provider).get("x-unknown-query", {})
        yield from _marked(annotations, "query", "*", unknown, None)
    for name, scheme in _schemes(exchange.provider, operation):
        if name.lower() in headers:
            yield from _marked(annotations, "header", name, scheme, headers[name.lower()])
    if exchange.body:
        described = contracts.resolve(exchange.provider, operation.description.get("requestBody", {}))
        yield from _marked(annotations, "body", "", described, None)
        yield from _body_parts(annotations, "body", described, exchange.body)


def _other_name(provider: str, parameter: Mapping[str, Any]) -> Part:
    """Return the evidence for the other name of a parameter: that of the rule that allows it."""
    other = parameter["x-other-name"]
    rule = contracts.rule(provider, other["rule"])
    assert rule is not None, other
    return Part("query", other["name"], rule["evidence"], rule["id"])


def _values(texts: list[str], schema: Schema) -> Any:
    """Return the value that the texts of a query parameter have in its schema."""
    if schema.get("type") == "array":
        return texts
    text = texts[-1]
    return (
        int(text)
        if schema.get("type") == "integer" and text.lstrip("-").isascii() and text.lstrip("-").isdigit()
        else text
    )


def _schemes(provider: str, operation: contracts.Operation) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the security schemes of an operation, each with the name of its header."""
    document = contracts.contract(provider)
    for requirement in operation.description.get("security", document.get("security", ())):
        for scheme in requirement:
            described = document["components"]["securitySchemes"][scheme]
            yield described.get("name", "Authorization"), described


# --- marks ------------------------------------------------------------------------------------------------------------


def _marked(annotations: Annotations, place: str, name: str, holder: Mapping[str, Any], value: Any) -> Iterator[Part]:
    """Yield the marks of a parameter or a header, and those that its schema has for its value."""
    holder = contracts.resolve(annotations.provider, holder)
    for mark in annotations.own_marks(holder):
        if matches(annotations.provider, mark.condition, value):
            yield _part(place, name, mark)
    for _, mark in annotations.of_value(holder.get("schema", {}), value):
        yield _part(place, name, mark)


def _possible(annotations: Annotations, place: str, name: str, holder: Mapping[str, Any]) -> Iterator[Part]:
    holder = contracts.resolve(annotations.provider, holder)
    marks: Iterable[Mark] = annotations.own_marks(holder)
    yield from (_part(place, name, mark) for mark in marks)
    yield from (_part(place, name, mark) for _, mark in annotations.of_schema(holder.get("schema", {})))


def _body_parts(annotations: Annotations, place: str, holder: Mapping[str, Any], body: bytes) -> Iterator[Part]:
    """Yield the marks of a body and its members, if it is the JSON that its contract describes."""
    schemas = _json_schemas(holder)
    if not schemas or not body:
        return
    try:
        value = from_json(body)
    except ValueError:
        return
    for schema in schemas:
        yield from (_part(place, field, mark) for field, mark in annotations.of_value(schema, value))


def _possible_in_body(annotations: Annotations, place: str, holder: Mapping[str, Any]) -> Iterator[Part]:
    holder = contracts.resolve(annotations.provider, holder)
    yield from (_part(place, "", mark) for mark in annotations.own_marks(holder) if place == "body")
    for schema in _json_schemas(holder):
        yield from (_part(place, field, mark) for field, mark in annotations.of_schema(schema))


def _json_schemas(holder: Mapping[str, Any]) -> list[Schema]:
    """Return the schema of a body's JSON; several media types of one body have the same."""
    return [media["schema"] for name, media in holder.get("content", {}).items() if "json" in name][:1]


def _part(place: str, field: str, mark: Mark) -> Part:
    return Part(place, field, mark.evidence, mark.rule)
