"""Where requests lead: to a space, and to a vendor's API or the control API; and who may send them there."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.types import Scope

from emulator.core.bounded_cache import BoundedCache
from emulator.core.hosts import host_name, is_address, is_loopback
from emulator.core.names import space_name
from emulator.gateway.courier import DELIVERY_HEADER
from emulator.space.space import DEFAULT
from emulator.web.headers import Headers
from emulator.web.provider import Provider

CONTROL = "_emulator"
"""The first segment of the control API's paths."""

REMEMBERED_MAX = 1024
"""How many destinations are remembered: tests use the same few again and again."""

REMEMBERED_CHARACTERS_MAX = 512
"""How long the host and the path of such a destination may be together."""


class Stray(Exception):
    """A request for no space or provider. The emulator words the reply, as no vendor is involved."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


class Destination(NamedTuple):
    """Where a request leads: the ``path`` below its space and provider, and the space's ``prefix`` above it.

    Without a provider, that is the control API.
    """

    space: str
    provider: Provider | None
    path: str
    prefix: str

    def below(self, scope: Scope, headers: Headers) -> Scope:
        """Return the scope of a request below the prefix of its space and provider."""
        below = {**scope}
        self.narrow(below, headers)
        return below

    def narrow(self, scope: Scope, headers: Headers) -> None:
        """Change the scope of a request to that below the prefix of its space and provider."""
        scope["path"], scope["root_path"], scope["headers"] = self.path, "", headers.raw


class Destinations:
    """Finds where requests lead.

    ``hosts`` are additional names of this server; ``vendor_hosts`` map each production host to its provider.
    """

    def __init__(
        self, hosts: frozenset[str], vendor_hosts: Mapping[str, str], providers: Mapping[str, Provider]
    ) -> None:
        self.hosts = hosts
        self.vendor_hosts = vendor_hosts
        self.providers = providers
        self._known = BoundedCache[tuple[str, str], Destination](REMEMBERED_MAX)

    def find(self, header: str, path: str) -> Destination:
        """Return where a request leads, given its Host header and path, and remember it. Raises Stray."""
        if known := self._known.get((header, path)):
            return known
        found = self._find(header, path)
        if len(header) + len(path) <= REMEMBERED_CHARACTERS_MAX:
            self._known.put((header, path), found)
        return found

    def _find(self, header: str, path: str) -> Destination:
        host = self._check_host(header) if header else ""
        space, prefix = DEFAULT, ""
        if path.startswith("/~"):
            space, _, rest = path[2:].partition("/")
            prefix, path = f"/~{space}", f"/{rest}"
            try:
                space_name(space)
            except ValueError as error:
                raise Stray(400, str(error)) from None
        first, _, rest = path[1:].partition("/")
        if first == CONTROL:
            return Destination(space, None, f"/{rest}", prefix)
        if host in self.vendor_hosts:
            return Destination(space, self.providers[self.vendor_hosts[host]], path, prefix)
        if first in self.providers:
            return Destination(space, self.providers[first], f"/{rest}", prefix)
        reason = f"unknown provider {first!r}" if first else "the path must begin with a provider"
        raise Stray(404, f"{reason}; known: {', '.join(self.providers)}, and /{CONTROL}")

    def _check_host(self, header: str) -> str:
        """Return the name in a Host header. Raises Stray for a foreign one: a web page can make its own name lead here.

        A name without a dot belongs to this machine or its network.
        """
        host = host_name(header)
        if "." not in host and ":" not in host:
            return host
        if host in self.vendor_hosts or host in self.hosts or is_address(host):
            return host
        raise Stray(421, f"unknown host {host!r}; allow it with --allow-host")

    def check_sender(self, method: str, headers: Headers) -> None:
        """Check who sends a request to the control API. Raises Stray for a foreign web page and for a webhook.

        A browser names the page that it sends for. Such a page cannot read the reply, but a request could still reset a
        space. Only following a link to a page of the emulator is allowed.
        """
        if headers.get(DELIVERY_HEADER) is not None:
            raise Stray(403, "the control API takes no webhooks: one that delivers itself again would never end")
        if origin := headers.get(b"origin"):
            page, own = _host_of(origin), _host_of("//" + (headers.get(b"host") or ""))
            if not (page and (page == own or page in self.hosts or is_loopback(page))):
                raise Stray(403, "the control API takes no requests from web pages of other sites")
        elif is_cross_site(headers):
            follows_link = (headers.get(b"sec-fetch-mode"), headers.get(b"sec-fetch-dest")) == ("navigate", "document")
            if method != "GET" or not follows_link:
                raise Stray(403, "the control API takes no requests from web pages of other sites")


def is_cross_site(headers: Headers) -> bool:
    """Return whether a browser sends a request for a web page of another site."""
    return headers.get(b"sec-fetch-site") == "cross-site"


def _host_of(url: str) -> str:
    """Return the host that a URL names; empty if it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
