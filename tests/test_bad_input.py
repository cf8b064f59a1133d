"""Bad input: every refusal is the vendor's, none is a 5xx, and none changes anything.

Of long lists of values, each operation gets a third, and all operations together get all. EVERY_VALUE=1, as in
.ci/extended, tries every value at every place of every operation.
"""

import json
import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from decimal import Context, Decimal
from typing import Any, TypeVar
from zlib import crc32

import httpx
import pytest
from jsonschema_rs import ValidationError

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.client.transport import DirectTransport
from emulator.evidence import contracts
from emulator.providers import ALL
from emulator.space.world import Limits
from emulator.web.provider import Provider
from tests.conftest import START
from tests.support.caller import NO_CREDENTIALS, Caller, credentials_of
from tests.support.contract_check import check_reply, operation_of
from tests.support.drafts import Draft, example_of, good_draft, parameters, takes_json
from tests.support.remembered import Remembered

DEEP = 100_000
BODY_BYTES_MAX = 1000
REFUSED = range(400, 500)
ANSWERED = range(200, 500)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW")

NOT_JSON_OBJECTS = {
    "nothing": b"",
    "white space": b" \r\n\t",
    "text": b"amount=5",
    "half an object": b'{"amount": ',
    "two objects": b"{}{}",
    "a comma too many": b'{"amount": 5,}',
    "single quotes": b"{'amount': 5}",
    "a comment": b"{} // that is all",
    "null": b"null",
    "true": b"true",
    "a number": b"5",
    "a huge number": b"1" + b"0" * 400,
    "an endless number": b"1e999",
    "a text": b'"amount"',
    "a list": b"[]",
    "a list of objects": b"[{}]",
    "NaN": b"NaN",
    "NaN inside": b'{"amount": NaN}',
    "-Infinity inside": b'{"amount": -Infinity}',
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"amount": ' * DEEP + b"1" + b"}" * DEEP,
    "deep and unclosed": b"[" * DEEP,
    "invalid UTF-8": b'{"amount": "\xff"}',
    "a surrogate in UTF-8": b'{"amount": "\xed\xa0\x80"}',
    "UTF-16": '{"amount": 5}'.encode("utf-16"),
    "Latin-1": '{"amount": "für"}'.encode("latin-1"),
    "U+0000 between": b'{"amount":\x00 5}',
    "U+0000 as it is": b'{"amount": "\x00"}',
}
NO_VALUES = {
    "NaN": "NaN",
    "-Infinity": "-Infinity",
    "deep lists": "[" * 1000 + "]" * 1000,
}
VALUES = {
    "10 to the 400": "1" + "0" * 400,
    "minus 10 to the 400": "-1" + "0" * 400,
    "1e999": "1e999",
    "-1e999": "-1e999",
    "1e-999": "1e-999",
    "-0": "-0",
    "-0.0": "-0.0",
    "0.1": "0.1",
    "null": "null",
    "true": "true",
    "a list": "[]",
    "a list of lists": "[[], [[]]]",
    "an object": "{}",
    "an object of objects": '{"": {"": null}}',
    "an empty text": '""',
    "a digit of another script": '"\\u0663"',
    "a lone surrogate": '"\\ud800"',
    "two surrogates in the wrong order": '"\\udc00\\ud800"',
    "U+0000": '"a\\u0000b"',
    "a long text": f'"{"x" * 10_000}"',
    "a text of 5001 digits": f'"1{"0" * 5000}"',
}
TEXTS = (
    "", " ", "%00", "%FF", "%ED%A0%80", "%F0%9F%92%A5", "%D9%A3", "-1", "1.0", "1e999", "NaN", "9" * 5000, "[]",
    "x" * 9000,
)  # fmt: skip
"""Texts for queries and paths, as sent."""

