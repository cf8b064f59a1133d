"""A space on the server that is killed, and its twin on one that is not: both get the same requests."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from time import sleep
from typing import Any

import httpx

from crash.servers import Server
from emulator import Emulator
from soak import calls
from soak.calls import Call

REPLY_SECONDS_MAX = 60
REFUSED_SECONDS = 0.05
COMMAND = "/_emulator"
START = "2026-01-01T00:00:00Z"


class Differs(AssertionError):
    """The two servers have replied differently, or their states differ."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The part of a reply that a client sees."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def of(cls, reply: httpx.Response) -> "Reply":
        headers = ((name.lower(), value) for name, value in reply.headers.items())
        compared = (pair for pair in headers if pair[0] not in ("connection", "x-emulator-generation"))
        return cls(reply.status_code, tuple(sorted(compared)), reply.content)


class Twins:
    """A space and its twin, and a client that sends one request at a time."""

    def __init__(self, name: str, server: Server, spared: Emulator, seed: int) -> None:
        self.name = name
        self.server = server
        self.spared = spared.http
        self.random = Random(f"{seed} {name}")
        self.http = httpx.Client(timeout=REPLY_SECONDS_MAX, trust_env=False)
        self.life = 0
        self.written: list[str] = []
        self.acknowledged = self.interrupted = self.stored = self.refused = 0

    def run(self, steps: int | None, stop: Any) -> None:
        """Send requests until ``stop`` is set, at most ``steps``."""
        self.send(Call(f"{COMMAND}/clock", calls.JSON, b'{"now": "%s", "frozen": true}' % START.encode(), "PUT"))
        for number, call in enumerate(self._calls(), start=1):
            if stop.is_set() or number == steps:
                break
            self.send(call)

    def _calls(self) -> Iterator[Call]:
        number = 0
        while True:
            number += 1
            vendor = self.random.choice(calls.VENDORS[:2] if number % 4 else calls.VENDORS)
            match self.random.randrange(20):
                case 0:
                    yield _command("POST", "/clock/advance", b'{"seconds": 60}')
                case 1:
                    fault = b'{"effect": {"status": 500}, "provider": "%s", "times": 2}' % vendor.encode()
                    yield _command("POST", "/faults", fault)
                case 2:
                    yield _command("POST", f"/snapshots/{self.random.choice('abc')}", b"")
                case 3 if number > 200 and self.random.random() < 0.1:
                    self.written.clear()
                    yield _command("POST", "/reset", b"")
                    yield _command("PUT", "/clock", b'{"now": "%s", "frozen": true}' % START.encode())
                case 4 if self.written:
                    yield calls.write("cnaught", self.random.choice(self.written))
                case kind if kind < 12:
                    tag = f"{calls.TAG}{self.name}-{number}"
                    if vendor == "cnaught":
                        self.written.append(tag)
                    yield calls.write(vendor, tag)
                case _:
                    yield calls.read(self.random)

    # --- one request to both

    def send(self, call: Call) -> None:
        """Send a request to both servers, and compare the replies; after a crash, find out whether it was stored."""
        while True:
            try:
                reply = self._killed(call)
            except httpx.TransportError:
                self.interrupted += 1
                if self._was_stored(call):
                    return
                continue
            if reply.status == 503:
                self._refuse(call, reply)
                continue
            self._compare(call, reply, self._spared(call))
            self.acknowledged += 1
            return

    def _refuse(self, call: Call, reply: Reply) -> None:
        """Check a refusal to store a request, and wait before the request is repeated."""
        headers = dict(reply.headers)
        is_json = "json" in headers.get("content-type", "")
        if headers.get("retry-after") != "1" or not is_json or "x-emulator-request-id" in headers:
            raise Differs(f"{self.name}: {call.method} {call.path} is refused with {reply}")
        self.refused += 1
        sleep(REFUSED_SECONDS)

    def check(self) -> None:
        """Compare the whole state of both spaces, and check it for duplicates."""
        while True:
            try:
                mine, count = self._state()
            except httpx.TransportError:
                continue
            break
        snapshot = self.spared.get(self._path(f"{COMMAND}/snapshot")).json()
        if mine != snapshot:
            raise Differs(f"{self.name}: the states differ: {_difference(mine, snapshot)}")
        if count != self._spared_count():
            raise Differs(f"{self.name}: {count} requests, and {self._spared_count()} at the twin")
        twice = [tag for tag, times in calls.tags_in(mine["memory"]).items() if times > 1]
        if twice:
            raise Differs(f"{self.name}: written twice: {twice[:3]}")
        verdict = self._killed(Call(f"{COMMAND}/ledger/verify"))
        if b'"holds":false' in verdict.body.replace(b" ", b""):
            raise Differs(f"{self.name}: the ledger does not verify")

    def _was_stored(self, call: Call) -> bool:
        """Return whether a request without a reply was stored. If it was, send it to the twin too."""
        while True:
            try:
                mine, count = self._state()
            except httpx.TransportError:
                continue
            break
        before, before_count = self.spared.get(self._path(f"{COMMAND}/snapshot")).json(), self._spared_count()
        if mine == before and count == before_count:
            return False
        self.stored += 1
        self._spared(call)
        after, after_count = self.spared.get(self._path(f"{COMMAND}/snapshot")).json(), self._spared_count()
        if mine != after or count != after_count:
            which = _difference(mine, after) if mine != after else f"{count} requests, not {after_count}"
            raise Differs(f"{self.name}: {call.method} {call.path} was stored in part: {which}")
        return True

    def _compare(self, call: Call, reply: Reply, expected: Reply) -> None:
        if reply != expected:
            raise Differs(f"{self.name}: {call.method} {call.path}: {reply} is not {expected}")

    # --- the servers

    def _killed(self, call: Call) -> Reply:
        return Reply.of(self._send(self.http, self._url(), call))

    def _spared(self, call: Call) -> Reply:
        return Reply.of(self._send(self.spared, "http://127.0.0.1", call))

    def _url(self) -> str:
        """Return the URL of the server, or of the next one if it was killed."""
        url = self.server.url
        if url is None or self.server.lives != self.life:
            url = self.server.wait(0 if url else self.life)
            self.life = self.server.lives
        return url

    def _send(self, http: httpx.Client, url: str, call: Call) -> httpx.Response:
        headers = {"Host": "localhost", "User-Agent": "crash", **call.headers}
        return http.request(call.method, url + self._path(call.path), headers=headers, content=call.body)

    def _path(self, path: str) -> str:
        return f"/~{self.name}{path}"

    def _state(self) -> tuple[dict[str, Any], int]:
        """Return the snapshot of the space, and the number of its requests."""
        url = self._url()
        snapshot = self.http.get(url + self._path(f"{COMMAND}/snapshot"), headers={"Host": "localhost"}).json()
        listed = self.http.get(url + f"{COMMAND}/spaces", headers={"Host": "localhost"}).json()["spaces"]
        return snapshot, next((space["requests"] for space in listed if space["name"] == self.name), 0)

    def _spared_count(self) -> int:
        listed = self.spared.get(f"{COMMAND}/spaces").json()["spaces"]
        return next((space["requests"] for space in listed if space["name"] == self.name), 0)


def _command(method: str, path: str, body: bytes) -> Call:
    return Call(COMMAND + path, calls.JSON, body, method)


def _difference(one: Any, other: Any, place: str = "") -> str:
    """Return the first place where two documents differ, and both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *other]:
            if one.get(name) != other.get(name):
                return _difference(one.get(name), other.get(name), f"{place}.{name}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (each, its) in enumerate(zip(one, other, strict=True)):
            if each != its:
                return _difference(each, its, f"{place}[{number}]")
    return f"{place}: {str(one)[:200]} is not {str(other)[:200]}"
