"""Snapshots: every reachable state can be restored, and every restored state can be shown."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.client.transport import DirectTransport
from tests.conftest import START
from tests.providers.carboninsights.conftest import (
    LOGIN,
    NEW_USER,
    SAMPLE_USER,
    SCORE,
    bearing,
    change_settings,
    purchase,
)
from tests.support.caller import NO_CREDENTIALS, Caller
from tests.support.hostile import Hostile, failures

LIMITED = {"throttled": True, "requests_per_minute": 2, "requests_per_day": 3}
SETTINGS = [{}, LIMITED, {"access_seconds": 0.5}, {"refresh_seconds": 1.0, "category_aliases": False}]

steps = st.one_of(
    st.tuples(st.just("register"), st.sampled_from(["newcomer", "latecomer", SAMPLE_USER["username"]])),
    st.tuples(st.just("log in"), st.sampled_from(["newcomer", "latecomer", SAMPLE_USER["username"]])),
    st.tuples(st.just("refresh"), st.integers(0, 3)),
    st.tuples(st.just("ask"), st.integers(0, 3)),
    st.tuples(st.just("advance"), st.sampled_from([0.5, 1, 60, 300, 86400])),
    st.tuples(st.just("settings"), st.sampled_from(SETTINGS)),
)


class Client:
    """A client that takes steps, and knows all tokens that it was given."""

    def __init__(self, emulator: Emulator) -> None:
        http = httpx.Client(transport=DirectTransport(emulator.app), base_url="http://127.0.0.1")
        self.space = SpaceHandle(http, emulator.space().name)
        self.space.clock.freeze(START)
        self.client = Caller(self.space, "carboninsights", NO_CREDENTIALS)
        self.tokens: list[dict[str, str]] = []

    def take(self, step: tuple[Any, ...]) -> list[object]:
        """Take one step, which may be refused, and return its result."""
        match step:
            case ("register", username):
                return [self.client.post("/register", {**NEW_USER, "username": username}).json()]
            case ("log in", username):
                return self.log_in({**NEW_USER, "username": username}) + self.log_in(LOGIN)
            case ("refresh", nth) if nth < len(self.tokens):
                return [self.client.post("/token/refresh", {"refresh": self.tokens[nth]["refresh"]}).json()]
            case ("ask", nth) if nth < len(self.tokens):
                return [self.ask(self.tokens[nth]["access"]).json()]
            case ("advance", seconds):
                return [self.space.clock.advance(seconds=seconds)]
            case ("settings", changes):
                change_settings(self.client, **changes)
        return []

    def log_in(self, user: dict[str, str]) -> list[object]:
        reply = self.client.post("/token", {name: user[name] for name in LOGIN})
        if reply.status_code == 200:
            self.tokens.append(reply.json())
        return [reply.json()]

    def ask(self, access: str) -> httpx.Response:
        rows = [purchase("Air Travel"), purchase("Groceries")]
        return bearing(self.client, access).post(SCORE, {"transactions": rows})


@given(first=st.lists(steps, max_size=12), then=st.lists(steps, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_reachable_state_is_restored(emulator: Emulator, first: list[Any], then: list[Any]) -> None:
    """After any steps, a restored space remembers, answers and announces the same as before."""
    client = Client(emulator)
    for step in first:
        client.take(step)
    snapshot, tokens = client.space.snapshot(), list(client.tokens)
    results = [client.take(step) for step in [*then, ("advance", 86400)]]
    client.space.restore(snapshot)
    client.tokens = tokens
    assert client.space.snapshot() == snapshot
    assert [client.take(step) for step in [*then, ("advance", 86400)]] == results
    client.space.delete()


@pytest.fixture(scope="module")
def hostile(emulator: Emulator) -> Iterator[tuple[Client, Hostile]]:
    """Yield a client of a space whose memory has one of everything, and hostile variations of that."""
    client = Client(emulator)
    client.take(("settings", LIMITED))
    client.take(("register", "newcomer"))
    client.take(("log in", "newcomer"))
    for nth in (0, 0, 1):
        assert client.ask(client.tokens[nth]["access"]).status_code == 200
    yield client, Hostile(client.space, client.space.snapshot(), "carboninsights")
    client.space.delete()


@given(number=st.integers(0, 10_000))
@settings(max_examples=10 * settings.default.max_examples)
def test_every_restored_state_can_be_shown(hostile: tuple[Client, Hostile], number: int) -> None:
    """A snapshot with a hostile value anywhere is refused, or every operation works on it and it is restored again."""
    client, snapshots = hostile
    if change := snapshots.restored(number):
        assert failures(change, replies(client)) == []


def replies(client: Client) -> Iterator[httpx.Response]:
    """Yield the replies of every operation, and of the control API, before and after the clock has moved on."""
    space, control = client.space, f"{client.space.url}/_emulator"
    for seconds in (1, 86400 * 365):
        for pair in client.tokens:
            yield client.ask(pair["access"])
            yield client.client.post("/token/refresh", {"refresh": pair["refresh"]})
        for user in (SAMPLE_USER, NEW_USER, {**NEW_USER, "username": "another"}):
            yield client.client.post("/register", user)
            reply = client.client.post("/token", {name: user[name] for name in LOGIN})
            yield reply
            if reply.status_code == 200:
                yield client.ask(reply.json()["access"])
        yield from (space.http.get(f"{control}/{path}") for path in ("state/carboninsights", "ledger", "ledger/verify"))
        again = space.http.get(f"{control}/snapshot")
        yield again
        assert space.http.put(f"{control}/snapshot", content=again.content).status_code == 200
        yield space.http.post(f"{control}/clock/advance", json={"seconds": seconds})