QUERIES = (
    "&&==&", "%00=%00", "%FF=%FF", "=", "a=1;b=2", "a[b][c]=1&a[]=2", "a%5B%5D=1", "x" * 10_000, "&a=1" * 2000, "+",
)  # fmt: skip
HEADER_VALUES = (
    b"", b" ", b"\xff\xfe", "💥".encode(), b"x" * 9000, b'"', b"0", b"null", b"a, b", b"text/html", b"*/*;q=0",
)  # fmt: skip
KEYS = (
    b"", b"x", b"Bearer", b"Bearer ", b"Bearer x", b"Bearer  x y", b"Basic eDp5", b"Token", b"Token x", b"Token x.y.z",
    b"Token e30.e30.", b"\xff", "Bearer 💥".encode(), b"Bearer " + b"x" * 9000,
)  # fmt: skip


T = TypeVar("T")
SHARE = 1 if "EVERY_VALUE" in os.environ else 3


def some(values: Iterable[T], place: str) -> list[T]:
    """Return the values to try at a place: all of them, or every third, of which the first depends on the place."""
    return list(values)[crc32(place.encode()) % SHARE :: SHARE]


PYTHON = re.compile(r"Decimal\(|<class|<[a-z_.]+ object|datetime\.|Traceback|pydantic|\bValue error\b")
"""Python details that no vendor's message contains. Messages of Dcycle's server begin with "Value error"."""


class Prober:
    """Sends requests to one vendor, and collects in ``faults`` every reply that breaks a rule."""

    def __init__(self, emulator: Emulator, space: SpaceHandle, provider: str) -> None:
        http = httpx.Client(transport=DirectTransport(emulator.app), base_url=space.http.base_url)
        self.caller = Caller(SpaceHandle(http, space.name), provider, credentials_of(space, provider))
        self.faults: list[str] = []
        self._space = emulator.app.spaces.get(space.name)
        self._memory = Remembered(self._space, provider)

    def send(self, what: str, draft: Draft, expected: Container[int] = ANSWERED) -> httpx.Response:
        """Send a request, and expect one of these statuses."""
        declared = {"Content-Type": "application/json"} if draft.body else {}
        headers = {**declared, **draft.headers}
        as_text = isinstance(draft.query, str)
        path = f"{draft.path}?{draft.query}" if as_text else draft.path
        params = None if as_text else draft.query
        reply = self.caller.request(
            draft.method, path, promised=False, headers=headers, content=draft.body, params=params
        )
        before, self._memory = self._memory, Remembered(self._space, self.caller.provider)
        if reply.status_code not in expected:
            self.faults.append(f"{what}: {reply.status_code} {reply.text}")
        if self._memory != before and (reply.is_error or draft.method in ("GET", "HEAD", "OPTIONS")):
            self.faults.append(f"{what}: changed by {reply.status_code} {reply.text}")
        found = PYTHON.search(
            reply.text.replace("Value error, ", "") if self.caller.provider == "dcycle" else reply.text
        )
        if found:
            self.faults.append(f"{what}: {found[0]!r} in {reply.text}")
        try:
            check_refusal(self.caller.provider, reply, draft.path)
        except (AssertionError, KeyError, ValueError, ValidationError) as error:
            self.faults.append(f"{what}: {error!r} of {reply.status_code} {reply.text}")
        return reply


def check_refusal(provider: str, reply: httpx.Response, path: str) -> None:
    """Check a reply against the contract if it lists the status, and any refusal against the vendor's envelope."""
    operation = operation_of(provider, reply.request.method.replace("HEAD", "GET"), path)
    promised = operation.description["responses"] if operation else ("404", "405")
    if reply.is_success or str(reply.status_code) in promised:
        check_reply(provider, reply, path)
    elif reply.request.method != "HEAD":
        media_type = reply.headers["content-type"].partition(";")[0]
        envelope = contracts.contract(provider)["components"]["responses"]["UnknownPath"]["content"]
        members = contracts.resolve(provider, envelope[media_type]["schema"])["required"]
        assert set(members) <= reply.json().keys(), "not the vendor's envelope"


# --- operations -------------------------------------------------------------------------------------------------------

