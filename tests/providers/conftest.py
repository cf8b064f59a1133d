"""A check in every test of a vendor: a refused request draws no identifier, as the later ones would depend on it."""

from collections.abc import Iterator

import pytest
from starlette.responses import Response

from emulator.core.ids import Ids
from emulator.web.provider_app import ProviderApp
from emulator.web.request import Request


@pytest.fixture(scope="session", autouse=True)
def _refusals_draw_no_ids() -> Iterator[None]:
    respond, next_number = ProviderApp.respond, Ids._next
    drawn: list[str] = []

    def checked(self: ProviderApp, request: Request) -> Response:
        drawn.clear()
        response = respond(self, request)
        assert response.status_code < 400 or not drawn, f"{request.method} {request.exchange.path} draws {drawn}"
        return response

    def noted(self: Ids, kind: str) -> int:
        drawn.append(kind)
        return next_number(self, kind)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProviderApp, "respond", checked)
        patch.setattr(Ids, "_next", noted)
        yield
