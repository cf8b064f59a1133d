"""Subaccounts."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.providers.cnaught.backend.lists import page_of
from emulator.providers.cnaught.endpoints.context import authenticate, backend
from emulator.providers.cnaught.endpoints.idempotency import Attempt
from emulator.providers.cnaught.wire import incoming, outgoing
from emulator.web.reading import media_type, read_body, read_draft, read_query_draft, require_json
from emulator.web.replies import reply
from emulator.web.request import Request

LOGO_BYTES_MAX = 5 * 1024 * 1024
"""A guess; the documents are silent."""


def list_subaccounts(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    page = read_query_draft(incoming.Page, request)
    subaccounts = page_of(cnaught.subaccounts.of(account), page)
    return reply({"data": [outgoing.subaccount(subaccount) for subaccount in subaccounts]})


def create_subaccount(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    attempt = Attempt(request, account)
    if replayed := attempt.replay():
        return replayed
    require_json(request)
    draft = read_draft(incoming.NewSubaccount, request)
    subaccount = cnaught.subaccounts.create(account, draft)
    return attempt.reply_with_subaccount(subaccount, 201)


def get_subaccount(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    subaccount = cnaught.subaccounts.get(account, request.path_params["id"])
    return reply(outgoing.subaccount(subaccount))


def update_subaccount(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    require_json(request)
    draft = read_draft(incoming.SubaccountDetails, request)
    subaccount = cnaught.subaccounts.update(account, request.path_params["id"], draft)
    return reply(outgoing.subaccount(subaccount))


def delete_subaccount(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    cnaught.subaccounts.delete(account, request.path_params["id"])
    return Response(status_code=204)


def set_subaccount_logo_from_url(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    require_json(request)
    read_body(incoming.LogoAddress, request)
    subaccount = cnaught.subaccounts.set_logo(account, request.path_params["id"])
    return reply(outgoing.subaccount(subaccount))


def set_subaccount_logo(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    image = request.exchange.body
    if len(image) > LOGO_BYTES_MAX:
        raise HTTPException(413)
    incoming.check_image(media_type(request) or "", image)
    subaccount = cnaught.subaccounts.set_logo(account, request.path_params["id"])
    return reply(outgoing.subaccount(subaccount))


def delete_subaccount_logo(request: Request) -> Response:
    cnaught = backend(request)
    account = authenticate(request)
    subaccount = cnaught.subaccounts.clear_logo(account, request.path_params["id"])
    return reply(outgoing.subaccount(subaccount))
