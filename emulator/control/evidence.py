"""The evidence of each operation and rule."""

from starlette.responses import Response

from emulator.control.filters import check_filter
from emulator.control.params import QueryParams, read_query
from emulator.control.request import ControlRequest
from emulator.evidence import explanation
from emulator.web.replies import reply


class EvidenceQuery(QueryParams):
    """The provider whose evidence to show; all if absent."""

    provider: str | None = None


def get_evidence(request: ControlRequest) -> Response:
    chosen, providers = read_query(EvidenceQuery, request).provider, request.spaces.world.providers
    check_filter(providers, chosen)
    return reply({"providers": {name: explanation.evidence(name) for name in ([chosen] if chosen else providers)}})