BUILT = [
    pytest.param(provider, operation, id=f"{provider.name}-{operation.id}")
    for provider in ALL.values()
    for operation in contracts.operations(provider.name)
    if not operation.missing
]
WITH_BODY = [built for built in BUILT if takes_json(built.values[1])]
WITH_ID = [built for built in BUILT if parameters(built.values[0].name, built.values[1], "path")]
PATHS = sorted({(built.values[0].name, built.values[1].path) for built in BUILT})
NO_EXAMPLE_WORKS = {
    "refresh_token": 401,
    "bulk_delete_transports_by_filters": 422,
    "bulk_delete_vehicles_by_filters": 422,
    "bulk_delete_vehicle_consumptions_by_filters": 422,
}
"""Documents cannot contain a token that is valid here, or the hash of a filter, which depends on the query."""

NOT_FOUND = {"deactivate_api_key": 422}
"""The statuses of operations that refuse an unknown id with another status than 404."""

each_operation = pytest.mark.parametrize(("provider", "operation"), BUILT)
each_operation_with_body = pytest.mark.parametrize(("provider", "operation"), WITH_BODY)
each_operation_with_id = pytest.mark.parametrize(("provider", "operation"), WITH_ID)
each_path = pytest.mark.parametrize(("name", "path"), PATHS)


@pytest.fixture
def good(provider: Provider, operation: contracts.Operation) -> Draft:
    """Return a valid request for an operation: the required path, query and body, from the contract's examples."""
    return good_draft(provider.name, operation)


@pytest.fixture
def prober(emulator: Emulator, space: SpaceHandle, provider: Provider) -> Prober:
    return Prober(emulator, space, provider.name)


@each_operation
def test_the_valid_request_is_accepted(prober: Prober, good: Draft, operation: contracts.Operation) -> None:
    """The request from which the invalid ones are made is accepted."""
    prober.send("good", good, [status] if (status := NO_EXAMPLE_WORKS.get(operation.id)) else range(200, 300))
    assert prober.faults == []


# --- bodies -----------------------------------------------------------------------------------------------------------


@each_operation
def test_a_body_must_be_a_json_object(prober: Prober, good: Draft, operation: contracts.Operation) -> None:
    """Any other body is refused where one is required, and causes no error elsewhere."""
    expected = REFUSED if takes_json(operation) else ANSWERED
    bodies = NOT_JSON_OBJECTS.items()
    for what, body in bodies if takes_json(operation) else some(bodies, operation.id):
        prober.send(what, replace(good, body=body), expected)
    assert prober.faults == []


@each_operation_with_body
def test_any_value_in_a_body_is_handled(prober: Prober, good: Draft, operation: contracts.Operation) -> None:
    """No value at any place in a body causes a server error; invalid JSON is refused."""
    for what, value in (VALUES | NO_VALUES).items():
        for place, body in some(variations(example_of(operation), value), operation.id + what):
            prober.send(f"{what} at {place}", replace(good, body=body), REFUSED if what in NO_VALUES else ANSWERED)
    assert prober.faults == []


@each_operation_with_body
def test_values_beyond_bounds_are_refused(prober: Prober, good: Draft, operation: contracts.Operation) -> None:
    """A member that breaks a bound of the contract is refused in the vendor's words, without Python details."""
    schema = operation.description["requestBody"]["content"]["application/json"]["schema"]
    example = example_of(operation)
    for place, constraint, value in beyond(prober.caller.provider, schema, example):
        body = deepcopy(example)
        above: Any = body
        for part in place[:-1]:
            above = above.setdefault(part, {}) if isinstance(above, dict) else above[part]
        above[place[-1]] = "<here>"
        text = json.dumps(body).replace('"<here>"', value)
        prober.send(f"{constraint} of {'.'.join(map(str, place))}", replace(good, body=text.encode()), REFUSED)
    assert prober.faults == []


def beyond(
    provider: str, schema: Any, example: Any, place: tuple[str | int, ...] = ()
) -> Iterator[tuple[Any, str, str]]:
    """Yield every bound of a schema, with a value that breaks it, as JSON text."""
    schema = contracts.resolve(provider, schema)
    if place:
        for constraint in sorted(BEYOND.keys() & schema.keys()):
            yield place, constraint, BEYOND[constraint](schema[constraint])
        if "maxItems" in schema:  # of valid items: their number alone is wrong
            yield place, "maxItems", json.dumps((example or ["x"])[:1] * (schema["maxItems"] + 1))
    for name, member in schema.get("properties", {}).items():
        inner = example.get(name) if isinstance(example, dict) else None
        yield from beyond(provider, member, inner, (*place, name))
    if "items" in schema:
        yield from beyond(provider, schema["items"], example[0] if example else None, (*place, 0))


