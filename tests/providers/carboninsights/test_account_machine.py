"""Accounts, tokens and rate limits under any sequence of requests."""

from collections import Counter
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from emulator import Emulator
from tests.conftest import START
from tests.providers.carboninsights.conftest import SAMPLE_USER, ask, bearing, change_settings, purchase
from tests.support.caller import NO_CREDENTIALS, Caller

ACCESS_SECONDS, REFRESH_SECONDS = 300, 86400
PER_MINUTE, PER_DAY = 3, 5
LIMITS = ((PER_MINUTE, 60), (PER_DAY, 86400))

NAMES = st.sampled_from([SAMPLE_USER["username"], "newcomer", "latecomer", "Newcomer"])
PASSWORDS = st.sampled_from([SAMPLE_USER["password"], "0nlyL0calFood", "0nlylocalfood"])
SPANS = st.sampled_from([1, 59, 60, ACCESS_SECONDS - 1, ACCESS_SECONDS, 3600, REFRESH_SECONDS - 1, REFRESH_SECONDS])


@dataclass(frozen=True, slots=True)
class Token:
    """An issued token: its text, kind and account, and the second from nth it is expired."""

    text: str
    kind: str
    username: str
    expires: int


class Accounts(RuleBasedStateMachine):
    """Clients that register, log in, refresh, request scores, wait, and make mistakes."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self.space = emulator.space()
        self.space.clock.freeze(START)
        self.client = Caller(self.space, "carboninsights", NO_CREDENTIALS)
        self.seconds = 0
        self.given = {SAMPLE_USER["username"]: SAMPLE_USER["password"]}
        self.registered: dict[str, str] = {}
        self.tokens: list[Token] = []
        self.throttled = False
        self.admitted: dict[tuple[str, int], list[int]] = {}
        self.footprint: object = None

    def teardown(self) -> None:
        self.space.delete()

    # --- rules

    @rule(username=NAMES, password=PASSWORDS)
    def register(self, username: str, password: str) -> None:
        """A username can be registered once, that of the sample account with its password alone."""
        reply = self.client.post("/register", {**SAMPLE_USER, "username": username, "password": password})
        taken = username in self.registered or self.given.get(username, password) != password
        assert reply.status_code == (400 if taken else 201)
        if not taken:
            self.registered[username] = password

    @rule()
    def log_in_as_sample_user(self) -> None:
        """The sample account works from the start."""
        self.log_in(SAMPLE_USER["username"], SAMPLE_USER["password"])

    @rule(data=st.data())
    def log_in_as_registered(self, data: st.DataObject) -> None:
        """A registered account can log in."""
        if self.registered:
            self.log_in(*data.draw(st.sampled_from(sorted(self.registered.items()))))

    @rule(username=NAMES, password=PASSWORDS)
    def log_in(self, username: str, password: str) -> None:
        """Only the registered password is accepted."""
        reply = self.client.post("/token", {"username": username, "password": password})
        if {**self.given, **self.registered}.get(username) != password:
            assert reply.status_code == 401
        else:
            assert reply.status_code == 200
            self.add_token("access", reply.json()["access"], username)
            self.add_token("refresh", reply.json()["refresh"], username)

    @rule(nth=st.integers(0, 5))
    def refresh(self, nth: int) -> None:
        """A refresh token gives access tokens until it expires; an access token gives none."""
        token = self.token(nth)
        reply = self.client.post("/token/refresh", {"refresh": token.text})
        if self.is_valid(token, "refresh"):
            assert reply.status_code == 200
            self.add_token("access", reply.json()["access"], token.username)
        else:
            assert reply.status_code == 401

    @rule(nth=st.integers(0, 5))
    def ask(self, nth: int) -> None:
        """A valid access token gives the same score every time, within the rate limits."""
        token = self.token(nth)
        reply = ask(bearing(self.client, token.text), purchase("Air Travel"))
        if not self.is_valid(token, "access"):
            assert reply.status_code == 401
        elif self.throttled and self.wait_for(token.username):
            assert reply.status_code == 429
            assert int(reply.headers["Retry-After"]) == self.wait_for(token.username)
        else:
            assert reply.status_code == 200
            self.footprint = self.footprint or reply.json()
            assert reply.json() == self.footprint
        if self.throttled and self.is_valid(token, "access"):
            for limit, span in LIMITS:
                if self.wait_at(limit, span, token.username) <= 0:
                    self.admitted.setdefault((token.username, span), []).append(self.seconds)

    @rule(seconds=SPANS)
    def wait(self, seconds: int) -> None:
        """Each token that expires on the way is an event, and so is the end of each account's wait."""
        waiting = {username for username, _ in self.admitted if self.throttled and self.wait_for(username) > 0}
        before, self.seconds = self.seconds, self.seconds + seconds
        kinds = Counter(event["kind"] for event in self.space.clock.advance(seconds=seconds))
        assert kinds["token.expired"] == sum(before < token.expires <= self.seconds for token in self.tokens)
        assert kinds["throttle.ended"] == sum(self.wait_for(username) <= 0 for username in waiting)

    @rule()
    def throttle(self) -> None:
        """Count and limit requests from now on."""
        change_settings(self.client, throttled=True, requests_per_minute=PER_MINUTE, requests_per_day=PER_DAY)
        self.throttled = True

    @rule()
    def restore(self) -> None:
        """Restore the space from its own snapshot."""
        self.space.restore(self.space.snapshot())

    # --- expectations

    def add_token(self, kind: str, text: str, username: str) -> None:
        lifetime = ACCESS_SECONDS if kind == "access" else REFRESH_SECONDS
        self.tokens.append(Token(text, kind, username, self.seconds + lifetime))

    def token(self, nth: int) -> Token:
        """Return one of the last tokens, or one that was never issued."""
        return self.tokens[-1 - nth] if nth < len(self.tokens) else Token("a.b.c", "none", "nobody", 0)

    def is_valid(self, token: Token, kind: str) -> bool:
        return token.kind == kind and self.seconds < token.expires

    def wait_for(self, username: str) -> int:
        """Return the seconds until another request is admitted."""
        return max(0, *(self.wait_at(limit, span, username) for limit, span in LIMITS))

    def wait_at(self, limit: int, span: int, username: str) -> int:
        """Return the seconds until one limit admits another request; 0 or less if it does now."""
        times = self.admitted.get((username, span), [])
        return times[-limit] + span - self.seconds if len(times) >= limit else 0

    @invariant()
    def every_token_is_unique(self) -> None:
        assert len({token.text for token in self.tokens}) == len(self.tokens)


def test_tokens_and_limits_hold(emulator: Emulator) -> None:
    """A token is valid for its kind until it expires, and the rate limits hold."""
    run_state_machine_as_test(
        lambda: Accounts(emulator),  # type: ignore[arg-type]  # it takes any factory
        settings=settings(max_examples=12, stateful_step_count=40, deadline=None, derandomize=True),
    )
