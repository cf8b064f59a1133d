"""The routing decisions of a proxy, by host."""

import pytest

from emulator.proxy.routes import (
    Exemptions,
    NoRoute,
    Routes,
    Upstream,
    split_authority,
    user_routes,
    without_vendors,
)

UPSTREAM = Upstream(("proxy.example", 3128))
ROUTES = Routes(frozenset({"api.cnaught.com"}), ("127.0.0.1", 1), ("127.0.0.1", 2), upstreams={"https": UPSTREAM})


@pytest.mark.parametrize(
    ("no_proxy", "host", "port", "exempt"),
    [
        ("", "example.com", 443, False),
        ("*", "example.com", 443, True),
        ("example.com", "example.com", 443, True),
        ("example.com", "EXAMPLE.com.", 443, True),
        ("example.com", "www.example.com", 443, True),
        (".example.com", "www.example.com", 443, True),
        ("*.example.com", "www.example.com", 443, True),
        ("example.com", "anexample.com", 443, False),
        ("example.com:8443", "example.com", 443, False),
        ("example.com:8443", "example.com", 8443, True),
        ("a.example, b.example c.example", "c.example", 443, True),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("10.1.2.3", "10.1.2.3", 443, True),
        ("10.1.2.3:443", "10.1.2.3", 443, True),
        ("[fd00::1]", "fd00::1", 443, True),
        ("fd00::/8", "fd12::1", 443, True),
        ("com", "example.com", 443, True),
        (".", "example.com", 443, False),
    ],
)
def test_no_proxy_is_read_as_clients_read_it(no_proxy: str, host: str, port: int, exempt: bool) -> None:
    """Names include their subdomains; addresses, networks and ports count; ``*`` is everything."""
    assert Exemptions.parse(no_proxy).matches(host, port) is exempt


@pytest.mark.parametrize("entry", ["*", "com", "cnaught.com", ".cnaught.com", "api.cnaught.com:8080", "*.cnaught.com"])
def test_no_exemption_covers_a_vendor(entry: str) -> None:
    """An entry of the user that would let a client reach production is not passed on."""
    exemptions = Exemptions.parse(f"localhost,{entry},10.0.0.0/8,fd00::/8")
    assert without_vendors(exemptions, ["api.cnaught.com"]) == ["localhost", "10.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize(
    ("environment", "scheme", "address"),
    [
        ({"https_proxy": "http://one:1"}, "https", ("one", 1)),
        ({"HTTPS_PROXY": "http://one:1", "https_proxy": "http://two:2"}, "https", ("two", 2)),
        ({"HTTPS_PROXY": "one:1"}, "https", ("one", 1)),
        ({"HTTPS_PROXY": "http://one"}, "https", ("one", 80)),
        ({"HTTPS_PROXY": "https://one"}, "https", ("one", 443)),
        ({"ALL_PROXY": "http://one:1"}, "http", ("one", 1)),
        ({"HTTP_PROXY": "http://one:1"}, "http", ("one", 1)),
    ],
)
def test_proxies_of_the_user_are_read(environment: dict[str, str], scheme: str, address: tuple[str, int]) -> None:
    """Lower-case variables precede upper-case ones, as in curl; a scheme is optional."""
    assert user_routes(environment)[0][scheme].address == address


def test_credentials_of_a_proxy_are_sent() -> None:
    """The user and password in a proxy's URL become its Authorization."""
    assert Upstream.parse("http://jane:p%40ss@one:1").authorization == "Basic amFuZTpwQHNz"


@pytest.mark.parametrize("url", ["socks5://one:1", "ftp://one", "http://"])
def test_unsupported_proxies_are_refused(url: str) -> None:
    """An unsupported proxy is refused with its variable before the command runs."""
    with pytest.raises(ValueError, match=r"HTTPS_PROXY: .* proxies are not supported; known: http, https"):
        user_routes({"HTTPS_PROXY": url})


@pytest.mark.parametrize("host", ["api.cnaught.com", "API.cnaught.com", "api.cnaught.com."])
def test_vendors_are_known_in_any_spelling(host: str) -> None:
    """Host names ignore case and a trailing dot."""
    assert ROUTES.is_vendor(host)
    assert [ROUTES.vendor_address(port)[1] for port in (443, 80, 8443)] == [1, 2, 1]


def test_other_hosts_go_through_the_users_proxy() -> None:
    """This machine and exempt hosts are connected directly."""
    routes = Routes(*_given(ROUTES), upstreams={"https": UPSTREAM}, exemptions=Exemptions.parse("direct.example"))
    hosts = ["example.com", "direct.example", "localhost", "127.0.0.1", "::1"]
    assert [routes.upstream("https", host, 443) for host in hosts] == [UPSTREAM, None, None, None, None]
    assert routes.upstream("http", "example.com", 80) is None


def test_offline_refuses_other_machines() -> None:
    """The reason has the option, the host and the known hosts."""
    routes = Routes(*_given(ROUTES), offline=True)
    assert routes.upstream("https", "localhost", 443) is None
    with pytest.raises(NoRoute, match=r"--offline: example.com is not the host of a vendor; known: api.cnaught.com"):
        routes.upstream("https", "example.com", 443)


@pytest.mark.parametrize(
    ("authority", "address"),
    [("one:1", ("one", 1)), ("one", ("one", 443)), ("[::1]:1", ("::1", 1)), ("127.0.0.1:0", ("127.0.0.1", 0))],
)
def test_authorities_are_split(authority: str, address: tuple[str, int]) -> None:
    """A host is a name or an address, with or without a port."""
    assert split_authority(authority, 443) == address


@pytest.mark.parametrize("authority", ["", ":443", "one:port", "one:99999", "[::1", "/"])
def test_other_authorities_are_refused(authority: str) -> None:
    """An invalid host is answered 400."""
    with pytest.raises(NoRoute, match="is not a host with a port") as refused:
        split_authority(authority, 443)
    assert refused.value.status == 400


def _given(routes: Routes) -> tuple[frozenset[str], tuple[str, int], tuple[str, int]]:
    return routes.vendor_hosts, routes.secure, routes.plain
