"""The records of impacts, and how they are tracked."""

from starlette.responses import Response

from emulator.providers.oneclickimpact.endpoints.context import authenticate, backend
from emulator.providers.oneclickimpact.wire import incoming, outgoing
from emulator.web.reading import read_query, read_query_draft
from emulator.web.replies import reply
from emulator.web.request import Request


def list_records(request: Request) -> Response:
    account = authenticate(request)
    draft = read_query_draft(incoming.RecordQuery, request)
    page = backend(request).impacts.own(account, draft.search(account))
    return reply(outgoing.records(page, account))


def list_customer_records(request: Request) -> Response:
    oneclickimpact = backend(request)
    account = authenticate(request)
    draft = read_query_draft(incoming.CustomerRecordQuery, request)
    page = oneclickimpact.impacts.of_customers(account, draft.customer_email, draft.search(account))
    return reply(outgoing.customer_records(page, account, oneclickimpact.memory.customers))


def track_impact(request: Request) -> Response:
    oneclickimpact = backend(request)
    account = authenticate(request)
    query = read_query(incoming.TrackQuery, request)
    impact = oneclickimpact.impacts.get(account, query.user_id, query.time_utc)
    return reply(outgoing.track(impact, query.user_id, account, oneclickimpact.clock.now))
