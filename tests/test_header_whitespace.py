"""Optional whitespace around a header's value is removed (RFC 9110, section 5.5)."""

import httpx
import pytest

from emulator.app import create_app
from emulator.client.embedded import SpaceHandle
from emulator.client.transport import DirectTransport
from emulator.providers import ALL
from emulator.web.headers import Headers
from tests.support.caller import credentials_of

READS = {
    "oneclickimpact": "/v1/whoami",
    "cnaught": "/v1/portfolios",
    "carboninsights": "/calculateCarbonScore",
    "dcycle": "/v1/facilities",
    "thallo": "/api/market",
}


@pytest.mark.parametrize("padding", [" {}", "{} ", "{}\t", "\t {} \t "])
@pytest.mark.parametrize("name", ALL)
def test_whitespace_around_credentials_is_ignored(space: SpaceHandle, name: str, padding: str) -> None:
    """A key with spaces or tabs around it is accepted by every provider."""
    url, known = f"{space.url}/{name}{READS[name]}", credentials_of(space, name)
    method = "POST" if name == "carboninsights" else "GET"
    padded = [(header.encode(), padding.format(value).encode()) for header, value in known.items()]
    expected = space.http.request(method, url, headers=known)
    assert expected.status_code not in (401, 403)
    assert space.http.request(method, url, headers=padded).status_code == expected.status_code


def test_whitespace_around_the_control_token_is_ignored() -> None:
    """The control API reads its headers in the same way."""
    transport = DirectTransport(create_app(control_token="open-sesame"))
    http = httpx.Client(transport=transport, base_url="http://127.0.0.1")
    headers = [(b"authorization", b" Bearer open-sesame\t ")]
    assert http.get("/_emulator/spaces", headers=headers).status_code == 200
    assert http.get("/_emulator/spaces").status_code == 401


@pytest.mark.parametrize("value", [b"a b", b"\x0b", b"\xa0", b"", b'" a "'])
def test_only_outer_spaces_and_tabs_are_removed(value: bytes) -> None:
    """Whitespace inside a value stays, and so do characters that only Python considers whitespace."""
    assert Headers([(b"x", b" \t" + value + b"\t ")]).get(b"x") == value.decode("latin-1")
