"""Bring memories of older versions up to date."""

from collections.abc import Mapping
from typing import Any

from emulator.core.migration import Steps


def _with_origins(memory: Mapping[str, Any]) -> dict[str, Any]:
    """Give each leg that starts at a hub the hub's address: version 2 read it from the hub, if it had hubs yet."""
    hubs, legs = memory.get("hubs", {}), memory.get("freight_requests", {})
    return {**memory, "freight_requests": {id: _with_origin(leg, hubs) for id, leg in legs.items()}}


def _with_origin(leg: Mapping[str, Any], hubs: Mapping[str, Any]) -> Mapping[str, Any]:
    terms = leg["terms"]
    hub = hubs.get(terms.get("hub_id"))
    if hub is None or terms.get("origin") is not None:
        return leg
    return {**leg, "terms": {**terms, "origin": hub["terms"].get("address")}}


MIGRATIONS: Steps = {2: _with_origins}
