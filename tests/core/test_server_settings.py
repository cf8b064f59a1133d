"""What the settings of a server may be."""

import pytest

from emulator.core.server_settings import host, hosts, token, url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("Shop", "shop"), ("a_b.example.", "a_b.example"), ("10.0.0.7", "10.0.0.7"), ("xn--bcher-kva.example",) * 2),
        *(("[FE80::1]", "fe80::1"), ("::1", "::1"), ("host.docker.internal",) * 2),
    ],
)
def test_a_host_is_a_name_or_an_address(text: str, expected: str) -> None:
    """It is kept as the hosts of requests and webhooks are compared with it."""
    assert host(text) == expected
    assert hosts([text, text]) == {expected}


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "http://shop",
        "shop:80",
        "10.0.0.7:80",
        "[::1]:80",
        "[shop]",
        "a b",
        "a/b",
        "*.a",
        "bücher.example",
        "a..b",
    ],
)
def test_what_no_request_can_name_is_no_host(text: str) -> None:
    """A text that never equals the host of a request is refused."""
    with pytest.raises(ValueError, match="is not a host: a name or an address, without scheme, port and path"):
        host(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            ("http://127.0.0.1:4412",) * 2,
            ("https://carbon.example/", "https://carbon.example"),
            ("http://[::1]:1",) * 2,
        ),
        *(("http://a/b/c//", "http://a/b/c"), ("http://carbon",) * 2, ("http://a:b@c",) * 2),
    ],
)
def test_a_server_has_a_url(text: str, expected: str) -> None:
    """A URL is kept as it is, without the slashes at its end."""
    assert url(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "carbon", "carbon:80", "//carbon", "ftp://carbon", "http://", "http:///a", "http://a b", "http://a/b c"),
        *("http://a:x", "http://a:65536", "http://a:0", "http://[::1", "http://a?b", "http://a#b", "http://ä"),
    ],
)
def test_what_leads_to_no_server_is_no_url(text: str) -> None:
    """Anything else is refused with an example."""
    with pytest.raises(ValueError, match="is not the URL of a server; example: http"):
        url(text)


def test_a_token_fits_into_a_header() -> None:
    """A token that no header can carry, or that a header would cut, is refused."""
    assert [token(text) for text in ("", "ZC-_!~=", "open sesame")] == ["", "ZC-_!~=", "open sesame"]
    for text in ("ü", "a ", " a", " ", "a\n", "a\x00b", "a\tb"):
        with pytest.raises(ValueError, match="ASCII characters that can be printed"):
            token(text)