EXACT, TINY = Context(prec=60), Decimal("1e-30")
BEYOND: Mapping[str, Callable[[Any], str]] = {
    "minimum": lambda least: str(EXACT.subtract(Decimal(str(least)), TINY)),
    "maximum": lambda most: str(EXACT.add(Decimal(str(most)), TINY)),
    "exclusiveMinimum": str,
    "exclusiveMaximum": str,
    "minLength": lambda least: json.dumps("x" * (least - 1)),
    "maxLength": lambda most: json.dumps("x" * (most + 1)),
    "enum": lambda _: '"<none of these>"',
    "const": lambda _: '"<not this>"',
    "format": lambda _: '"<not this form>"',
    "type": lambda name: "[]" if "object" in name else "{}",
    "maxProperties": lambda most: json.dumps({str(number): "x" for number in range(most + 1)}),
}


def variations(body: Any, value: str) -> Iterator[tuple[str, bytes]]:
    """Yield a body with one member changed at any depth, or one added, as JSON text; of a list only the first item."""
    unknown = (0, "unknown") if isinstance(body, list) else ("unknown",)
    for place in (unknown, *places(body)):
        changed = deepcopy(body)
        above = changed
        for part in place[:-1]:
            above = above[part]
        above[place[-1]] = "<here>"
        yield ".".join(map(str, place)), json.dumps(changed).replace('"<here>"', value).encode()


def places(body: Any) -> Iterator[tuple[str | int, ...]]:
    members = body.items() if isinstance(body, dict) else enumerate(body[:1]) if isinstance(body, list) else ()
    for name, member in members:
        yield (name,)
        yield from ((name, *below) for below in places(member))


@pytest.fixture(scope="module")
def narrow() -> Iterator[Emulator]:
    """Run an emulator that accepts bodies of up to 1,000 bytes."""
    with Emulator(port=None, limits=Limits(body_bytes_max=BODY_BYTES_MAX)) as running:
        yield running


@each_operation
def test_the_body_limit(narrow: Emulator, provider: Provider, operation: contracts.Operation, good: Draft) -> None:
    """A body one byte above the limit answers 413, with any content and credentials; one at the limit does not."""
    space = narrow.space()
    space.clock.freeze(START)
    prober = Prober(narrow, space, provider.name)
    for what, body in {"spaces": good.body.ljust(BODY_BYTES_MAX + 1), "nesting": b"[" * 2 * BODY_BYTES_MAX}.items():
        prober.send(what, replace(good, body=body), [413])
        prober.send(f"{what} without credentials", replace(good, body=body, headers={"Authorization": "none"}), [413])
    if len(good.body) <= BODY_BYTES_MAX:
        reply = prober.send("as much as may be", replace(good, body=good.body.ljust(BODY_BYTES_MAX)))
        assert reply.is_success or operation.id in NO_EXAMPLE_WORKS
    assert prober.faults == []
    space.delete()


# --- credentials ------------------------------------------------------------------------------------------------------


@each_operation
def test_invalid_credentials_are_refused(
    prober: Prober, provider: Provider, operation: contracts.Operation, good: Draft
) -> None:
    """Missing and wrong credentials answer 401 where any are required, for valid and invalid requests."""
    security = operation.description.get("security", contracts.contract(provider.name).get("security"))
    expected = [401] if security else ANSWERED
    wrong = [dict.fromkeys(prober.caller.credentials, key) for key in KEYS]
    prober.caller = prober.caller.identified(NO_CREDENTIALS)
    for headers in ({}, *wrong):
        prober.send(f"{headers}", replace(good, headers=headers), expected)
    for headers in ({}, wrong[-1]):
        prober.send(f"{headers} and a broken body", replace(good, headers=headers, body=b"{"), expected)
        prober.send(f"{headers} and an absurd query", replace(good, headers=headers, query="limit=x&a=%00"), expected)
    assert prober.faults == []


