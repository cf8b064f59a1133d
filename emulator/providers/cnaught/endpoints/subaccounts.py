"""Subaccounts."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from emulator.providers.cnaught.endpoints.asking import account_of, backend, page
from emulator.providers.cnaught.endpoints.idempotency import Attempt
from emulator.providers.cnaught.wire import incoming, outgoing
from emulator.web.reading import media_type, read_body, read_query, require_json
from emulator.web.replies import reply
from emulator.web.request import Request

LOGO_BYTES_MAX = 5 * 1024 * 1024
"""As proposed; the documents are silent."""


def list_subaccounts(request: Request) -> Response:
    account = account_of(request)
    subaccounts = page(backend(request).subaccounts.of(account), read_query(incoming.Page, request))
    return reply({"data": [outgoing.subaccount(subaccount) for subaccount in subaccounts]})


def create_subaccount(request: Request) -> Response:
    account = account_of(request)
    attempt = Attempt(request, account)
    if answer := attempt.first_answer():
        return answer
    require_json(request)
    draft = read_body(incoming.NewSubaccount, request).draft()
    subaccount = backend(request).subaccounts.create(account, draft)
    return attempt.answered(reply(outgoing.subaccount(subaccount), 201))


def get_subaccount(request: Request) -> Response:
    subaccount = backend(request).subaccounts.get(account_of(request), request.path_params["id"])
    return reply(outgoing.subaccount(subaccount))


def update_subaccount(request: Request) -> Response:
    account = account_of(request)
    require_json(request)
    draft = read_body(incoming.SubaccountDetails, request).draft()
    subaccount = backend(request).subaccounts.update(account, request.path_params["id"], draft)
    return reply(outgoing.subaccount(subaccount))


def delete_subaccount(request: Request) -> Response:
    backend(request).subaccounts.delete(account_of(request), request.path_params["id"])
    return Response(status_code=204)


def set_subaccount_logo_from_url(request: Request) -> Response:
    account = account_of(request)
    require_json(request)
    read_body(incoming.LogoAddress, request)
    return reply(outgoing.subaccount(backend(request).subaccounts.set_logo(account, request.path_params["id"])))


def set_subaccount_logo(request: Request) -> Response:
    account, image = account_of(request), request.exchange.body
    if len(image) > LOGO_BYTES_MAX:
        raise HTTPException(413)
    incoming.check_image(media_type(request) or "", image)
    return reply(outgoing.subaccount(backend(request).subaccounts.set_logo(account, request.path_params["id"])))


def delete_subaccount_logo(request: Request) -> Response:
    account = account_of(request)
    return reply(outgoing.subaccount(backend(request).subaccounts.clear_logo(account, request.path_params["id"])))
