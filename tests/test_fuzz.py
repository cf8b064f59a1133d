"""Fuzz every provider and the control API: random bytes replace one or two parts of a valid request.

FUZZ_EXAMPLES sets the number of requests. They are the same in every run, unless FUZZ_RANDOM is set: then pytest's
option ``--hypothesis-seed`` chooses them.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.types import Message, Scope

from emulator import Emulator, create_app
from emulator.client.asgi_call import Headers, Reply
from emulator.evidence import contracts
from emulator.providers import ALL
from emulator.space.history import History
from emulator.web.exchange import Exchange
from tests.conftest import START
from tests.providers.dcycle.conftest import INDUSTRIES, KEY
from tests.support.caller import credentials_of
from tests.test_bad_input import good_draft
from tests.test_control import CALLS

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "200"))
REPEATABLE = "FUZZ_RANDOM" not in os.environ
SPACE = "fuzz"
PREFIX = f"/~{SPACE}"
NOT_BUILT = 501


@dataclass(frozen=True)
class Raw:
    """A request as it is written on the wire: ``path`` and ``query`` are percent-encoded."""

    method: str
    path: str
    query: bytes = b""
    headers: Headers = field(default_factory=list)
    body: bytes = b""

    def scope(self) -> Scope:
        """Return the ASGI scope that a server makes of it."""
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote(self.path),
            "raw_path": self.path.encode("ascii"),
            "query_string": self.query,
            "root_path": "",
            "headers": self.headers,
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 80),
        }


class Fuzzed:
    """An emulator on an event loop of its own. Each request goes to a new space."""

    def __init__(self, loop: asyncio.Runner) -> None:
        self.app = create_app()
        self._loop = loop
        self._recorded: list[Exchange] = []

    def begin(self) -> None:
        """Reset the space, and keep its exchanges for ``end``."""
        self._recorded += self.app.spaces.get(SPACE).history.exchanges()
        self.app.spaces.reset(SPACE)

    def end(self) -> None:
        """Take one bundle of all exchanges; one for each request would take too long."""
        self.begin()
        history = self.app.spaces.get(SPACE).history = History(len(self._recorded), 10**12)
        for number, exchange in enumerate(self._recorded):
            exchange.number = number
            history.add(exchange)
        assert len(self.control("/bundle")["requests"]) == len(self._recorded)

    def send(self, raw: Raw) -> Reply:
        return self._loop.run(self._call(raw))

    def control(self, path: str) -> Any:
        """Return the JSON of the control API's reply, which must be 200."""
        status, _, body = self.send(Raw("GET", f"{PREFIX}/_emulator{path}"))
        assert status == 200, (path, body)
        return json.loads(body)

    async def _call(self, raw: Raw) -> Reply:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": raw.body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(raw.scope(), receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], list(sent[0]["headers"]), body


# --- what is sent -----------------------------------------------------------------------------------------------------


@cache
def good_requests() -> list[Raw]:
    return list(_good_requests())


def _good_requests() -> Iterator[Raw]:
    """Yield one good request for every operation, the control API's included; none that waits or never ends."""
    with Emulator(port=None) as emulator:
        emulator.clock.freeze(START)
        for provider in ALL.values():
            given_headers = credentials_of(emulator, provider.name)
            credentials = [(name.lower().encode(), value.encode()) for name, value in given_headers.items()]
            for operation in contracts.operations(provider.name):
                if not operation.missing:
                    draft = good_draft(provider.name, operation)
                    query = "&".join(f"{name}={value}" for name, value in dict(draft.query).items())
                    path = f"{PREFIX}/{provider.name}{draft.path}"
                    yield Raw(draft.method, path, query.encode(), credentials, draft.body)
    for operation_id, method, target, body, _ in CALLS:
        if operation_id == "follow_events":
            continue
        path, _, asked = target.partition("?")
        content = b"" if body in (None, ...) else json.dumps(body).encode()
        yield Raw(method, f"{PREFIX}/_emulator{path}", asked.encode(), [], content)


CNAUGHT = [(b"authorization", b"Bearer test_acme_0001")]
DCYCLE = [(b"x-api-key", KEY.encode()), (b"x-organization-id", INDUSTRIES.encode())]
HEADERS = [b"host", b"authorization", b"x-api-key", b"x-organization-id", b"x-subaccount-id", b"idempotency-key"]
HEADERS += [b"content-type", b"content-length", b"accept", b"origin", b"cookie", b"x-emulator-explain", b""]
RANDOM_PARTS = [("body",), ("query",), ("headers",), ("method",), ("path",), ("headers", "body"), ("query", "body")]
METHODS = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "get",
    "PROPFIND",
    "M-SEARCH",
]

