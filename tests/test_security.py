"""Security promises that no other test covers. SECURITY.md names the test of each promise."""

import ast
import asyncio
import hashlib
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeAlias

import jwt
import pytest
from starlette.requests import Request
from starlette.responses import Response

from emulator import Emulator, create_app
from emulator.client.asgi_call import call
from emulator.client.handles import Refused, SpaceHandle
from emulator.control.snapshots import SNAPSHOTS_MAX
from emulator.core.names import NAME
from emulator.core.struct import replace
from emulator.gateway.gateway import Gateway
from emulator.providers import ALL
from emulator.providers.cnaught import wording
from emulator.space.fixtures import Fixtures
from emulator.space.spaces import Spaces
from emulator.web.provider_app import ProviderApp
from emulator.web.route import Route
from tests.support.caller import NO_CREDENTIALS, Caller, credentials_of
from tests.test_architecture import MODULES, ROOT

PASSWORD = "correct-horse-battery"
NEW_USER = {"username": "ada", "password": PASSWORD, "first_name": "A", "last_name": "L", "email": "ada@example.com"}
KEY = (b"authorization", b"Bearer test_acme_0001")
DCYCLE_USER = {"email": "user@example.com", "password": "your-password"}


def test_every_promise_has_its_test() -> None:
    """Each paragraph of promises and each limit in SECURITY.md names tests, and all of them exist."""
    text = (ROOT / "SECURITY.md").read_text()
    promises = text.partition("## What it promises")[2].partition("\n## ")[0].strip().split("\n\n")
    named_server = [re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", promise) for promise in promises]
    assert [promise for promise, tests in zip(promises, named_server, strict=True) if not tests] == []
    limits = re.findall(r"^\| (?!what|---).*$", text.partition("## Limits")[2].partition("\n## ")[0], re.MULTILINE)
    assert [row for row in limits if "`tests/" not in row] == []
    for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text):
        assert f"def {name}(" in (ROOT / path).read_text(), f"{path}::{name}"


# --- secrets ----------------------------------------------------------------------------------------------------------


def use(space: SpaceHandle) -> list[str]:
    """Give a space secrets in every possible way, use them correctly and incorrectly, and return all of them."""
    secrets = [PASSWORD, "wrong-password", "wrong-key", DCYCLE_USER["password"]]
    carboninsights = Caller(space, "carboninsights", NO_CREDENTIALS)
    carboninsights.post("/register", NEW_USER)
    carboninsights.post("/register", {**NEW_USER, "username": ["ada"]})
    login = {"username": "ada", "password": PASSWORD}
    pair = carboninsights.post("/token", login).json()
    carboninsights.post("/token", {**login, "password": "wrong-password"})
    access = carboninsights.post("/token/refresh", {"refresh": pair["refresh"]}).json()["access"]
    for token in (pair["access"], access, "wrong-key"):
        carboninsights.post("/calculateCarbonScore", {}, headers={"Authorization": f"Token {token}"})
    thallo = Caller(space, "thallo", credentials_of(space, "thallo"))
    made = thallo.post("/api/api-keys", {"name": "second", "deactivate_current": False}).json()
    (new_key,) = (value for value in made.values() if isinstance(value, str) and len(value) == 64)
    for key in (new_key, "wrong-key"):
        thallo.get("/api/api-keys", headers={"Authorization": f"Bearer {key}"})
    dcycle = Caller(space, "dcycle", credentials_of(space, "dcycle"))
    token = dcycle.post("/auth/login", DCYCLE_USER).json()["access_token"]
    dcycle.post("/auth/login", {**DCYCLE_USER, "password": "wrong-password"})
    dcycle.get("/v1/purchases", headers={"Authorization": f"Bearer {token}"})
    for provider in ALL.values():
        Caller(space, provider.name, {"x-api-key": "wrong-key"}).get("/?api_key=wrong-key", promised=False)
        caller = Caller(space, provider.name, credentials_of(space, provider.name))
        caller.get("/nowhere", promised=False)
        secrets += [value.split()[-1] for name, value in caller.credentials.items() if "organization" not in name]
    return [*secrets, *pair.values(), access, new_key, token]


