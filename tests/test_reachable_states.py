"""Reachable states: after any requests, acts and clock changes, a space can be restored from its snapshot.

The steps are the requests of the contracts' examples, in any order and about any record. Providers whose states need
more than that have their own property.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.client.transport import DirectTransport
from emulator.core.documents import Document
from emulator.evidence import contracts
from emulator.providers import ALL
from tests.conftest import START
from tests.support.caller import Caller, credentials_of
from tests.support.drafts import good_draft

Step: TypeAlias = tuple[str, int, int]

NUMBERS = st.integers(0, 1000)
STEPS: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(["send", "send", "send", "act", "advance"]), NUMBERS, NUMBERS
)
SECONDS = (1, 3600, 86400, 40 * 86400)
RECORDS_MAX = 6
"""The number of records that a step may use: those created last, and those of the examples."""


class Client:
    """A client that sends the examples of a contract, about records in earlier replies."""

    def __init__(self, emulator: Emulator, provider: str) -> None:
        http = httpx.Client(transport=DirectTransport(emulator.app), base_url="http://127.0.0.1")
        self.space = SpaceHandle(http, emulator.space().name)
        self.space.clock.freeze(START)
        self.provider = ALL[provider]
        self.caller = Caller(self.space, provider, credentials_of(self.space, provider))
        self.operations = [found for found in contracts.operations(provider) if not found.missing]
        self.seen: list[str] = []

    def take(self, step: Step) -> object:
        """Take a step, and return its result."""
        kind, first, second = step
        match kind:
            case "send":
                return self.send(self.operations[first % len(self.operations)], second)
            case "act" if self.provider.acts and self.seen:
                act = list(self.provider.acts)[first % len(self.provider.acts)]
                subject = {"subject": self.seen[second % len(self.seen)]}
                path = f"{self.space.url}/_emulator/acts/{self.provider.name}/{act}"
                return self.space.http.post(path, json=subject).json()
            case "advance":
                return self.space.clock.advance(seconds=SECONDS[first % len(SECONDS)])
        return None

    def send(self, operation: contracts.Operation, number: int) -> object:
        """Send the example of an operation, or one about a known record, perhaps with an idempotency key."""
        about = self.seen[number % len(self.seen)] if number % 3 and self.seen else None
        key = f"key-{number % 5}" if number % 2 and operation.method == "POST" else None
        reply = self.ask(operation, about, key)
        if reply.is_success and reply.content:
            self.seen = [*self.seen, *ids(reply.json())][-RECORDS_MAX:]
        return reply.text

    def ask(self, operation: contracts.Operation, about: str | None, key: str | None = None) -> httpx.Response:
        draft = good_draft(self.provider.name, operation)
        path = draft.path
        if about and "{" in operation.path:
            before, _, after = operation.path.partition("{")
            path = f"{before}{about}{after.partition('}')[2]}"
        headers = {"Idempotency-Key": key} if key else {}
        sent = replace(draft, path=path, headers={**headers, **draft.headers})
        reply = self.caller.send(sent, promised="{" not in path)
        assert not reply.is_server_error, f"{draft.method} {path}: {reply.text}"
        return reply

    def views(self) -> list[str]:
        """Return the replies of every operation that reads, for every record."""
        reading = [operation for operation in self.operations if operation.method == "GET"]
        about = {operation.id: [None, *self.seen] if "{" in operation.path else [None] for operation in reading}
        state = self.space.http.get(f"{self.space.url}/_emulator/state/{self.provider.name}").text
        return [state, *(self.ask(operation, one).text for operation in reading for one in about[operation.id])]


def ids(content: Any) -> Iterator[str]:
    """Yield the ids in a reply: the members named so, at any depth."""
    match content:
        case dict():
            for name, member in content.items():
                if isinstance(member, str) and (name == "id" or name.endswith("_id")):
                    yield member
                else:
                    yield from ids(member)
        case list():
            for item in content:
                yield from ids(item)


def assert_own_reading_is_exact(memory: Any) -> None:
    """What the emulator has written is read without validation as with it, down to the types of its values."""
    document = Document(type(memory))
    written = document.write_json(memory)
    assert repr(document.read_own(written)) == repr(document.read_json(written)) == repr(memory)


def property_of(provider: str) -> Callable[[Emulator, list[Step], list[Step]], None]:
    @given(first=st.lists(STEPS, min_size=1, max_size=12), then=st.lists(STEPS, max_size=4))
    @settings(
        max_examples=settings.default.max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def holds(emulator: Emulator, first: list[Step], then: list[Step]) -> None:
        client = Client(emulator, provider)
        for step in first:
            client.take(step)
        seen = list(client.seen)
        snapshot = client.space.snapshot()
        shown = client.views()
        for step in then:
            client.take(step)
        client.seen = seen
        client.space.restore(json.loads(json.dumps(snapshot)))
        assert client.space.snapshot() == snapshot
        assert_own_reading_is_exact(emulator.app.spaces.get(client.space.name).backend(provider).memory)
        assert client.views() == shown
        client.space.delete()

    return holds


@pytest.mark.parametrize("provider", ALL)
def test_every_reachable_state_is_restored(emulator: Emulator, provider: str) -> None:
    """After any requests, acts and advances, a space restored from its snapshot has and shows the same state."""
    property_of(provider)(emulator)  # type: ignore[call-arg]  # Hypothesis gives the steps
