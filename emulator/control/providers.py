"""The providers, with their URLs in the space and their default credentials."""

from typing import Any

from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.web.provider import Provider
from emulator.web.replies import reply


def list_providers(request: ControlRequest) -> Response:
    providers = request.spaces.world.providers.values()
    return reply({"providers": [_described(provider, request) for provider in providers]})


def get_provider(request: ControlRequest) -> Response:
    return reply(_described(request.provider, request))


def _described(provider: Provider, request: ControlRequest) -> dict[str, Any]:
    space = request.spaces.find(request.space_name)
    fixture = (space or request.spaces).world.fixtures[provider.name]
    return {
        "name": provider.name,
        "title": provider.title,
        "url": f"{request.space_url}/{provider.name}",
        "hosts": provider.hosts,
        "credentials": provider.credentials(fixture.catalogue),
        "accounts": list(provider.accounts(fixture.catalogue)),
        "operations": len(provider.implemented),
    }