def test_a_used_space_shows_no_secret(space: SpaceHandle) -> None:
    """No view of a space, and no document taken from it, shows any of its secrets."""
    secrets = use(space)
    space.control("POST", "/snapshots/kept")
    views = [
        "snapshot",
        "bundle",
        "requests",
        "webhooks",
        "ledger",
        "faults",
        "snapshots",
        "spaces",
        "evidence",
        "acts",
    ]
    views += [f"{of}/{name}" for of in ("state", "settings") for name in ALL]
    for view in views:
        shown = json.dumps(space.control("GET", f"/{view}"))
        assert [secret for secret in secrets if secret in shown] == [], view


def test_ordinary_use_logs_nothing(
    space: SpaceHandle, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A space that is used, correctly and incorrectly, writes nothing to a log or elsewhere."""
    with caplog.at_level(logging.DEBUG):
        use(space)
    assert [record for record in caplog.records if record.name.partition(".")[0] == "emulator"] == []
    assert capfd.readouterr() == ("", "")


def failing(request: Request) -> Response:
    """Raise an exception, like an endpoint with a bug."""
    raise KeyError("oops")


def test_a_bug_logs_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """A request that meets a bug logs its method and path, but no headers, query or body."""
    app = create_app()
    cnaught = app.spaces.world.providers["cnaught"]
    broken = replace(
        cnaught,
        app=ProviderApp(
            [Route("/v1/orders", failing, methods=["POST"])],
            cnaught.render,
            wording.schema_refusal,
            cnaught.http_refusal,
        ),
    )
    world = replace(app.spaces.world, providers={**app.spaces.world.providers, "cnaught": broken})
    gateway = Gateway(Spaces(world), app.control, frozenset(), {}, app.courier)
    headers = [(b"authorization", b"Bearer " + PASSWORD.encode())]
    body = json.dumps({"password": PASSWORD}).encode()
    request = call(gateway, "POST", f"/cnaught/v1/orders?api_key={PASSWORD}", headers, body)
    assert asyncio.run(request)[0] == 500
    assert "oops" in caplog.text
    assert PASSWORD not in caplog.text


# --- authentication ---------------------------------------------------------------------------------------------------


@cache
def syntax_nodes(name: str) -> list[ast.AST]:
    """Yield all syntax nodes of a module."""
    return list(ast.walk(MODULES[name]))


CREDENTIALS = {"api_key", "password", "password_hash", "token", "hash"}
"""The names of credentials in the code."""


def test_credentials_are_compared_in_constant_time() -> None:
    """No credential is compared with ``==`` or looked up by its value, since the duration would reveal it."""
    compared = [
        f"{name}: {ast.unparse(node)}"
        for name in MODULES
        for node in syntax_nodes(name)
        if any(map(_is_credential, _compared(node)))
    ]
    assert compared == []


def _compared(node: ast.AST) -> list[ast.expr]:
    """Return the expressions that a node compares with ``==`` or looks up."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            quick = any(isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in ops)
            return [left, *others] if quick else []
        case ast.Subscript(slice=key):
            return [key]
        case ast.Call(func=ast.Attribute(attr="get"), args=[key, *_]):
            return [key]
    return []


def _is_credential(compared: ast.expr) -> bool:
    match compared:
        case ast.Call(func=ast.Attribute(attr="encode", value=value)):
            return _is_credential(value)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in CREDENTIALS
    return False


@pytest.mark.parametrize("part", ["control", *(f"providers/{name}" for name in ALL)])
def test_credentials_are_compared_by_hmac(part: str) -> None:
    """The control API and every vendor compare credentials with ``hmac.compare_digest``."""
    calls = [
        node.func.id
        for name in MODULES
        if name.startswith(f"{part}/")
        for node in syntax_nodes(name)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert "compare_digest" in calls


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS384", "RS256", "ES256", "PS256", "EdDSA", "hs256", None])
@pytest.mark.parametrize("name", ["carboninsights", "dcycle"])
def test_the_algorithm_of_tokens_is_pinned(space: SpaceHandle, name: str, algorithm: str | None) -> None:
    """A token with any other algorithm is refused, even if it is signed with the right key."""
    caller = Caller(space, name, credentials_of(space, name))
    if name == "carboninsights":
        token = caller.credentials["Authorization"].split()[1]
        method, path, scheme = "POST", "/calculateCarbonScore", "Token"
    else:
        token = caller.post("/auth/login", DCYCLE_USER).json()["access_token"]
        method, path, scheme = "GET", "/v1/purchases", "Bearer"
    organization = {name: value for name, value in caller.credentials.items() if name == "x-organization-id"}

    def status(bearing: str) -> int:
        bearer = caller.identified({**organization, "Authorization": f"{scheme} {bearing}"})
        return bearer.request(method, path, json={"transactions": []} if method == "POST" else None).status_code

    key = hashlib.blake2b(f"0/{name}.signing-key".encode(), digest_size=64).digest()
    assert status(token) == 200
    assert status(with_algorithm(token, "HS256", key)) == 200
    assert status(with_algorithm(token, algorithm, key)) == 401
    assert status(with_algorithm(token, algorithm, b"")) == 401


def with_algorithm(token: str, algorithm: str | None, key: bytes) -> str:
    """Return a token whose header names another algorithm, signed by HS256 anyway, or unsigned without a key."""
    head = jwt.utils.base64url_encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).decode()
    signed = f"{head}.{token.split('.')[1]}"
    signature = (
        jwt.utils.base64url_encode(jwt.algorithms.HMACAlgorithm("sha256").sign(signed.encode(), key)) if key else b""
    )
    return f"{signed}.{signature.decode()}"


@pytest.fixture(scope="module")
def named_server() -> Gateway:
    """Return a server with a name."""
    return create_app(hosts=["own.test"])


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:4412", "http://evil.example", 403),
        ("localhost:4412", "https://localhost.evil.example", 403),
        ("localhost:4412", "null", 403),
        ("localhost:4412", "http://[", 403),
        ("localhost:4412", "http://203.0.113.7", 403),
        ("localhost:4412", "http://localhost:3000", 200),
        ("localhost:4412", "http://127.0.0.1:4412", 200),
        ("emulator:4412", "http://emulator:4412", 200),
        ("emulator:4412", "http://frontend:3000", 403),
        ("own.test", "https://own.test", 200),
        ("localhost", "https://own.test", 200),
        ("localhost", None, 200),
    ],
)
def test_foreign_pages_cannot_send_commands(named_server: Gateway, host: str, origin: str | None, status: int) -> None:
    """A web page of another machine cannot reset a space through a user's browser."""
    headers = [(b"host", host.encode())] + ([] if origin is None else [(b"origin", origin.encode())])
    for path in ("/_emulator/reset", "/~a/_emulator/reset"):
        assert asyncio.run(call(named_server, "POST", path, headers, b""))[0] == status


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/reset"), ("POST", "/webhooks/x/redeliver"), ("GET", "/spaces")]
)
def test_webhooks_cannot_use_the_control_api(space: SpaceHandle, method: str, path: str) -> None:
    """A webhook that reaches a control API, by a proxy for example, is refused there."""
    reply = space.http.request(method, f"{space.url}/_emulator{path}", headers={"X-Emulator-Delivery": "webhook-1"})
    assert reply.status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
    ],
)
def test_images_of_foreign_pages_reach_nothing(named_server: Gateway, headers: dict[str, str], status: int) -> None:
    """Images and frames of a foreign page cannot use the control API, or create a space; a link can lead to it."""
    sent = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    assert asyncio.run(call(named_server, "GET", "/~foreign/_emulator/health", sent, b""))[0] == status
    asyncio.run(call(named_server, "GET", "/~foreign/cnaught/v1/orders", [*sent, KEY], b""))
    assert named_server.spaces.exists("foreign") == (headers["Sec-Fetch-Site"] != "cross-site")
    if named_server.spaces.exists("foreign"):
        named_server.spaces.drop("foreign")