# --- queries, headers, paths and methods ------------------------------------------------------------------------------


@each_operation
def test_any_query_is_handled(prober: Prober, provider: Provider, operation: contracts.Operation, good: Draft) -> None:
    """No query causes a server error, neither a meaningless one nor an unusual value of a known parameter."""
    for query in some(QUERIES, operation.id):
        prober.send(query, replace(good, query=query))
    for parameter in parameters(provider.name, operation, "query"):
        name = parameter["name"]
        others = "".join(f"&{other}={value}" for other, value in good.query.items() if other != name)
        for text in some(TEXTS, operation.id + name):
            prober.send(f"{name}={text}", replace(good, query=f"{name}={text}{others}"))
            prober.send(f"{name}={text} twice", replace(good, query=f"{name}={text}&{name}={text}x{others}"))
    assert prober.faults == []


@each_operation
def test_any_header_is_handled(prober: Prober, provider: Provider, operation: contracts.Operation, good: Draft) -> None:
    """No header causes a server error, neither one that the operation reads nor one about the body."""
    names = [parameter["name"] for parameter in parameters(provider.name, operation, "header")]
    for name in (*names, "Content-Type", "Accept", "Accept-Encoding", "X-Emulator-Explain"):
        for value in some(HEADER_VALUES, operation.id + name):
            prober.send(f"{name}: {value!r}", replace(good, headers={name: value}))
    assert prober.faults == []


@each_operation_with_id
def test_any_id_is_handled(prober: Prober, provider: Provider, operation: contracts.Operation, good: Draft) -> None:
    """No text in place of an id causes a server error; it is unknown or invalid."""
    for parameter in parameters(provider.name, operation, "path"):
        for text in filter(str.strip, TEXTS):
            path = operation.path.replace(f"{{{parameter['name']}}}", text)
            expected = [404, 422] if provider.name == "dcycle" else [NOT_FOUND.get(operation.id, 404)]
            prober.send(text, replace(good, path=path), expected)
    assert prober.faults == []


@pytest.mark.parametrize("name", ALL)
def test_an_unknown_path_answers_404(emulator: Emulator, space: SpaceHandle, name: str) -> None:
    """An unknown path answers 404 for every method."""
    prober = Prober(emulator, space, name)
    for method in METHODS:
        for unknown in ("", "/", "/x", "/v1", "/%FF", "/%00", "/%2E%2E/", f"/{'x' * 9000}"):
            prober.send(f"{method} {unknown}", Draft(method, unknown), [404])
    assert prober.faults == []


@each_path
def test_a_similar_path_answers_404(emulator: Emulator, space: SpaceHandle, name: str, path: str) -> None:
    """A path that is almost right answers 404, with and without credentials."""
    prober, path = Prober(emulator, space, name), path.replace("{id}", "x")
    for caller in (prober.caller, prober.caller.identified(NO_CREDENTIALS)):
        prober.caller = caller
        for mistaken in (f"{path}/", f"/{path}", f"/x{path}", path.upper()):
            prober.send(f"GET {mistaken}", Draft("GET", mistaken), [404])
            prober.send(f"POST {mistaken}", Draft("POST", mistaken), [404])
    assert prober.faults == []


@each_path
def test_a_wrong_method_answers_405(emulator: Emulator, space: SpaceHandle, name: str, path: str) -> None:
    """A method that a path lacks answers 405 with the allowed ones; HEAD is allowed where GET is."""
    prober = Prober(emulator, space, name)
    own = {operation.method: operation for operation in contracts.operations(name) if operation.path == path}
    drafts = {method: good_draft(name, operation) for method, operation in own.items() if not operation.missing}
    for method in METHODS:
        if method in own:
            continue
        draft = drafts["GET"] if method == "HEAD" and "GET" in drafts else next(iter(drafts.values()))
        expected = [200] if method == "HEAD" and "GET" in own else [405]
        reply = prober.send(method, replace(draft, method=method), [200, 405] if method == "OPTIONS" else expected)
        if reply.status_code == 405 and set(reply.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"} != own.keys():
            prober.faults.append(f"{method}: Allow is {reply.headers['Allow']}")
    assert prober.faults == []
