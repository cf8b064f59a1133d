"""Call an ASGI or WSGI application in this process."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from inspect import iscoroutinefunction
from logging import getLogger
from typing import Any, TypeAlias, cast

import httpx

from emulator.core.plural import plural
from emulator.core.version import __version__

LOG = getLogger(__name__)

AsgiApplication: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]
WsgiApplication: TypeAlias = Callable[[Any, Any], Iterable[bytes]]
Application: TypeAlias = AsgiApplication | WsgiApplication


def post(app: Application, attempt: Mapping[str, Any]) -> dict[str, Any]:
    """Make an attempt of a webhook at an application. Return its ``status``, or an ``error`` if it gave none in time.

    An exception of the application is logged, and a 500, as its server would make of it.
    """
    url, seconds = attempt["webhook"]["url"], attempt["timeout_seconds"]
    own = {"Content-Type": "application/json", "User-Agent": f"carbon-emulator/{__version__}"}
    headers = {**own, **attempt["headers"]}
    request = {"url": url, "content": attempt["content"].encode(), "headers": headers}
    try:
        return {"status": _status_within(app, request, seconds)}
    except TimeoutError:
        return {"error": f"no reply within {plural(seconds, 'second')}"}
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        return {"error": f"not a URL: {error}"}
    except Exception:
        LOG.exception("the application failed on webhook %s", attempt["webhook"]["id"])
        return {"status": 500}


def _status_within(app: Application, request: Mapping[str, Any], seconds: float) -> int:
    if not _is_asgi(app):
        with httpx.Client(transport=httpx.WSGITransport(cast(WsgiApplication, app))) as wsgi:
            return wsgi.post(**request).status_code

    async def call() -> int:
        transport = httpx.ASGITransport(cast(AsgiApplication, app))
        async with asyncio.timeout(seconds), httpx.AsyncClient(transport=transport) as asgi:
            return (await asgi.post(**request)).status_code

    return _run(call)


def _is_asgi(app: Application) -> bool:
    return iscoroutinefunction(app) or iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004


def _run(call: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine function here, or in a thread if an event loop runs here."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(call())
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(call())).result()
