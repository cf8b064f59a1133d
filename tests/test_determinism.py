"""Determinism: the same seed, fixtures, requests and clock give the same bytes; another seed gives other ids."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from emulator.app import make_world
from emulator.client.embedded import SpaceHandle
from emulator.core.on_demand import OnDemand
from emulator.core.resources import resource
from emulator.evidence import contracts
from emulator.providers import ALL
from tests.support.caller import credentials_of, use_vendor_links

WRITES_AT = ("2026-02-01T00:00:00Z", "2026-02-01T00:00:00.001Z", "2026-03-01T12:00:00Z")

SIGNED = '"refresh": "eyJ'
"""A token that seed 0 has signed is refused under any other seed."""

each_provider = pytest.mark.parametrize("provider", ALL)


@dataclass(frozen=True)
class Step:
    """A request, and the time of the clock when it is sent."""

    at: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Transcript:
    """Every reply as bytes, and the final memory of the space."""

    replies: list[bytes]
    snapshot: dict[str, Any]


@pytest.fixture(scope="module")
def first(emulator: Emulator) -> Mapping[str, Transcript]:
    """Return each provider's transcript of one space, to be compared with those of others."""
    return OnDemand(ALL, lambda provider: transcript(emulator.space("first"), provider))


@each_provider
def test_two_spaces_answer_the_same_bytes(emulator: Emulator, first: Mapping[str, Transcript], provider: str) -> None:
    """Two spaces give the same statuses, headers and bodies, but for the space's name, and end with the same memory."""
    assert any(reply.startswith(b"20") for reply in first[provider].replies)
    assert transcript(emulator.space("other"), provider) == first[provider]


@each_provider
def test_two_servers_answer_the_same_bytes(first: Mapping[str, Transcript], provider: str) -> None:
    """Two servers with the same seed give the same transcripts."""
    with Emulator(port=None) as other:
        assert transcript(other.space("other"), provider) == first[provider]


@each_provider
def test_another_seed_gives_other_ids(first: Mapping[str, Transcript], provider: str) -> None:
    """A server with another seed gives as many ids, but other ones; providers without ids reply alike."""
    expected = first[provider]
    with Emulator(port=None, seed=1) as other:
        actual = transcript(other.space("other"), provider)
    assert actual.snapshot["ids"] == expected.snapshot["ids"]
    assert (actual.replies != expected.replies) == bool(expected.snapshot["ids"])


def test_another_process_answers_the_same_bytes(first: Mapping[str, Transcript]) -> None:
    """A process with another hash seed, hence another order of sets, gives the same transcripts, and writes the same
    fixtures.
    """
    program = "from tests.test_determinism import digests_of_this_process as digests; print(digests())"
    environment = {**os.environ, "PYTHONHASHSEED": "4412"}
    root = Path(__file__).parent.parent
    printed = subprocess.check_output([sys.executable, "-c", program], cwd=root, env=environment, text=True)
    assert json.loads(printed) == digests(first)


def digests(transcripts: Mapping[str, Transcript]) -> dict[str, str]:
    """Return a digest of every provider's transcript, and of the fixtures as they are written."""
    found = {**transcripts, "fixtures": make_world().fixtures.whole()}
    return {name: sha256(repr(each).encode()).hexdigest() for name, each in found.items()}


def digests_of_this_process() -> str:
    """Return the digests of a new emulator, as JSON."""
    with Emulator(port=None) as emulator:
        return json.dumps(digests({name: transcript(emulator.space("first"), name) for name in ALL}))


def transcript(space: SpaceHandle, provider: str) -> Transcript:
    """Return the replies of a fresh space to all documented exchanges of a provider, and to some writes."""
    replies = []
    use_vendor_links(space)  # links to a space's own pages have its name
    for step in sorted((*documented(provider), *writes(provider)), key=lambda step: datetime.fromisoformat(step.at)):
        space.clock.freeze(step.at)
        reply = space.http.request(
            step.method,
            f"{space.url}/{provider}{step.path}",
            params=step.query,
            headers={**credentials_of(space, provider), **step.headers},
            json=step.body,
        )
        content = reply.content.replace(b"/~%b/" % space.name.encode(), b"/~NAME/")  # addresses of uploads
        replies.append(b"%d\n%r\n%b" % (reply.status_code, reply.headers.raw, content))
    snapshot = space.snapshot()
    space.delete()
    return Transcript(replies, snapshot)


def documented(provider: str) -> Iterator[Step]:
    """Yield the documented exchanges, each at its time, after the requests that it needs."""
    for path in sorted((resource("contracts") / provider / "exchanges").glob("*.json")):
        exchange = json.loads(path.read_bytes())
        for request in (*exchange["given"], exchange["request"]):
            whole = {"at": exchange["at"], "body": None, **request}
            if SIGNED not in json.dumps(whole["body"]):
                yield Step(**whole)


def writes(provider: str) -> Iterator[Step]:
    """Yield the contract's examples of every body, several times."""
    for operation in contracts.operations(provider):
        for media in operation.description.get("requestBody", {}).get("content", {}).values():
            examples = [media.get("example"), *(found["value"] for found in media.get("examples", {}).values())]
            for at in WRITES_AT:
                yield from (Step(at, operation.method, operation.path, {}, {}, body) for body in examples if body)
