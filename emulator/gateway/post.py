"""Send one JSON document to a URL: directly, without proxies or redirections, within a time limit."""

import asyncio
from collections.abc import Mapping
from traceback import clear_frames

import httpx

from emulator.core.plural import plural
from emulator.core.version import __version__


class NoReply(Exception):
    """No reply came; the message gives the reason."""


def parse_url(url: str) -> httpx.URL | None:
    """Return a URL as ``post`` would call it; None for text that is not one."""
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return None


def host_of(url: httpx.URL) -> str:
    """Return the host that ``post`` would call; empty if the URL has none.

    Not ``url.host``, which decodes ``xn--`` labels for display and fails where IDNA does not allow them.
    """
    return url.raw_host.decode("ascii")


async def post(url: str, body: str, seconds: float, headers: Mapping[str, str]) -> int:
    """Return the status of the reply, without reading the rest. Raises NoReply for any failure."""
    own = {"Content-Type": "application/json", "User-Agent": f"carbon-emulator/{__version__}"}
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(verify=url.startswith("https:"), timeout=seconds, trust_env=False) as http,
            http.stream("POST", url, content=body.encode(), headers={**own, **headers}) as reply,
        ):
            return reply.status_code
    except Exception as error:  # one URL that the library cannot take must not stop the webhooks behind it
        late = isinstance(error, TimeoutError | httpx.TimeoutException)
        reason = f"no reply within {plural(seconds, 'second')}" if late else f"{type(error).__name__}: {error}"
        _release_frames(error)
    raise NoReply(reason)


def _release_frames(error: BaseException | None) -> None:
    """Clear the variables of all frames of an error and its causes.

    A connection that is refused leaves a reference cycle in anyio, whose frames refer to those of the callers: the
    caller's space would remain until the next garbage collection.
    """
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
