"""Where a proxied connection leads: to the emulator, to its host, through another proxy, or nowhere."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit

from msgspec import field

from emulator.core.hosts import is_address, is_loopback
from emulator.core.struct import Struct

Address = tuple[str, int]

PORTS = {"http": 80, "https": 443}


class NoRoute(Exception):
    """The proxy does not connect to a host; the status and the reason to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Upstream(Struct, frozen=True):
    """The proxy that the user has configured. ``secure`` if the connection to it is TLS."""

    address: Address
    secure: bool = False
    authorization: str | None = None

    @classmethod
    def parse(cls, url: str) -> "Upstream":
        """Return the proxy of a variable such as HTTPS_PROXY. Raises ValueError."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(f"{parts.scheme} proxies are not supported; known: {', '.join(PORTS)}")
        authorization = None
        if parts.username is not None:
            credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            authorization = f"Basic {b64encode(credentials.encode()).decode()}"
        address = (parts.hostname, parts.port or PORTS[parts.scheme])
        return cls(address, parts.scheme == "https", authorization)


class Exemptions(Struct, frozen=True):
    """The hosts of a variable NO_PROXY: names, which include their subdomains, addresses and networks."""

    entries: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Exemptions":
        return cls(tuple(entry.lower() for entry in text.replace(",", " ").split()))

    def matches(self, host: str, port: int) -> bool:
        return any(_exempts(entry, host.lower().rstrip("."), port) for entry in self.entries)


class Routes(Struct, frozen=True):
    """The decisions of a proxy.

    ``vendor_hosts`` are answered at the addresses ``secure`` (TLS) and ``plain``. Other hosts are connected through the
    proxy for the scheme, if there is one in ``upstreams`` and they are not exempt. If ``offline``, none
    beyond this machine is.
    """

    vendor_hosts: frozenset[str]
    secure: Address
    plain: Address
    offline: bool = False
    upstreams: Mapping[str, Upstream] = field(default_factory=dict)
    exemptions: Exemptions = Exemptions()

    def is_vendor(self, host: str) -> bool:
        return host.lower().rstrip(".") in self.vendor_hosts

    def vendor_address(self, port: int) -> Address:
        return self.plain if port == PORTS["http"] else self.secure

    def upstream(self, scheme: str, host: str, port: int) -> Upstream | None:
        """Return the proxy to another host; None to connect directly. Raises NoRoute if offline."""
        if is_loopback(host):
            return None
        if self.offline:
            raise NoRoute(
                403, f"--offline: {host} is not the host of a vendor; known: {', '.join(sorted(self.vendor_hosts))}"
            )
        return None if self.exemptions.matches(host, port) else self.upstreams.get(scheme)


def split_authority(authority: str, default_port: int) -> Address:
    """Return host and port of ``host:port``, ``[::1]:port`` or ``host``. Raises NoRoute."""
    try:
        parts = urlsplit(f"//{authority}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host:
        raise NoRoute(400, f"{authority!r} is not a host with a port")
    return host, default_port if port is None else port


def user_routes(environment: Mapping[str, str]) -> tuple[dict[str, Upstream], Exemptions]:
    """Return the proxies and exemptions of an environment, as curl reads it. Raises ValueError."""
    upstreams = {}
    for scheme in PORTS:
        names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
        name = next((name for name in names if environment.get(name)), None)
        if name:
            try:
                upstreams[scheme] = Upstream.parse(environment[name])
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
    return upstreams, Exemptions.parse(environment.get("no_proxy") or environment.get("NO_PROXY") or "")


def without_vendors(exemptions: Exemptions, vendor_hosts: Iterable[str]) -> list[str]:
    """Return the entries that exempt no host of a vendor on any port."""
    hosts = list(vendor_hosts)
    names = {entry: entry.partition(":")[0] if entry.count(":") == 1 else entry for entry in exemptions.entries}
    return [entry for entry, name in names.items() if not any(_exempts(name, host, 443) for host in hosts)]


def _exempts(entry: str, host: str, port: int) -> bool:
    """Return whether an entry of NO_PROXY covers a host."""
    if entry == "*":
        return True
    if is_address(host):
        return _covers_address(entry, host)
    name, _, entry_port = entry.partition(":")
    if entry_port and entry_port != str(port):
        return False
    name = name.removeprefix("*").strip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _covers_address(entry: str, host: str) -> bool:
    bare = entry.strip("[]")
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return ip_address(host) in ip_network(bare, strict=False)
    except ValueError:
        return False
