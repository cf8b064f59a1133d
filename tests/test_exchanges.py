"""The emulator reproduces every documented exchange."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulator import Emulator
from emulator.client.embedded import SpaceHandle
from emulator.core.resources import resource
from emulator.evidence.rules import EVIDENCE, check_source
from emulator.providers import ALL
from tests.support.caller import NO_CREDENTIALS, Caller, credentials_of, use_vendor_links

FILES = [
    pytest.param(provider.name, path, id=f"{provider.name}-{path.stem}")
    for provider in ALL.values()
    for path in sorted((resource("contracts") / provider.name / "exchanges").glob("*.json"))
]
MEMBERS = {"title", "source", "evidence", "at", "given", "request", "reply", "compare", "placeholders"}
OPTIONAL = {"credentials", "note", "printed", "deviations"}
REQUEST = {"method", "path", "query", "headers"}
PRINTED_FILES = [
    file
    for file in FILES
    if "printed" in (content := json.loads(file.values[1].read_bytes())) or content["evidence"] == "seed"
]


@pytest.fixture
def space(emulator: Emulator) -> Iterator[SpaceHandle]:
    """Return a space whose clock can still start in the year of a document, with links to the vendors as documented."""
    fresh = emulator.space()
    use_vendor_links(fresh)
    yield fresh
    fresh.delete()


@pytest.mark.parametrize(("provider", "path"), FILES)
def test_a_documented_exchange_is_reproduced(space: SpaceHandle, provider: str, path: Path) -> None:
    """After the given requests, the documented request gets the documented reply."""
    exchange = json.loads(path.read_bytes())
    for request in exchange["given"]:
        assert send(space, provider, exchange, request).is_success
    reply, documented = send(space, provider, exchange, exchange["request"]), exchange["reply"]
    assert reply.status_code == documented["status"]
    assert {name: reply.headers.get(name) for name in documented["headers"]} == documented["headers"]
    compared = Comparison(exchange["compare"], exchange["placeholders"])
    assert list(compared.differences(documented["body"], reply.json(), "")) == []
    assert compared.unused == set()


@pytest.mark.parametrize(("provider", "path"), FILES)
def test_an_exchange_is_complete(provider: str, path: Path) -> None:
    """The file of an exchange has exactly the members that these tests read."""
    exchange = json.loads(path.read_bytes())
    assert MEMBERS <= exchange.keys() <= MEMBERS | OPTIONAL
    assert exchange["evidence"] in EVIDENCE
    check_source(path.name, exchange["evidence"], exchange["source"])
    assert exchange["compare"] in ("exact", "subset", "prefix")
    assert exchange.get("credentials") is None
    for request in (exchange["request"], *exchange["given"]):
        assert REQUEST <= request.keys() <= REQUEST | {"body", "at"}
    assert exchange["reply"].keys() == {"status", "headers", "body"}


@pytest.mark.parametrize(("provider", "path"), PRINTED_FILES)
def test_every_deviation_from_a_printed_sample_has_a_reason(space: SpaceHandle, provider: str, path: Path) -> None:
    """An exchange of a document lists each difference from it: documented value, value here, and reason."""
    exchange = json.loads(path.read_bytes())
    for request in exchange["given"]:
        send(space, provider, exchange, request)
    here = {
        "request": exchange["request"].get("body"),
        "reply": send(space, provider, exchange, exchange["request"]).json(),
    }
    printed = {"request": here["request"], "reply": exchange["reply"]["body"], **exchange.get("printed", {})}
    found = {
        (where, field): (before, after)
        for where in ("request", "reply")
        for field, before, after in differences(printed[where], here[where], "")
    }
    varying = set(exchange["placeholders"])
    listed = {(each["in"], each["field"]): each for each in exchange.get("deviations", ())}
    assert listed.keys() == found.keys()
    for place, deviation in listed.items():
        before, after = found[place]
        assert deviation.get("printed", ABSENT) == before, place
        assert place[1] in varying or deviation.get("here", ABSENT) == after, place
        assert re.fullmatch(r"[A-Z].{20,150}\.", deviation["reason"]), place


ORDERED_OTHERWISE = {
    "cnaught-place-order": "prints amount_kg before metadata, and the samples of all other orders after it",
    "cnaught-place-ride-order": "prints price_usd_cents before state, and the samples of all other orders after it",
    "cnaught-list-subaccounts": "prints email last, and the sample of one subaccount after the name",
    "cnaught-get-project": "lists what the SDK's tests expect, in no order",
}
"""Samples whose members come in another order than those of another sample of the same object, and how."""


@pytest.mark.parametrize(
    ("provider", "path"),
    [file for file in FILES if file.values[0] != "dcycle" and file.id not in ORDERED_OTHERWISE],
)
def test_members_come_in_the_order_of_the_sample(space: SpaceHandle, provider: str, path: Path) -> None:
    """Members come in the order in which a sample prints them. Dcycle's pages vary the order of the same object."""
    exchange = json.loads(path.read_bytes())
    for request in exchange["given"]:
        send(space, provider, exchange, request)
    reply = send(space, provider, exchange, exchange["request"])
    printed = exchange.get("printed", {}).get("reply", exchange["reply"]["body"])
    assert list(disordered(printed, reply.json(), "")) == []


