"""Emissions that vendors have measured, by organization, scope, category and month."""

from typing import Any

from starlette.responses import Response

from emulator.control.request import ControlRequest
from emulator.core.emissions import MonthlyEmission
from emulator.web.replies import reply


def list_emissions(request: ControlRequest) -> Response:
    providers = request.spaces.world.providers.values()
    measuring = [(provider.name, provider.emissions) for provider in providers if provider.emissions]
    found = [
        _shown(name, emission) for name, emissions in measuring for emission in emissions(request.space.backend(name))
    ]
    return reply({"emissions": found})


def _shown(provider: str, emission: MonthlyEmission) -> dict[str, Any]:
    return {
        "provider": provider,
        "organization": emission.organization,
        "scope": emission.scope,
        "category": emission.category,
        "month": f"{emission.month:%Y-%m}",
        "co2e_grams": emission.grams,
    }