@pytest.mark.parametrize("path", ["/_emulator/health", *(f"/{name}/" for name in ALL)])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_foreign_pages_cannot_read_replies(space: SpaceHandle, path: str, method: str) -> None:
    """No reply allows a browser to show it to a foreign page, or to send that page's custom requests."""
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    reply = space.http.request(method, f"{space.url}{path}", headers=headers)
    assert [name for name in reply.headers if name.startswith("access-control-")] == []


# --- files ------------------------------------------------------------------------------------------------------------

Opening: TypeAlias = Callable[[], AbstractContextManager[list[str]]]

_watching: list[list[str]] = []


@pytest.fixture(scope="module")
def opened_files() -> Opening:
    """Record the files that are opened."""
    sys.addaudithook(_note)
    return _opened


@contextmanager
def _opened() -> Iterator[list[str]]:
    _watching.append([])
    try:
        yield _watching[-1]
    finally:
        _watching.pop()


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watching:
        _watching[-1].append(str(arguments[0]))


@pytest.mark.parametrize(
    "name",
    [
        *("..", "../..", "../../../etc/passwd", "/etc/passwd", "..%2F..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd"),
        *("%2e%2e/%2e%2e", "..%5C..%5Cwindows", "....//....//etc", "cnaught%00", "%00", "cnaught/../cnaught", "~root"),
        *("file:%2F%2F%2Fetc%2Fpasswd", "%252e%252e%252f", "..%c0%af..", "cnaught.yaml", "*", "x" * 5000),
    ],
)
def test_no_path_leads_to_a_file(emulator: Emulator, space: SpaceHandle, name: str, opened_files: Opening) -> None:
    """Paths are compared with known names only; no file is opened by a path from a request."""
    control = f"/~{space.name}/_emulator"
    paths = [f"{control}/{of}/{name}" for of in ("state", "settings", "snapshots", "spaces", "webhooks", "faults")]
    paths += [f"{control}/contracts/{name}{end}" for end in ("", ".json")]
    paths += [
        f"{control}/snapshots/{name}/restore",
        f"{control}/acts/{name}/x",
        f"/{name}",
    ]
    paths += [f"/~{space.name}/{provider}/{name}" for provider in ALL]
    outcomes = SimpleQueue[Any]()

    def reply(method: str, path: str, body: bytes) -> Any:
        emulator.transport().submit(call(emulator.app, method, path, [], body), outcomes.put)
        return outcomes.get(timeout=30)

    for once in ("/_emulator/contracts/control.json", "/_emulator/snapshot"):
        reply("GET", once, b"")
    with opened_files() as opened:
        for method in ("GET", "POST", "DELETE"):
            for path in paths:
                status, _, body = reply(method, path, b"{}")
                in_memory = "/snapshots/" in path and NAME.fullmatch(name)
                assert in_memory or status in range(400, 500), (method, path, status)
                assert b"root:" not in body
    assert opened == []


