"""Anything at all, to every provider and the control API: bytes of chance in the place of each part of a request.

FUZZ_EXAMPLES sets how many requests there are; CI asks for more of them than ``make test``, and always for the same.
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
from emulator.client.transport import Headers, Reply
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
SPACE = "fuzz"
PREFIX = f"/~{SPACE}"
NOT_BUILT = 501


@dataclass(frozen=True)
class Raw:
    """A request as it stands on the wire: ``path`` and ``query`` are text of ASCII, percent signs and all."""

    method: str
    path: str
    query: bytes = b""
    headers: Headers = field(default_factory=list)
    body: bytes = b""

    def scope(self) -> Scope:
        """What a server makes of it."""
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
    """An emulator on an event loop of its own, each request to which goes into a space as it was born."""

    def __init__(self, loop: asyncio.Runner) -> None:
        self.app = create_app()
        self._loop = loop
        self._told: list[Exchange] = []

    def begin(self) -> None:
        """Forget what has been, but for what a bundle will tell of it."""
        self._told += self.app.spaces.get(SPACE).history.exchanges()
        self.app.spaces.reset(SPACE)

    def end(self) -> None:
        """All that was ever sent can be told in one bundle. (To take one for each request would take too long.)"""
        self.begin()
        history = self.app.spaces.get(SPACE).history = History(len(self._told), 10**12)
        for number, exchange in enumerate(self._told):
            exchange.number = number
            history.add(exchange)
        assert len(self.control("/bundle")["requests"]) == len(self._told)

    def send(self, raw: Raw) -> Reply:
        return self._loop.run(self._call(raw))

    def control(self, path: str) -> Any:
        """What the control API answers, which it must."""
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
    """One good request for every operation, the control API's included; none that waits."""
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
    for _, method, target, body, _ in CALLS:
        path, _, asked = target.partition("?")
        content = b"" if body in (None, ...) else json.dumps(body).encode()
        yield Raw(method, f"{PREFIX}/_emulator{path}", asked.encode(), [], content)


CNAUGHT = [(b"authorization", b"Bearer test_acme_0001")]
DCYCLE = [(b"x-api-key", KEY.encode()), (b"x-organization-id", INDUSTRIES.encode())]
HEADERS = [b"host", b"authorization", b"x-api-key", b"x-organization-id", b"x-subaccount-id", b"idempotency-key"]
HEADERS += [b"content-type", b"content-length", b"accept", b"origin", b"cookie", b"x-emulator-explain", b""]
LEFT_TO_CHANCE = [("body",), ("query",), ("headers",), ("method",), ("path",), ("headers", "body"), ("query", "body")]
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
    """Good bytes with a piece of chance in them, in the place of some or of none."""
    start = draw(st.integers(0, len(good)))
    end = draw(st.integers(start, len(good)))
    return good[:start] + draw(small_bytes) + good[end:]


@st.composite
def bodies(draw: st.DrawFn, good: bytes) -> bytes:
    """A body: bytes, good bytes gone wrong, any JSON, or the good object with any JSON for one of its members."""
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
    """A good request of which a part or two are left to chance."""
    good = draw(st.sampled_from(good_requests()))
    parts = draw(st.sampled_from(LEFT_TO_CHANCE))
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
    """An emulator in which nobody waits for requests that do not come."""

    async def gave_up(history: History, seconds: float) -> None:
        raise TimeoutError

    with pytest.MonkeyPatch.context() as patch, asyncio.Runner() as loop:
        patch.setattr(History, "changed", gave_up)
        fuzzed = Fuzzed(loop)
        yield fuzzed
        fuzzed.end()


@settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(raw=requests())
@example(Raw("GET", f"{PREFIX}/dcycle/v1/total-impacts", headers=[*DCYCLE, (b"\xc0", b"")]))
@example(Raw("PUT", f"{PREFIX}/cnaught/v1/subaccounts/5nubL0NS/logo", headers=CNAUGHT, body=b"{}"))
def test_whatever_comes_is_answered(fuzzed: Fuzzed, raw: Raw) -> None:
    """No bytes make the emulator stumble: whatever comes has its answer, in JSON, and the space lives on."""
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
