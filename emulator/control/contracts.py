"""The contracts as OpenAPI documents, with ``servers`` set to the space."""

from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.evidence import contracts
from emulator.web.replies import reply


def get_contract(request: ControlRequest) -> Response:
    return _contract(request.provider.name, f"{request.space_url}/{request.provider.name}")


def get_own_contract(request: ControlRequest) -> Response:
    return _contract("control", f"{request.space_url}/_emulator")


def _contract(name: str, url: str) -> Response:
    return reply({**contracts.served(name), "servers": [{"url": url}]})
