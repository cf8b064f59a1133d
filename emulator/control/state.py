"""The memory of a vendor, in a readable form."""

from copy import copy
from itertools import islice
from typing import Any

from starlette.responses import Response

from emulator.control.params import Page, read_query
from emulator.control.request import ControlRequest
from emulator.core.documents import write
from emulator.web.replies import reply


def get_state(request: ControlRequest) -> Response:
    provider, page = request.provider.name, read_query(Page, request)
    memory = request.space.backend(provider).memory
    shown, totals = copy(memory), {}
    for name in memory.__struct_fields__:
        collection = getattr(memory, name)
        if isinstance(collection, dict | list):
            totals[name] = len(collection)
            setattr(shown, name, _part(collection, page))
    return reply({"provider": provider, "state": write(shown), "totals": totals})


def _part(collection: dict[str, Any] | list[Any], page: Page) -> dict[str, Any] | list[Any]:
    end = page.offset + page.limit
    if isinstance(collection, dict):
        return dict(islice(collection.items(), page.offset, end))
    return collection[page.offset : end]
