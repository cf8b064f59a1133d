"""Making impacts and canceling them."""

from starlette.responses import Response

from emulator.providers.oneclickimpact.endpoints.context import authenticate, backend
from emulator.providers.oneclickimpact.memory.records import Kind
from emulator.providers.oneclickimpact.wire import incoming, outgoing
from emulator.web.reading import read_draft
from emulator.web.replies import reply
from emulator.web.request import Request


def capture_carbon(request: Request) -> Response:
    return _make(request, "carbon_captured", incoming.NewImpact)


def plant_tree(request: Request) -> Response:
    return _make(request, "tree_planted", incoming.NewTrees)


def clean_ocean(request: Request) -> Response:
    return _make(request, "waste_removed", incoming.NewImpact)


def donate_money(request: Request) -> Response:
    return _make(request, "money_donated", incoming.NewDonation)


def restore_coral(request: Request) -> Response:
    return _make(request, "coral_restored", incoming.NewImpact)


def cancel_impact(request: Request) -> Response:
    account = authenticate(request)
    draft = read_draft(incoming.Cancellation, request)
    impact, cancelled_now = backend(request).impacts.cancel(account, draft)
    return reply(outgoing.cancellation(impact, draft.user_id, repeated=not cancelled_now))


def _make(request: Request, kind: Kind, model: type[incoming.NewImpact]) -> Response:
    oneclickimpact = backend(request)
    account = authenticate(request)
    draft = read_draft(model, request)
    impact = oneclickimpact.impacts.make(account, kind, draft)
    return reply(outgoing.impact(impact, account, oneclickimpact.customers.of(impact)))
