"""Sending one JSON document to a URL: straight there, without proxies or redirections, and no longer than told."""

import asyncio
from collections.abc import Mapping

import httpx

from emulator.core.version import __version__


class NoAnswer(Exception):
    """Nothing came back; the message says why."""


def host_of(url: str) -> str:
    """The host that ``post`` would call; empty for what is no URL."""
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return ""


async def post(url: str, body: str, seconds: float, headers: Mapping[str, str]) -> int:
    """Return the status of the reply; nothing else of it is read. Raises NoAnswer."""
    own = {"Content-Type": "application/json", "User-Agent": f"carbon-emulator/{__version__}"}
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(verify=url.startswith("https:"), timeout=seconds, trust_env=False) as http,
            http.stream("POST", url, content=body.encode(), headers={**own, **headers}) as answer,
        ):
            return answer.status_code
    except (TimeoutError, httpx.TimeoutException):
        raise NoAnswer(f"no answer within {seconds:g} seconds") from None
    except httpx.HTTPError as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from None
