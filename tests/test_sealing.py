"""Bundles contain no secret, however it was sent, and replay with placeholders."""

import json
from math import inf
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import Emulator
from emulator.app import make_world
from emulator.bundles import bundle
from emulator.bundles.replay import replay
from emulator.bundles.seal import Seal
from emulator.client.handles import SpaceHandle
from tests.support.caller import NO_CREDENTIALS, Caller, credentials_of

SECRET = "correct-horse"
NUMBER = 1029384756
WORLD = make_world()


def sealed(space: SpaceHandle) -> str:
    """Return the bundle of a space as text, after checking that it replays."""
    document = space.control("GET", "/bundle")
    assert replay(bundle.read(document, WORLD), WORLD) is None
    return json.dumps(document["requests"])


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"password": SECRET}),
        json.dumps({"password": [SECRET, {"a": SECRET}, None, True]}),
        json.dumps([{"a": {"api_key": SECRET, "amount": 1.5}}]),
        json.dumps({"password": NUMBER}),
        json.dumps({"password": -NUMBER}),
        json.dumps({"password": f"{SECRET} {10**400}", "api_key": [10**400, 1.5, -0.0, ""]}),
        f'{{"password" : "{SECRET[0]}\\u006frrect-horse", "{SECRET[:3]}": 1e5}}',
        json.dumps({"password": SECRET})[:-1],
        json.dumps({"password": SECRET})[:-3],
        json.dumps({"password": SECRET, "amount": 10**30}),
        f'{{"password": "{SECRET}", "amount": NaN}}',
        f'{{"password": "{SECRET}", "name": "\\ud800"}}',
        f"username=ada&password={SECRET}",
        f"password={SECRET}&name=\xff",
        f"password: '{SECRET}",
    ],
)
def test_a_secret_in_a_body_is_hidden(cnaught: Caller, content: str) -> None:
    """A secret member of any type is removed at any depth, also from invalid JSON and from a form."""
    cnaught.post("/v1/orders", content=content.encode("latin-1"))
    text = sealed(cnaught.space)
    assert SECRET not in text
    assert str(NUMBER) not in text


@pytest.mark.parametrize("query", ["api_key={}", "limit=1&api%5Fkey={}", "password={}&password={}x", "&access={}&a"])
def test_a_secret_in_a_query_is_hidden(cnaught: Caller, query: str) -> None:
    """A secret parameter is removed from the query, and the others stay."""
    cnaught.get(f"/v1/orders?{query.replace('{}', SECRET)}")
    assert SECRET not in sealed(cnaught.space)
    (entry,) = cnaught.space.control("GET", "/bundle")["requests"]
    assert entry["query"].count("{{secret:") == query.count("{}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", f"Bearer {SECRET} "),
        ("Authorization", f"Bearer   {SECRET}"),
        ("Authorization", f"Digest a={SECRET}, b={SECRET}"),
        ("Authorization", SECRET),
        ("Proxy-Authorization", f"Basic {SECRET}"),
        ("X-API-Key", f"{SECRET} {SECRET}"),
        ("Cookie", f"session={SECRET}; other={SECRET}"),
    ],
)
def test_a_secret_in_a_header_is_hidden(cnaught: Caller, name: str, value: str) -> None:
    """The bundle and the journal show at most the scheme of a secret header."""
    cnaught.get("/v1/orders", headers={name: value})
    assert SECRET not in sealed(cnaught.space)
    assert SECRET not in json.dumps(cnaught.space.control("GET", "/requests"))


def test_a_known_secret_is_hidden_everywhere(space: SpaceHandle) -> None:
    """A key that was used as a credential is also removed from paths, queries and other members."""
    cnaught = Caller(space, "cnaught", credentials_of(space, "cnaught"))
    key = space.cnaught.credentials["api_key"]
    cnaught.get(f"/v1/orders/{key}?after={key}", promised=False)
    cnaught.post("/v1/subaccounts", {"name": key[:-1], "logo_url": f"https://example.com/{key}.png"})
    assert key not in sealed(space)


@pytest.mark.parametrize("password", ["Tr0ub4dor-and-3", 9182736455, "9182736455", "123456789012"])
def test_a_placeholder_works_like_the_secret(space: SpaceHandle, password: str | int) -> None:
    """Registering and logging in with a secret, also a number, replays with its placeholder."""
    carboninsights = Caller(space, "carboninsights", NO_CREDENTIALS)
    account = {"username": "ada", "first_name": "A", "last_name": "L", "email": "ada@example.com"}
    carboninsights.post("/register", {**account, "password": password})
    for shown in (password, str(password)):
        carboninsights.post("/token", {"username": "ada", "password": shown}, promised=False)
    assert str(password) not in sealed(space)