small_bytes = st.binary(max_size=64)
wire_text = st.one_of(
    small_bytes.map(quote),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?#"), max_size=40),
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
headers = st.lists(st.tuples(st.sampled_from(HEADERS) | small_bytes.map(bytes.lower), small_bytes), max_size=4)


@st.composite
def spliced(draw: st.DrawFn, good: bytes) -> bytes:
    """Valid bytes with random ones inserted, or in place of some."""
    start = draw(st.integers(0, len(good)))
    end = draw(st.integers(start, len(good)))
    return good[:start] + draw(small_bytes) + good[end:]


@st.composite
def bodies(draw: st.DrawFn, good: bytes) -> bytes:
    """A body: bytes, damaged valid bytes, any JSON, or the valid object with any JSON as one of its members."""
    match draw(st.integers(0, 3)):
        case 0:
            return draw(st.binary(max_size=400))
        case 1:
            return draw(spliced(good))
        case 2:
            return json.dumps(draw(json_values)).encode()
    try:
        members = json.loads(good)
    except ValueError:
        members = {}
    if not isinstance(members, dict):
        return good
    name = draw(st.sampled_from(sorted(members)) if members else st.text(max_size=8))
    return json.dumps({**members, name: draw(json_values)}).encode()


@st.composite
def requests(draw: st.DrawFn) -> Raw:
    """A valid request with one or two random parts."""
    good = draw(st.sampled_from(good_requests()))
    parts = draw(st.sampled_from(RANDOM_PARTS))
    if parts == ("body",) and not good.body:
        parts = ("query",)
    if "method" in parts:
        token = st.text("ABCXYZabcxyz!#$%&'*+-.^_`|~059", min_size=1, max_size=12)
        good = replace(good, method=draw(st.sampled_from(METHODS) | token))
    if "path" in parts:
        below = quote(draw(spliced(unquote(good.path).encode())), safe="/~%")
        good = replace(good, path=draw(st.just(below) | wire_text.map(lambda text: f"/{text}")))
    if "query" in parts:
        good = replace(good, query=draw(spliced(good.query) | st.binary(max_size=100)))
    if "headers" in parts:
        more = draw(headers)
        good = replace(good, headers=more + (good.headers if draw(st.booleans()) else []))
    if "body" in parts:
        good = replace(good, body=draw(bodies(good.body)))
    return good


# --- what must hold ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Fuzzed]:
    """An emulator in which waiting for requests times out at once."""

    async def time_out(history: History, seconds: float) -> None:
        raise TimeoutError

    with pytest.MonkeyPatch.context() as patch, asyncio.Runner() as loop:
        patch.setattr(History, "changed", time_out)
        fuzzed = Fuzzed(loop)
        yield fuzzed
        fuzzed.end()


@settings(max_examples=EXAMPLES, derandomize=REPEATABLE, database=None, suppress_health_check=list(HealthCheck))
@given(raw=requests())
@example(Raw("GET", f"{PREFIX}/dcycle/v1/total-impacts", headers=[*DCYCLE, (b"\xc0", b"")]))
@example(Raw("PUT", f"{PREFIX}/cnaught/v1/subaccounts/5nubL0NS/logo", headers=CNAUGHT, body=b"{}"))
def test_any_request_is_answered(fuzzed: Fuzzed, raw: Raw) -> None:
    """Any request gets a reply in JSON below 500, or 501, and the space can still be shown."""
    fuzzed.begin()
    status, headers, body = fuzzed.send(raw)
    assert status in range(200, 500) or status == NOT_BUILT, body
    named = dict(headers)
    if body:
        assert named[b"content-type"].partition(b";")[0] in (b"application/json", b"application/problem+json")
        json.loads(body)
    else:
        assert raw.method == "HEAD" or status == 204 or named[b"content-length"] == b"0"
    assert fuzzed.control("/health")["status"] == "ok"
    fuzzed.control("/requests")
    if status < 400 and raw.method not in ("GET", "HEAD", "OPTIONS"):
        fuzzed.control("/snapshot")