def disordered(printed: Any, here: Any, place: str) -> Iterator[str]:
    """Yield each place at which the members that both have come in another order."""
    if isinstance(printed, dict) and isinstance(here, dict):
        if [name for name in printed if name in here] != [name for name in here if name in printed]:
            yield f"at {place or '/'}: {list(here)}"
        for name in printed.keys() & here.keys():
            yield from disordered(printed[name], here[name], f"{place}/{name}")
    elif isinstance(printed, list) and isinstance(here, list):
        for index, (before, after) in enumerate(zip(printed, here, strict=False)):
            yield from disordered(before, after, f"{place}/{index}")


def differences(printed: Any, here: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield each difference between a documented sample and the reply: its place, and both values.

    Lists of different lengths differ as a whole, by their number of items.
    """
    if isinstance(printed, dict) and isinstance(here, dict):
        for name in dict.fromkeys((*printed, *here)):
            below = f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
            yield from differences(printed.get(name, ABSENT), here.get(name, ABSENT), below)
    elif isinstance(printed, list) and isinstance(here, list):
        if len(printed) != len(here):
            yield place, f"{len(printed)} items", f"{len(here)} items"
        for index, (before, after) in enumerate(zip(printed, here, strict=False)):
            yield from differences(before, after, f"{place}/{index}")
    elif printed != here:
        yield place, printed, here


ABSENT = object()
"""The value of a member that is missing on one side."""


def send(space: SpaceHandle, provider: str, exchange: Mapping[str, Any], request: Mapping[str, Any]) -> httpx.Response:
    """Send a request of an exchange at its time, with the default credentials unless the exchange has none."""
    space.clock.freeze(request.get("at", exchange["at"]))
    identified = exchange.get("credentials", True) is not None
    caller = Caller(space, provider, credentials_of(space, provider) if identified else NO_CREDENTIALS)
    content = {} if request.get("body") is None else {"json": request["body"]}
    return caller.request(
        request["method"], request["path"], params=request["query"], headers=request["headers"], **content
    )


class Comparison:
    """Compares a reply with a documented one.

    ``unused`` are the placeholders that matched nothing yet. ``subset`` allows undocumented members; ``prefix`` allows
    more items after the documented ones.
    """

    def __init__(self, how: str, placeholders: Mapping[str, str]) -> None:
        self.how = how
        self.placeholders = placeholders
        self.unused = set(placeholders)

    def differences(self, documented: Any, got: Any, place: str) -> Iterator[str]:
        if json_type(documented) != json_type(got):
            yield f"at {place or '/'}: {json_type(documented)} is documented, received {got!r}"
        elif place in self.placeholders:
            self.unused.discard(place)
        elif isinstance(documented, dict):
            yield from self._members(documented, got, place)
        elif isinstance(documented, list):
            yield from self._items(documented, got, place)
        elif documented != got:
            yield f"at {place or '/'}: {documented!r} is documented, received {got!r}"

    def _members(self, documented: dict[str, Any], got: dict[str, Any], place: str) -> Iterator[str]:
        if missing := documented.keys() - got.keys():
            yield f"at {place or '/'}: {sorted(missing)} did not come"
        if self.how != "subset" and (more := got.keys() - documented.keys()):
            yield f"at {place or '/'}: received undocumented {sorted(more)}"
        for name in documented.keys() & got.keys():
            below = name.replace("~", "~0").replace("/", "~1")
            yield from self.differences(documented[name], got[name], f"{place}/{below}")

    def _items(self, documented: list[Any], got: list[Any], place: str) -> Iterator[str]:
        if len(got) < len(documented) or (self.how != "prefix" and len(got) > len(documented)):
            yield f"at {place or '/'}: {len(documented)} items are documented, received {len(got)}"
        for index, (item, received) in enumerate(zip(documented, got, strict=False)):
            yield from self.differences(item, received, f"{place}/{index}")


def json_type(value: Any) -> str:
    """Return the JSON Schema name of a type; integers are numbers."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}
    return names.get(type(value), "null")