@pytest.mark.parametrize("mark", ["{{secret:x:y}}", "{{reply:1:access}}", "{{secret:1:99999999999}}", "{{digits::}}"])
def test_an_unknown_placeholder_is_kept(mark: str) -> None:
    """Text that looks like a placeholder but is none stays unchanged."""
    assert Seal(WORLD).open(f"a{mark}b") == f"a{mark}b"


@pytest.mark.parametrize(("mark", "replacement"), [("{{secret:3:6}}", "-in-3-"), ("{{digits:3:6}}", "100003")])
def test_a_replacement_has_the_length_of_the_secret(mark: str, replacement: str) -> None:
    """A replacement differs from others, and consists of digits if the secret did."""
    assert Seal(WORLD).open(mark) == replacement


def test_a_secret_repeated_by_a_reply_is_hidden(space: SpaceHandle) -> None:
    """Dcycle repeats a login of the wrong content type in its error: neither bundle nor journal shows the password."""
    for password in (SECRET, "hunter2", 'with "quotes" and \\', "pässwörd"):
        content = json.dumps({"email": "ada@example.com", "password": password})
        for content_type in ("application/x-www-form-urlencoded", "text/plain", "application/json"):
            headers = {"Content-Type": content_type}
            space.http.post(f"{space.dcycle.url}/auth/login", content=content, headers=headers)
        escaped = json.dumps(password)[1:-1]
        for shown in (sealed(space), json.dumps(space.control("GET", "/requests"))):
            assert password not in shown
            assert json.dumps(escaped)[1:-1] not in shown


@pytest.mark.parametrize(
    "name",
    [
        "x_api_key", "Api-Key", "X-ApiKey", "APIKEY", "X-Auth-Token", "Authorisation", "Autorization", "Authentication",
        "X-Api-Kee", "X-Key", "Api_Token", "Coookie",
    ],
)  # fmt: skip
def test_a_key_in_a_misspelled_header_is_hidden(cnaught: Caller, name: str) -> None:
    """A header whose name is similar to a secret one is hidden like it."""
    cnaught.get("/v1/orders", headers={name: f"sk_live_{SECRET}"})
    assert SECRET not in sealed(cnaught.space)
    assert SECRET not in json.dumps(cnaught.space.control("GET", "/requests"))


def test_an_idempotency_key_is_shown(cnaught: Caller) -> None:
    """Only keys that grant access are hidden."""
    cnaught.post("/v1/orders", {"amount_kg": 1}, headers={"Idempotency-Key": "order-number-1"})
    assert "order-number-1" in sealed(cnaught.space)


@pytest.mark.parametrize(
    "text", ["{{secret:1:2}}", "{{credential:x}}", "{{literal:secret:1:2}}", "a {{digits:1:5}} b {{reply:1:access}}"]
)
def test_text_like_a_placeholder_replays(cnaught: Caller, text: str) -> None:
    """A name, key, path or query in the form of a placeholder replays unchanged."""
    cnaught.post("/v1/subaccounts", {"name": text}, headers={"Idempotency-Key": text})
    cnaught.get("/v1/orders", params={"starting_after": text}, headers={"X-Subaccount-Id": text})
    assert sealed(cnaught.space)


@given(parts=st.lists(st.sampled_from(["{{", "}}", "secret:1:9", "literal:", "digits:2:3", SECRET, "a", ":"])))
def test_sealing_is_undone_by_opening(parts: list[str]) -> None:
    """Opening a sealed text returns the original, with any content."""
    text = "".join(parts)
    seal = Seal(WORLD)
    seal.header("x-api-key", SECRET)
    shown = seal.text(text)
    assert SECRET not in shown
    assert seal.open(shown) == text


def test_a_bundle_of_many_keys_takes_little_time(emulator: Emulator) -> None:
    """A thousand different keys take at most a few times as long as one key."""
    one, many = emulator.space(), emulator.space()
    for space, keys in ((one, 1), (many, 1000)):
        for number in range(1000):
            key = {"Authorization": f"Bearer key-{number % keys:08}"}
            space.http.get(f"{space.cnaught.url}/v1/orders", headers=key)
    seconds = {one.name: inf, many.name: inf}
    for space in (one, many) * 3:  # in turns, and the least of each: other work on the machine only adds
        start = process_time()
        space.control("GET", "/bundle")
        seconds[space.name] = min(seconds[space.name], process_time() - start)
    assert seconds[many.name] < 6 * seconds[one.name]
