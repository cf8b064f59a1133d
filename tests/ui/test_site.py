"""The pages as HTTP: what a browser gets, what a program gets, and what the policies forbid."""

import gzip

import httpx
import pytest

from emulator import Emulator
from emulator.app import create_app
from emulator.client.embedded import SpaceHandle
from emulator.client.transport import DirectTransport
from emulator.ui.assets import Assets

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PATHS = [path for path, _ in Assets()]
FIRST_VIEW_BYTES_MAX = 200_000


def get(space: SpaceHandle, path: str, **headers: str) -> httpx.Response:
    return space.http.get(f"{space.url}{path}", headers=headers)


@pytest.mark.parametrize("path", PATHS)
def test_every_file_has_a_policy_and_a_validator(space: SpaceHandle, path: str) -> None:
    """Every file forbids other hosts and inline scripts, and is sent once to a browser that keeps it."""
    reply = get(space, f"/_emulator{path}")
    assert reply.status_code == 200
    policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert "http" not in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    again = get(space, f"/_emulator{path}", **{"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_text_stays_text_on_every_page_of_ours(space: SpaceHandle) -> None:
    """The dashboard's policy makes the browser refuse markup out of text; only the API viewer is let off."""
    assert "require-trusted-types-for 'script'" in get(space, "/_emulator/").headers["content-security-policy"]
    assert "'unsafe-inline'" not in get(space, "/_emulator/").headers["content-security-policy"]


def test_files_are_compressed_for_those_who_accept_it(space: SpaceHandle) -> None:
    """A file is compressed when the client accepts that, and not otherwise."""
    path = "/_emulator/ui/js/app.js"
    plain = get(space, path, **{"Accept-Encoding": "identity"})
    with space.http.stream("GET", f"{space.url}{path}", headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(b"".join(packed.iter_raw())) == plain.content
    assert "content-encoding" not in plain.headers


def test_the_first_view_is_small() -> None:
    """Everything that the dashboard loads is below 200 kB compressed: all files but the viewer's and the licenses."""
    viewer = ("openapi-explorer", "reference", "docs", "annotate", "LICENSE", "manifest")
    loaded = {asset.path: asset for path, asset in Assets() if not any(name in path for name in viewer)}
    assert sum(min(len(asset.compressed), len(asset.content)) for asset in loaded.values()) < FIRST_VIEW_BYTES_MAX


@pytest.mark.parametrize(
    ("path", "location"),
    [("/", "/_emulator/"), ("/~a", "/~a/_emulator/"), ("/~a/", "/~a/_emulator/")],
)
def test_a_browser_is_led_to_the_dashboard(emulator: Emulator, path: str, location: str) -> None:
    """The root of the server, and of a space, leads a browser to the dashboard."""
    http = emulator.space().http
    reply = http.get(path, headers=BROWSER)
    assert (reply.status_code, reply.headers["location"]) == (307, location)
    assert http.head(path, headers=BROWSER).status_code == 307
    assert http.get(location, headers=BROWSER).headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/", {}),
        ("GET", "/", {"Accept": "application/json"}),
        ("POST", "/", BROWSER),
        ("GET", "/nowhere", BROWSER),
        ("GET", "/~a/nowhere", BROWSER),
    ],
)
def test_programs_get_an_error_as_before(emulator: Emulator, method: str, path: str, headers: dict[str, str]) -> None:
    """A program at the root, and a browser at an unknown path, get 404 as JSON."""
    reply = emulator.space().http.request(method, path, headers=headers)
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/json")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [("/", {"Host": "evil.example"}, 421), ("/~a b/", {}, 400), ("/_emulator/ui/../app.py", {}, 404)],
)
def test_a_browser_gets_the_other_refusals(emulator: Emulator, path: str, headers: dict[str, str], status: int) -> None:
    """A foreign host, an impossible space and a path out of the files are refused as for everyone."""
    assert emulator.space().http.get(path, headers={**BROWSER, **headers}).status_code == status


def test_pages_need_no_token_and_the_control_api_does() -> None:
    """With a token, the pages load without it, so that they can ask for it; the control API still requires it."""
    http = httpx.Client(transport=DirectTransport(create_app(control_token="secret")), base_url="http://127.0.0.1")
    assert http.get("/_emulator/").status_code == 200
    assert http.get("/_emulator/ui/js/app.js").status_code == 200
    assert http.get("/_emulator/events?timeout=0").status_code == 401


def test_only_reading_a_page_reaches_it(space: SpaceHandle) -> None:
    """Any other method on a page is for the control API, which has no such path."""
    assert space.http.post(f"{space.url}/_emulator/").status_code == 404
    assert space.http.head(f"{space.url}/_emulator/").content == b""
