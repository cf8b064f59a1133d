"""What a server says of itself: its health, its providers, their contracts and evidence, its spaces."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from emulator.control.reading import base_url, provider_of, spaces_of
from emulator.core.version import __version__
from emulator.evidence import contracts, explanation
from emulator.web.provider import Provider
from emulator.web.replies import reply


async def get_health(request: Request) -> Response:
    providers = list(spaces_of(request).world.providers)
    return reply({"status": "ok", "version": __version__, "providers": providers})


async def list_providers(request: Request) -> Response:
    return reply({"providers": [_described(provider, request) for provider in _providers(request).values()]})


async def get_provider(request: Request) -> Response:
    return reply(_described(provider_of(request), request))


def _described(provider: Provider, request: Request) -> dict[str, Any]:
    fixture = spaces_of(request).world.fixtures[provider.name]
    return {
        "name": provider.name,
        "title": provider.title,
        "url": f"{base_url(request)}/{provider.name}",
        "hosts": provider.hosts,
        "credentials": provider.credentials(fixture.catalogue),
        "operations": len(provider.implemented),
    }


async def get_contract(request: Request) -> Response:
    provider = provider_of(request)
    return _contract(provider.name, f"{base_url(request)}/{provider.name}")


async def get_own_contract(request: Request) -> Response:
    return _contract("control", f"{base_url(request)}/_emulator")


def _contract(name: str, url: str) -> Response:
    return reply({**contracts.contract(name), "servers": [{"url": url}]})


async def get_evidence(request: Request) -> Response:
    return reply({"providers": {name: explanation.evidence(name) for name in _providers(request)}})


async def list_spaces(request: Request) -> Response:
    spaces = [{"name": space.name, "requests": space.requests} for space in spaces_of(request)]
    return reply({"spaces": spaces, "spaces_max": spaces_of(request).world.limits.spaces_max})


async def delete_space(request: Request) -> Response:
    try:
        spaces_of(request).drop(request.path_params["name"])
    except KeyError as unknown:
        raise HTTPException(404, f"no space is called {unknown}") from None
    return reply({"deleted": request.path_params["name"]})


def _providers(request: Request) -> dict[str, Provider]:
    return dict(spaces_of(request).world.providers)