def test_only_fixtures_of_providers_are_read(tmp_path: Path, opened_files: Opening) -> None:
    """In a directory of fixtures, only files that are named after providers are opened."""
    for name in ("cnaught.json", "notes.txt", "..json", ".hidden.json"):
        (tmp_path / name).write_bytes((ROOT / "fixtures" / "cnaught.json").read_bytes())
    Fixtures(ALL, tmp_path)  # imports are ignored
    with opened_files() as opened:
        Fixtures(ALL, tmp_path)
    ours = [str(ROOT / "fixtures" / f"{name}.json") for name in ALL if name != "cnaught"]
    assert sorted(opened) == sorted([str(tmp_path / "cnaught.json"), *ours])


def test_a_server_writes_no_file() -> None:
    """Files are only written on a user's request: by commands, the pytest plugin, certificates, ``--data``."""
    writes = {"open", "write_text", "write_bytes", "mkdir", "unlink", "rename"}
    writing = {
        name
        for name in MODULES
        for node in syntax_nodes(name)
        if (isinstance(node, ast.Attribute) and node.attr in writes - {"open"})
        or (isinstance(node, ast.Name) and node.id in writes)
    }
    writers = {"cli", "exec", "log", "tls", "pytest_plugin.py"}
    assert {name for name in writing if name.partition("/")[0] not in writers} == set()


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_the_number_of_snapshots_is_limited(space: SpaceHandle) -> None:
    """One named snapshot too many is refused; existing ones stay and can be replaced."""
    for n in range(SNAPSHOTS_MAX):
        space.control("POST", f"/snapshots/{n}")
    with pytest.raises(Refused, match=f"a space keeps at most {SNAPSHOTS_MAX} snapshots"):
        space.control("POST", "/snapshots/more")
    space.control("POST", "/snapshots/0")
    assert len(space.control("GET", "/snapshots")["snapshots"]) == SNAPSHOTS_MAX
