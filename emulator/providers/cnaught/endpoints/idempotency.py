"""Requests that are not performed again (docs.cnaught.com, Idempotency)."""

from hashlib import blake2b

import orjson
from starlette.requests import Request
from starlette.responses import Response

from emulator.core.errors import Malformed
from emulator.core.http import exchange_of, held_requests, json_body
from emulator.providers.cnaught import errors
from emulator.providers.cnaught.endpoints.asking import vendor
from emulator.providers.cnaught.memory import Account

IDEMPOTENCY_KEY_CHARACTERS_MAX = 512


def first_answer(request: Request, account: Account) -> Response | None:
    """What the first request with this ``Idempotency-Key`` was answered; None when this is the first, or has no key.

    Raises IdempotencyKeyTooLong, ConcurrentRequests while the first is still running, ChangedPayload.
    """
    key = request.headers.get("idempotency-key")
    if not key:
        return None
    if len(key) > IDEMPOTENCY_KEY_CHARACTERS_MAX:
        raise errors.IdempotencyKeyTooLong
    if any(_same_attempt(other, request) for other in held_requests(request)):
        raise errors.ConcurrentRequests
    first = vendor(request).answers.first(account, key, _fingerprint(request))
    if first is None:
        return None
    return Response(first.body, first.status, {"X-Idempotent-Replay": "true"}, "application/json")


def remembered(request: Request, account: Account, answer: Response) -> Response:
    """The answer, kept for later requests with the same ``Idempotency-Key``."""
    if key := request.headers.get("idempotency-key"):
        body = bytes(answer.body).decode()
        vendor(request).answers.remember(account, key, _fingerprint(request), answer.status_code, body)
    return answer


def _same_attempt(other: Request, request: Request) -> bool:
    names = ("authorization", "idempotency-key")
    return all(other.headers.get(name) == request.headers.get(name) for name in names)


def _fingerprint(request: Request) -> str:
    """Of what was asked: method, path, subaccount and JSON body, whatever the order of its members and white space."""
    try:
        body = orjson.dumps(json_body(request), option=orjson.OPT_SORT_KEYS)
    except (Malformed, TypeError):  # no JSON, or an integer beyond 64 bits: then white space does count
        body = exchange_of(request).body
    asked = [request.method, request.scope["path"], request.headers.get("x-subaccount-id")]
    return blake2b(orjson.dumps(asked) + body, digest_size=16).hexdigest()
